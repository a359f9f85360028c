from markupsafe import Markup

from odoo import api, fields, models

#: administrators that are told where nobody is named as owner
ADMINS_AT_MOST = 5


class IntegrationAlert(models.Model):
    """Telling people: activities, one e-mail each, and the webhook. Nothing is sent here.

    E-mails go to Odoo's mail queue and webhook calls to ``integration.alert.delivery``,
    so that a slow or dead receiver never keeps the watch from its work.
    """

    _inherit = "integration.alert"

    def _owners(self):
        """Who has to hear of it: the owners of the flow, else of the backend, else administrators."""
        self.ensure_one()
        flows = self.flow_id or self.backend_id.flow_ids.filtered(lambda flow: self.tier in (False, "", flow.tier))
        owners = flows.business_owner_id | flows.technical_owner_id
        if not self.flow_id or not owners:
            owners |= self.backend_id.owner_id
        owners = owners.filtered(lambda user: user.active and not user.share)
        return owners or self._administrators()

    def _administrators(self):
        users = self.env.ref("connector_base.group_admin").all_user_ids
        users = users.filtered(lambda user: user.active and not user.share and user != self.env.ref("base.user_root"))
        if self.company_id:
            users = users.filtered(lambda user: self.company_id in user.company_ids)
        return users[:ADMINS_AT_MOST]

    def _tell(self):
        """Tell of open alerts: an activity for each owner, one e-mail for all of an owner's."""
        now, mails = fields.Datetime.now(), {}
        for alert in self:
            again = bool(alert.told_count)
            for owner in alert._owners():
                alert._ensure_activity(owner)
                mails[owner] = mails.get(owner, self.browse()) | alert
            self.env["integration.alert.delivery"]._queue(alert, "reminded" if again else "opened")
            alert.write({"told_at": now, "told_count": alert.told_count + 1})
        for owner, alerts in mails.items():
            alerts._mail(owner)

    def _ensure_activity(self, owner):
        """An activity on the alert for ``owner``, unless one is open."""
        if owner in self.activity_ids.user_id:
            return
        theirs = self._for_reader(owner)
        # the e-mail below says it all: no second one about the activity
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo", user_id=owner.id, summary=theirs.cause[:200], note=theirs.suggestion
        )

    def _for_reader(self, user):
        """These alerts with texts in a user's language and time zone."""
        return self.with_context(lang=user.lang or self.env.lang or "en_US", tz=user.tz or "UTC")

    def _mail(self, owner):
        """Queue one e-mail about these alerts, unless e-mails are switched off."""
        parameters = self.env["ir.config_parameter"].sudo()
        if parameters.get_param("integration.alert_mail", "1") == "0" or not owner.email:
            return
        theirs = self._for_reader(owner)
        items = Markup("").join(
            Markup('<li><p><a href="{url}">{cause}</a></p><p>{hint}</p></li>').format(
                url=alert._link(), cause=alert.cause, hint=alert.suggestion
            )
            for alert in theirs
        )
        first = theirs[0].cause if len(theirs) == 1 else theirs.env._("%s alerts", len(theirs))
        mail = self.env["mail.mail"].create(
            {
                "subject": theirs.env._("Connectors: %s", first)[:250],
                "email_to": owner.email_formatted,
                "body_html": Markup("<ul>{}</ul>").format(items),
                "auto_delete": True,
            }
        )
        if mail:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _link(self):
        """Address of the alert's form."""
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        return f"{base}/odoo/integration.alert/{self.id}"

    def _tell_over(self):
        """The cause is gone: take the activities away, and say so where it was told."""
        self.activity_ids.unlink()
        for alert in self.filtered("told_count"):
            self.env["integration.alert.delivery"]._queue(alert, "closed")

    @api.model
    def _webhook_body(self, alert, event):
        """What the outgoing webhook carries: JSON values, no personal data."""
        return {
            "event": f"alert.{event}",
            "id": alert.id,
            "kind": alert.kind,
            "key": alert.key,
            "state": alert.state,
            "company": alert.company_id.name or "",
            "backend": alert.backend_id.name or "",
            "flow": alert.flow_id.code or "",
            "cause": alert.cause,
            "suggestion": alert.suggestion,
            "since": f"{alert.first_seen.isoformat()}Z",
            "times_seen": alert.occurrences,
            "url": alert._link(),
        }
