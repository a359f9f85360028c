# orders
from . import integration_backend

# stock and shipments
