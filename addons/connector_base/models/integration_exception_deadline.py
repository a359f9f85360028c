from datetime import timedelta

from odoo import api, fields, models

#: exceptions that get their activity in one run of the cron
BATCH = 1000


class IntegrationException(models.Model):
    """Deadlines: an activity for the owner, and somebody else when it passes."""

    _inherit = "integration.exception"

    @api.model
    def _cron_deadlines(self):
        """Give new exceptions their activity, and escalate those whose time is up.

        In one go for all, and not where they are opened: there a message waits.
        """
        self._escalate_overdue()
        self._announce_new()

    @api.model
    def _announce_new(self):
        self.flush_model()
        self.env["mail.activity"].flush_model()
        self.env.cr.execute(
            """SELECT e.id FROM integration_exception e
                WHERE e.state = 'open' AND e.deadline IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM mail_activity a
                                   WHERE a.res_model = 'integration.exception' AND a.res_id = e.id AND a.active)
                ORDER BY e.id LIMIT %s""",
            (BATCH + 1,),
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.browse(ids[:BATCH])._plan_activities(self.env._("Settle this exception"))
        if len(ids) > BATCH:
            self.env.ref("connector_base.cron_deadlines")._trigger()

    def _plan_activities(self, summary):
        """One activity each, due on the day of the deadline as its owner's clock has it."""
        exceptions = self._quiet()
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        model_id = self.env["ir.model"]._get_id(self._name)
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": exception.id,
                    "activity_type_id": kind.id if kind else False,
                    "summary": summary,
                    "user_id": (exception.escalated_to_id or exception.user_id).id,
                    "date_deadline": exception._due_day(),
                }
                for exception in exceptions
            ]
        )

    def _due_day(self):
        owner = self.escalated_to_id or self.user_id
        moment = self.deadline or fields.Datetime.now()
        return fields.Datetime.context_timestamp(self.with_context(tz=owner.tz or "UTC"), moment).date()

    def _activities(self):
        return self.env["mail.activity"].sudo().search([("res_model", "=", self._name), ("res_id", "in", self.ids)])

    def _move_activities(self):
        """The activity goes with the exception to its new owner."""
        by_owner = self.sudo().filtered(lambda exception: not exception.escalated_to_id).grouped("user_id")
        for owner, exceptions in by_owner.items():
            activities = exceptions._activities()
            if activities:
                activities.with_context(mail_activity_quick_update=True).write({"user_id": owner.id})

    def _drop_activities(self):
        self._activities().unlink()

    @api.model
    def _escalate_overdue(self):
        """Tell the flow's escalation owner of what was not settled in time; it comes off its snooze."""
        late = self._quiet().search(
            [("state", "=", "open"), ("escalated_at", "=", False), ("deadline", "<", fields.Datetime.now())],
            order="id",
            limit=BATCH,
        )
        now = fields.Datetime.now()
        for target, exceptions in late.grouped(lambda exception: exception._escalation_owner()).items():
            exceptions.write({"escalated_to_id": target.id, "escalated_at": now, "snoozed_until": False})
            exceptions._drop_activities()
            exceptions._plan_activities(self.env._("Not settled in time"))
            self.env["integration.audit"]._record(
                exceptions, "exception.escalate", after={"escalated_to": target.display_name or ""}
            )
        if len(late) == BATCH:
            self.env.ref("connector_base.cron_deadlines")._trigger(fields.Datetime.now() + timedelta(seconds=1))

    def _escalation_owner(self):
        """Who is told when nobody has acted: the flow's, else those who answer for it."""
        self.ensure_one()
        flow = self.flow_id
        return flow.escalation_owner_id or flow.business_owner_id or self.backend_id.owner_id
