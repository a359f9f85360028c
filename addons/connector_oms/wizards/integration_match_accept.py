from odoo import api, fields, models


class IntegrationMatchAccept(models.TransientModel):
    """Links everything that is sure enough."""

    _name = "integration.match.accept"
    _description = "Accept proposed links"

    backend_id = fields.Many2one("integration.backend", "Channel", required=True)
    score = fields.Integer("At least (%)", default=90, required=True)
    count = fields.Integer("Links", compute="_compute_count")

    @api.depends("backend_id", "score")
    def _compute_count(self):
        for wizard in self:
            wizard.count = self.env["integration.product.match"].search_count(wizard._domain())

    def _domain(self):
        return [
            ("backend_id", "=", self.backend_id.id),
            ("state", "=", "open"),
            ("product_id", "!=", False),
            ("score", ">=", self.score),
        ]

    def action_apply(self):
        """Button “Link”: all of them, here and now."""
        self.ensure_one()
        matches = self.env["integration.product.match"].search(self._domain())
        if matches:
            matches.action_accept()
        return {"type": "ir.actions.act_window_close"}
