from odoo import fields, models


class IntegrationReplayItem(models.Model):
    """One message of a bulk replay: handed out once, whatever is killed meanwhile."""

    _name = "integration.replay.item"
    _description = "Message of a bulk replay"
    _order = "id"
    _rec_name = "message_id"
    _log_access = False

    replay_id = fields.Many2one("integration.replay", required=True, ondelete="cascade")
    message_id = fields.Many2one("integration.message", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="replay_id.company_id")
    state = fields.Selection(
        [
            ("waiting", "Waiting for its turn"),
            ("sent", "Handed out"),
            ("done", "Done"),
            ("blocked", "Needs a person again"),
            ("dead", "Given up again"),
            ("skipped", "Left out"),
        ],
        required=True,
    )
    sent_at = fields.Datetime("Handed out at")

    _message_uniq = models.Constraint("UNIQUE (message_id, replay_id)", "A bulk replay takes each message once.")
    _open_idx = models.Index("(replay_id, state, id) WHERE state IN ('waiting', 'sent')")
    _replay_idx = models.Index("(replay_id, id)")
