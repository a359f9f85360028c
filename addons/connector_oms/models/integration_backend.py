"""How a backend's orders are treated."""

from odoo import models


class IntegrationBackend(models.Model):
    """Order policy of a backend."""

    _inherit = "integration.backend"
