from odoo import fields, models


class IntegrationBackend(models.Model):
    """The pace at which the flows of a backend work their backlogs off."""

    _inherit = "integration.backend"

    release_per_minute = fields.Integer(
        "Backlog: messages a minute",
        default=600,
        help="After an outage, what has waited is worked off at this pace, in each flow; new messages go first. "
        "0: all at once.",
    )
    release_count = fields.Integer("Backlogs", compute="_compute_release_count")

    def _compute_release_count(self):
        counts = dict(
            self.env["integration.flow"]._read_group(
                [("backend_id", "in", self.ids), ("release_id", "!=", False)], ["backend_id"], ["__count"]
            )
        )
        for backend in self:
            backend.release_count = counts.get(backend, 0)

    def _stage_backlog(self, reason):
        """Let what has waited go in stages; see ``integration.flow._stage_backlog``."""
        return self.flow_ids._stage_backlog(reason)

    def action_open_releases(self):
        """Button: the backlogs that are being worked off."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_release_action")
        action["domain"] = [("flow_id.backend_id", "in", self.ids)]
        return action
