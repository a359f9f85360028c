from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

#: period -> (rollups it is summed from, their length, how many of them, how many a bar of a graph)
PERIODS = {
    "1h": ("minute", timedelta(minutes=1), 60, 2),
    "24h": ("hour", timedelta(hours=1), 24, 1),
    "7d": ("hour", timedelta(hours=1), 168, 6),
}


class IntegrationOverview(models.AbstractModel):
    """The first screen: one call gives all of its numbers, each with the records behind it.

    Nothing here looks at every message: traffic comes from the rollups, what waits and
    what is in trouble from partial indexes that hold nothing else. Cards are in
    ``integration_overview_cards``, traffic in ``integration_overview_traffic``.
    """

    _name = "integration.overview"
    _description = "Overview of the connectors"

    @api.model
    def action_load(self, period="24h"):
        """Everything the screen shows.

        :param period: a key of ``PERIODS``
        :raises AccessError: not for users of the connectors
        """
        if not self.env.user.has_group("connector_base.group_viewer"):
            raise AccessError(self.env._("You are not allowed to see the connectors."))
        window = self._window(period if period in PERIODS else "24h")
        backends = self.env["integration.backend"].search([("active", "=", True)])
        traffic = self._traffic(window)
        return {
            "period": window["period"],
            "at": fields.Datetime.to_string(window["now"]),
            "counted_at": self._counted_at(),
            "backends": self._cards(backends, traffic),
            "alerts": self._alerts(),
            "tiles": [tile for tile in self._overview_tiles() if tile],
            "traffic": self._traffic_figures(traffic, window),
            "may_configure": self.env["integration.backend"].has_access("create"),
        }

    @api.model
    def _overview_tiles(self):
        """What matters now, one ``_tile`` each; business addons add theirs."""
        return [self._exceptions_tile(), *self._trouble_tiles()]

    def _window(self, period):
        """The period's beginning and how it is cut into bars."""
        span, step, count, per_bar = PERIODS[period]
        now = fields.Datetime.now()
        start = now.replace(second=0, minute=now.minute if span == "minute" else 0) - step * (count - 1)
        marks = self.env["integration.rollup.mark"].sudo()
        return {
            "period": period,
            "span": span,
            "now": now,
            "since": start,
            "bar": int(step.total_seconds() * per_bar),
            "bars": count // per_bar,
            "message_floor": marks._message_floor(start),
            "attempt_floor": marks._attempt_floor(start),
        }

    def _counted_at(self):
        mark = self.env["integration.rollup.mark"].sudo().search([], limit=1)
        return fields.Datetime.to_string(mark.looked_at) if mark else False

    @api.model
    def _opens(self, model, name, domain, views=("list", "form"), context=None):
        """The action that opens the records behind a number."""
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "name": name,
            "domain": domain,
            "views": [[False, view] for view in views],
            "context": context or {},
            "target": "current",
        }

    @api.model
    def _number(self, label, value, action=None, tone="", kind="count"):
        """One number.

        :param tone: "", "good", "warn" or "bad"
        :param kind: how it is written: count, percent, seconds or time
        """
        if value in (0, None):
            tone = ""
        return {"label": label, "value": value, "action": action, "tone": tone, "kind": kind}

    @api.model
    def _tile(self, key, icon, number, parts=(), hint=""):
        """A tile: what matters, and what it is made of.

        :param number: ``_number``
        :param parts: further ones
        """
        return {"key": key, "icon": icon, "number": number, "parts": list(parts), "hint": hint}

    @api.model
    def _counted(self, label, model, domain, tone="", name=""):
        """A ``_number`` of records the user may see; None where he may see none of the kind."""
        records = self.env[model]
        if not records.has_access("read"):
            return None
        return self._number(label, records.search_count(domain), self._opens(model, name or label, domain), tone)
