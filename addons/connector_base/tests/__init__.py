from . import (
    test_ledger,
    test_outbound,
    test_poison,
    test_policy,
    test_replay_bulk,
    test_roles,
    test_rollup,
    test_rollup_late,
    test_secrets,
    test_wake,
    test_webhook,
)
