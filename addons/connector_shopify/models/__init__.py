from . import integration_audit, integration_backend, integration_backend_connection, integration_flow
