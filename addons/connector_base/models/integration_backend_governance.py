from odoo import fields, models


class IntegrationBackend(models.Model):
    """Who may decide what about a backend's mappings."""

    _inherit = "integration.backend"

    mapping_policy = fields.Selection(
        [
            ("open", "Operators add what is missing, managers change"),
            ("manager", "Managers only"),
            ("second", "Always a second person"),
        ],
        "Mappings",
        required=True,
        default="open",
        help="Who may put a mapping into force. With a second person, whoever wrote a change cannot approve it.",
    )
