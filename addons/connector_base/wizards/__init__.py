from . import integration_audit_check, integration_resolve
