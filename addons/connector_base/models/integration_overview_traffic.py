from odoo import fields, models

from ..lib.latency import BOUNDS, quantile

SUMS = ("received", "done", "failed", "retried", "dead", "blocked", "duplicates", "calls")
FAILED = ("retry", "blocked", "ambiguous", "dead", "died")

#: the period by flow, by place, by backend and bar, and all together, in one pass
TRAFFIC = f"""
    SELECT GROUPING(flow_id, place, backend_id, bar) AS part, flow_id, place, backend_id, bar,
           {", ".join(f"sum({name})::int AS {name}" for name in SUMS)},
           ARRAY[{", ".join(f"COALESCE(sum(latency[{n + 1}]), 0)::int" for n in range(len(BOUNDS) + 1))}] AS latency
      FROM (SELECT *, floor(extract(epoch FROM start - %(since)s::timestamp) / %(bar)s)::int AS bar
              FROM integration_rollup
             WHERE span = %(span)s AND start >= %(since)s AND company_id = ANY(%(companies)s)) r
     GROUP BY GROUPING SETS ((flow_id), (place), (backend_id, bar), ())"""
#: GROUPING sets a bit for each column left out
BY_FLOW, BY_PLACE, BY_BAR, ALL = 0b0111, 0b1011, 0b1100, 0b1111


class IntegrationOverview(models.AbstractModel):
    """Throughput, success, latency, retries and duplicates of a period."""

    _inherit = "integration.overview"

    def _traffic(self, window):
        """The period's sums: {"flows": {id: row}, "places": ..., "bars": {backend id: series}, "all": row}."""
        self.env.cr.execute(TRAFFIC, {**window, "companies": self.env.companies.ids})
        found = {"flows": {}, "places": {}, "bars": {}, "all": None}
        for row in self.env.cr.dictfetchall():
            if row["part"] == BY_FLOW:
                found["flows"][row["flow_id"]] = row
            elif row["part"] == BY_PLACE:
                found["places"][row["place"]] = row
            elif row["part"] == BY_BAR and 0 <= row["bar"] < window["bars"]:
                series = found["bars"].setdefault(row["backend_id"], self._empty_series(window))
                series["done"][row["bar"]] = row["done"]
                series["failed"][row["bar"]] = row["blocked"] + row["dead"]
            elif row["part"] == ALL:
                found["all"] = row
        return found

    def _empty_series(self, window):
        return {"done": [0] * window["bars"], "failed": [0] * window["bars"]}

    def _traffic_figures(self, traffic, window):
        """The traffic part of the screen."""
        flows = self.env["integration.flow"].browse(traffic["flows"]).exists().sorted("display_name")
        names = self.env["integration.rollup"]._place_names()
        places = sorted((names[place], place) for place in traffic["places"] if place in names)
        total = self._empty_series(window)
        for series in traffic["bars"].values():
            for name, values in series.items():
                total[name] = [a + b for a, b in zip(total[name], values, strict=True)]
        return {
            "since": fields.Datetime.to_string(window["since"]),
            "bar": window["bar"],
            "bars": total,
            "totals": self._figures(traffic["all"], window, []),
            "flows": [
                {"id": f.id, "name": f.display_name}
                | {"numbers": self._figures(traffic["flows"][f.id], window, [("flow_id", "=", f.id)])}
                for f in flows
            ],
            "places": [
                {"id": place, "name": name}
                | {"numbers": self._figures(traffic["places"][place], window, [("place", "=", place)])}
                for name, place in places
            ],
        }

    def _figures(self, row, window, scope):
        """The numbers of one flow, place or all, in the order of the screen's columns."""
        row = row if row and row["done"] is not None else {**dict.fromkeys(SUMS, 0), "latency": []}
        ended = row["done"] + row["blocked"] + row["dead"]
        success = round(100 * row["done"] / ended, 1) if ended else None
        tone = "" if success is None else "good" if success >= 99 else "warn" if success >= 95 else "bad"
        done = self._messages("settled", window, scope)
        numbers = [
            (self.env._("Received"), row["received"], self._messages("received", window, scope), "", "count"),
            (self.env._("Done"), row["done"], done, "", "count"),
            (self.env._("Success"), success, self._attempts(("blocked", "dead"), window, scope), tone, "percent"),
            (self.env._("Half done within"), quantile(row["latency"], 0.5), done, "", "seconds"),
            (self.env._("95% done within"), quantile(row["latency"], 0.95), done, "", "seconds"),
            (self.env._("Failed attempts"), row["failed"], self._attempts(FAILED, window, scope), "warn", "count"),
            (self.env._("Retries"), row["retried"], self._attempts(("retry",), window, scope), "", "count"),
            (self.env._("Duplicates"), row["duplicates"], self._messages("duplicate", window, scope), "", "count"),
        ]
        return [
            self._number(label, value, {**action, "name": label}, tone, kind)
            for label, value, action, tone, kind in numbers
        ]

    def _messages(self, what, window, scope):
        """Opens messages of the period; ids bound the search, since no index knows the arrival."""
        since = fields.Datetime.to_string(window["since"])
        domain = {
            "received": [("id", ">", window["message_floor"]), ("received_at", ">=", since)],
            "settled": [("settled_at", ">=", since), ("state", "in", ("done", "echo"))],
            "duplicate": [("id", ">", window["message_floor"]), ("duplicate_count", ">", 0)],
        }[what]
        return self._opens("integration.message", "", [*domain, *scope])

    def _attempts(self, outcomes, window, scope):
        """Opens attempts of the period that ended so; waiting for a worker or the partner is no failure."""
        domain = [
            ("id", ">", window["attempt_floor"]),
            ("started_at", ">=", fields.Datetime.to_string(window["since"])),
            ("kind", "=", "work"),
            ("outcome", "in", outcomes),
            "|",
            ("outcome", "!=", "retry"),
            ("error_class", "not in", ("conflict", "pending")),
            *((f"message_id.{field}", operator, value) for field, operator, value in scope),
        ]
        return self._opens("integration.attempt", "", domain)
