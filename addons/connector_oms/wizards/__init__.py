from . import integration_order_release_wizard
