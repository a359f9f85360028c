from datetime import timedelta

from odoo import api, fields, models

#: days after which an exception is an old one
OLD_DAYS = 3


class IntegrationOverview(models.AbstractModel):
    """Tiles of the hub itself, and what people were alerted of."""

    _inherit = "integration.overview"

    def _exceptions_tile(self):
        """Open exceptions: whose they are, and how old."""
        uid = self.env.uid
        old = fields.Datetime.now() - timedelta(days=OLD_DAYS)
        fresh = fields.Datetime.now() - timedelta(days=1)
        self.env.cr.execute(
            """SELECT count(*), count(*) FILTER (WHERE user_id = %s), count(*) FILTER (WHERE user_id IS NULL),
                      count(*) FILTER (WHERE first_seen >= %s), count(*) FILTER (WHERE first_seen < %s)
                 FROM integration_exception WHERE state = 'open' AND company_id = ANY(%s)""",
            (uid, fresh, old, self.env.companies.ids),
        )
        total, mine, nobodys, new, aged = self.env.cr.fetchone()
        return self._tile(
            "exceptions",
            "fa-exclamation-triangle",
            self._exceptions(self.env._("Open exceptions"), total, [], "warn"),
            [
                self._exceptions(self.env._("Mine"), mine, [("user_id", "=", uid)], "warn"),
                self._exceptions(self.env._("Nobody's"), nobodys, [("user_id", "=", False)], "warn"),
                self._exceptions(self.env._("Less than a day old"), new, [("first_seen", ">=", fresh)]),
                self._exceptions(self.env._("Older than %s days", OLD_DAYS), aged, [("first_seen", "<", old)], "bad"),
            ],
        )

    def _exceptions(self, label, count, domain, tone=""):
        domain = [("state", "=", "open"), *domain]
        action = self._opens("integration.exception", label, domain, ("kanban", "list", "form"))
        return self._number(label, count, action, tone)

    def _trouble_tiles(self):
        """Messages that only a person moves on."""
        self.env.cr.execute(
            """SELECT m.state, count(*) FROM integration_message m JOIN integration_flow f ON f.id = m.flow_id
                WHERE m.state IN ('ambiguous', 'blocked', 'dead') AND f.company_id = ANY(%s) GROUP BY m.state""",
            (self.env.companies.ids,),
        )
        counts = dict(self.env.cr.fetchall())
        return [
            self._trouble_tile("ambiguous", "fa-question-circle", self.env._("Not known if it worked"), counts),
            self._trouble_tile("blocked", "fa-hand-paper-o", self.env._("Messages that need a person"), counts),
            self._trouble_tile("dead", "fa-ban", self.env._("Messages given up"), counts),
        ]

    def _trouble_tile(self, state, icon, label, counts):
        action = self._opens("integration.message", label, [("state", "=", state)])
        return self._tile(state, icon, self._number(label, counts.get(state, 0), action, "bad"))

    @api.model
    def _alerts(self):
        """What people were alerted of and still lasts; its consequences are left out."""
        alerts = self.env["integration.alert"].search([("state", "=", "open"), ("explained_by_id", "=", False)])
        return [
            {
                "id": alert.id,
                "text": alert.cause,
                "since": fields.Datetime.to_string(alert.first_seen),
                "action": {
                    **self._opens("integration.alert", alert.cause, [], ("form",)),
                    "res_id": alert.id,
                },
            }
            for alert in alerts[:5]
        ]
