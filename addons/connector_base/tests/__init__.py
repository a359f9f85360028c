from . import test_ledger, test_outbound, test_policy, test_roles, test_secrets, test_webhook
