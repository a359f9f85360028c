from . import (
    integration_audit_check,
    integration_mapping_preview,
    integration_replay_start,
    integration_resolve,
)
