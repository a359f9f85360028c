from . import integration_resolve
