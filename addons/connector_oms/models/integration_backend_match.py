from odoo import fields, models


class IntegrationBackend(models.Model):
    """Products of a channel that are not linked yet."""

    _inherit = "integration.backend"

    match_open_count = fields.Integer("Proposed links", compute="_compute_match_open_count")

    def _compute_match_open_count(self):
        groups = (
            self.env["integration.product.match"]
            .sudo()
            ._read_group([("backend_id", "in", self.ids), ("state", "=", "open")], ["backend_id"], ["__count"])
        )
        counts = {backend.id: count for backend, count in groups}
        for backend in self:
            backend.match_open_count = counts.get(backend.id, 0)

    def action_propose_matches(self):
        """Button “Propose links”: compare the channel's catalogue with Odoo's."""
        self.check_access("write")
        self.env["integration.audit"]._record(self, "backend.propose_matches")
        for backend in self:
            flow = backend._flow("product.in")
            flow._request_job("_job_propose_matches", identity="propose", channel="root.connector.tier2")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("The catalogues are being compared. Look under Links, Proposed links."),
                "type": "info",
            },
        }

    def action_open_matches(self):
        """Smart button: what is proposed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_oms.integration_product_match_action")
        action["domain"] = [("backend_id", "=", self.id)]
        return action
