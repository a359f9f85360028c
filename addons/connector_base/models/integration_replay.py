from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

#: states of messages that a bulk replay takes up
REPLAYABLE = ("blocked", "dead", "retry")
DEFAULT_RATE = 600
MAX_RATE = 60_000
COUNTS = ("done_count", "blocked_count", "dead_count", "skipped_count")


class IntegrationReplay(models.Model):
    """Many messages tried again at a capped rate, by jobs in short transactions.

    What is still to do stands in ``integration.replay.item``; how it is worked off, in
    ``integration_replay_work.py``.
    """

    _name = "integration.replay"
    _description = "Bulk replay"
    _order = "id desc"
    _rec_name = "reason"

    reason = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    user_id = fields.Many2one("res.users", "Started by", required=True, readonly=True)
    state = fields.Selection(
        [("running", "Running"), ("paused", "Paused"), ("done", "Finished"), ("cancelled", "Cancelled")],
        required=True,
        default="running",
        readonly=True,
    )
    rate = fields.Integer("Messages a minute", required=True, readonly=True)
    total = fields.Integer("Messages", readonly=True)
    sent_count = fields.Integer("Handed out", readonly=True)
    done_count = fields.Integer("Done", readonly=True)
    blocked_count = fields.Integer("Need a person again", readonly=True)
    dead_count = fields.Integer("Given up again", readonly=True)
    skipped_count = fields.Integer("Left out", readonly=True, help="Settled otherwise meanwhile, or cancelled.")
    open_count = fields.Integer("Being worked on", compute="_compute_progress")
    progress = fields.Float(compute="_compute_progress")
    started_at = fields.Datetime("Started", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    paced_until = fields.Datetime(readonly=True, export_string_translation=False)
    item_ids = fields.One2many("integration.replay.item", "replay_id", "Its messages", readonly=True)

    _rate_positive = models.Constraint(f"CHECK (rate > 0 AND rate <= {MAX_RATE})", "This rate is not possible.")
    _running_idx = models.Index("(id) WHERE state = 'running'")

    @api.depends("total", "sent_count", *COUNTS)
    def _compute_progress(self):
        for replay in self:
            settled = sum(replay[name] for name in COUNTS)
            replay.open_count = replay.sent_count - (settled - replay.skipped_count)
            replay.progress = 100.0 * settled / replay.total if replay.total else 100.0

    @api.model
    def _start(self, messages_or_domain, reason, rate=None):
        """Have many messages tried again, at a capped rate, in the background.

        Only those that need a person, were given up or wait for their next try, and whose
        content is still there, are taken; the others are left out from the start.

        :param messages_or_domain: integration.message records, or a domain of them
        :param reason: why, in the words of who started it
        :param rate: messages a minute; the configured rate by default
        :return: the integration.replay
        :raises UserError: no reason, nothing to replay, several companies
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Please say why these messages are replayed."))
        chosen = messages_or_domain
        domain = [("id", "in", chosen.ids)] if isinstance(chosen, models.BaseModel) else list(chosen)
        domain += [("state", "in", REPLAYABLE), ("is_cleared", "=", False)]
        query = self.env["integration.message"]._search(domain)
        now = fields.Datetime.now()
        replay = self.sudo().create(
            {
                "reason": reason.strip(),
                "company_id": self.env.company.id,
                "user_id": self.env.uid,
                "rate": rate or self._default_rate(),
                "started_at": now,
                "paced_until": now,
            }
        )
        replay._take(query)
        self.env["integration.audit"]._record(
            replay, "replay.start", reason, after={"messages": replay.total, "rate": replay.rate}
        )
        replay._request_tick()
        return replay.with_env(self.env)

    @api.model
    def _default_rate(self):
        """Messages a minute that a bulk replay hands out unless told otherwise."""
        configured = self.env["ir.config_parameter"].sudo().get_param("integration.replay_rate")
        return min(MAX_RATE, max(1, int(configured or DEFAULT_RATE)))

    def _take(self, query):
        """Put the messages a query finds on the list, in one statement."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """WITH taken AS (
                       INSERT INTO integration_replay_item (replay_id, message_id, state)
                            SELECT %s, found.id, 'waiting' FROM (%s) found ORDER BY found.id
                         RETURNING message_id)
                   SELECT count(*), array_agg(DISTINCT m.company_id)
                     FROM taken JOIN integration_message m ON m.id = taken.message_id""",
                self.id,
                query.select(),
            )
        )
        total, companies = self.env.cr.fetchone()
        self.env["integration.replay.item"].invalidate_model()
        self.invalidate_recordset()
        if not total:
            raise UserError(
                self.env._(
                    "There is nothing to replay: only messages that need a person, were given up or "
                    "wait for their next try can be."
                )
            )
        if len(companies) > 1:
            raise UserError(self.env._("Choose messages of one company."))
        self.write({"total": total, "company_id": companies[0]})

    def _require_control(self):
        """Who started it may stop it, and so may managers."""
        user = self.env.user
        manager = user.has_group("connector_base.group_manager")
        if not manager and any(replay.user_id != user for replay in self):
            raise AccessError(self.env._("Only a manager stops or resumes what somebody else started."))
        if not user.has_group("connector_base.group_operator"):
            raise AccessError(self.env._("You are not allowed to replay messages."))
        self.check_access("read")

    def _steer(self, before, after, action):
        """Change the state of those in one of the states ``before``, on record."""
        self._require_control()
        self.sudo()._lock()
        concerned = self.filtered(lambda replay: replay.state in before)
        if not concerned:
            raise UserError(self.env._("It has ended, or is in this state already."))
        states = [{"state": replay.state} for replay in concerned]
        concerned.sudo().write({"state": after})
        self.env["integration.audit"]._record(concerned, action, before=states, after={"state": after})
        return concerned.sudo()

    def action_pause(self):
        """Button “Pause”: hand out no more for now; what is handed out goes on."""
        self._steer(("running",), "paused", "replay.pause")

    def action_resume(self):
        """Button “Go on”."""
        for replay in self._steer(("paused",), "running", "replay.resume"):
            replay.paced_until = fields.Datetime.now()
            replay._request_tick()

    def action_cancel(self):
        """Button “Stop”: hand out no more; what waits stays as it was."""
        for replay in self._steer(("running", "paused"), "cancelled", "replay.cancel"):
            replay._leave_out_waiting()
            replay.ended_at = fields.Datetime.now()
            replay._request_tick()  # to count what is still under way

    def action_open(self):
        """The screen that shows its progress."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "name": self.env._("Bulk replay"),
        }

    def action_open_messages(self):
        """Button: the messages it took, for example those that need a person again."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_message_action")
        states = self.env.context.get("item_states")
        inner = [("replay_id", "=", self.id)] + ([("state", "in", states)] if states else [])
        action["domain"] = [("replay_item_ids", "any", inner)]
        return action
