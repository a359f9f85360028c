from . import test_ledger, test_outbound, test_poison, test_policy, test_roles, test_secrets, test_wake, test_webhook
