from datetime import datetime

from odoo import api, fields, models
from odoo.tools import format_datetime


class IntegrationAlert(models.Model):
    """What an alert says, in the reader's language and time zone."""

    _inherit = "integration.alert"

    @api.depends("kind", "params", "flow_id", "backend_id")
    @api.depends_context("lang", "tz", "uid")
    def _compute_texts(self):
        for alert in self:
            alert.cause, alert.suggestion = alert._texts()

    def _texts(self):
        """(what is wrong, what to do), as a clerk would say it."""
        params = dict(self.params or {})
        values = {
            **params,
            "backend": self.sudo().backend_id.name or "",
            "flow": self.sudo().flow_id.name or "",
            "since": self._moment(params.get("since")),
            "until": self._moment(params.get("until")),
        }
        return getattr(self, f"_text_{self.kind}")(values)

    def _moment(self, value):
        """A stored time as the reader writes it."""
        if not value:
            return ""
        moment = value if isinstance(value, datetime) else fields.Datetime.from_string(value)
        return format_datetime(self.env, moment, dt_format="short")

    def _text_waiting(self, values):
        return (
            self.env._(
                "%(backend)s: %(count)s messages of tier %(tier)s wait, the oldest since %(since)s "
                "(at most %(limit)s minutes are allowed).",
                **{**values, "tier": self.tier or ""},
            ),
            self.env._(
                "Look at the waiting messages: is the same trouble on all of them? If there is none, the workers "
                "do not keep up; have more started."
            ),
        )

    def _text_freshness(self, values):
        hint = self.env._("Look at the flow: is it waiting for the partner, for a person or for the workers?")
        if values.get("about") == "poll":
            text = self.env._(
                "%(backend)s: “%(flow)s” has not been looked up at the partner since %(since)s.", **values
            )
        else:
            text = self.env._(
                "%(backend)s: %(count)s of “%(flow)s” are not done, the oldest since %(since)s "
                "(should be done within %(limit)s minutes).",
                **values,
            )
        return text, hint

    def _text_exceptions(self, values):
        return (
            self.env._(
                "%(backend)s: %(count)s messages of “%(flow)s” got stuck in the last %(minutes)s minutes; "
                "%(usual)s are usual.",
                **values,
            ),
            self.env._("Open the exceptions grouped by cause: often one cause stands behind most of them."),
        )

    def _text_breaker(self, values):
        return (
            self.env._("%(backend)s has not answered since %(since)s; calls are suspended.", **values),
            self.env._(
                "Ask the partner whether there is an outage. Messages are kept; one call is tried from time to time, "
                "and the traffic goes on by itself once it works."
            ),
        )

    def _text_silence(self, values):
        return (
            self.env._(
                "%(backend)s: nothing came for “%(flow)s” since %(since)s; about %(expected)s are usual at this time.",
                **values,
            ),
            self.env._(
                "See whether the partner still delivers: has the webhook been removed, the shop been closed, or is it "
                "a holiday?"
            ),
        )

    def _text_heartbeat(self, values):
        return (
            self.env._(
                "The job queue (%(lane)s) has not worked since %(since)s. Messages are kept and wait.", **values
            ),
            self.env._("Have the server's administrator start the job runner again and read its log."),
        )

    def _text_expiry(self, values):
        if values.get("over"):
            text = self.env._("%(backend)s: “%(name)s” has expired on %(until)s.", **values)
        else:
            text = self.env._("%(backend)s: “%(name)s” expires on %(until)s.", **values)
        return text, self.env._("Ask the partner for a new one and enter it in the backend.")

    def _text_paused(self, values):
        name = values["flow"] or values["backend"]
        who = values.get("who") or self.env._("the system")
        return (
            self.env._(
                "“%(name)s” is paused since %(since)s by %(who)s: %(reason)s",
                name=name,
                since=values["since"],
                who=who,
                reason=values.get("reason") or "-",
            ),
            self.env._("Messages are kept and wait. Press Resume when the reason is gone."),
        )
