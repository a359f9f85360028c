from . import integration_backend, integration_backend_connection, integration_flow
