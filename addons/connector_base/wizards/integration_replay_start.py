from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.integration_replay import REPLAYABLE

#: more than this is only said to be “more”
COUNTED = 100_000


class IntegrationReplayStart(models.TransientModel):
    """Asks which messages to replay in bulk, why, and how fast."""

    _name = "integration.replay.start"
    _description = "Replay many messages"

    message_ids = fields.Many2many("integration.message", default=lambda self: self._default_messages())
    chosen_count = fields.Integer("Chosen", compute="_compute_count")
    backend_id = fields.Many2one("integration.backend")
    flow_id = fields.Many2one("integration.flow", domain="[('backend_id', '=?', backend_id)]")
    message_state = fields.Selection(
        [
            ("dead", "Given up"),
            ("blocked", "Needs a person"),
            ("retry", "Tried, waiting"),
            ("stuck", "Given up, or needs a person"),
        ],
        "Which",
        required=True,
        default="dead",
    )
    received_from = fields.Datetime("Received from")
    received_to = fields.Datetime("Received until")
    reason = fields.Char(required=True)
    rate = fields.Integer("Messages a minute", required=True, default=lambda self: self._default_rate())
    count = fields.Integer("Messages", compute="_compute_count")

    def _default_messages(self):
        if self.env.context.get("active_model") != "integration.message":
            return False
        return self.env.context.get("active_ids")

    def _default_rate(self):
        return self.env["integration.replay"]._default_rate()

    @api.depends("message_ids", "backend_id", "flow_id", "message_state", "received_from", "received_to")
    def _compute_count(self):
        for wizard in self:
            wizard.chosen_count = len(wizard.message_ids)
            wizard.count = self.env["integration.message"].search_count(
                [*wizard._domain(), ("state", "in", REPLAYABLE)], limit=COUNTED
            )

    def _domain(self):
        """The chosen messages, or those the filter finds."""
        self.ensure_one()
        if self.message_ids:
            return [("id", "in", self.message_ids.ids)]
        states = ("dead", "blocked") if self.message_state == "stuck" else (self.message_state,)
        domain = [("state", "in", states)]
        for name, operator, value in (
            ("backend_id", "=", self.backend_id.id),
            ("flow_id", "=", self.flow_id.id),
            ("received_at", ">=", self.received_from),
            ("received_at", "<=", self.received_to),
        ):
            if value:
                domain.append((name, operator, value))
        return domain

    def action_start(self):
        """Button “Replay”: operators what they chose, managers also all that a filter finds."""
        self.ensure_one()
        needed = "operator" if self.message_ids else "manager"
        if not self.env.user.has_group(f"connector_base.group_{needed}"):
            raise AccessError(self.env._("Only a manager replays all messages that a filter finds."))
        return self.env["integration.replay"]._start(self._domain(), self.reason, self.rate).action_open()
