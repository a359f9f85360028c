from . import integration_backend
from . import integration_backend_connection
from . import integration_flow
