from odoo import api, fields, models

from odoo.addons.connector_base.lib.alerts import Finding

#: levels that are not what the channel was told last, and have been so for too long; and
#: channels whose changes nobody has computed
STALE_STOCK = """
SELECT f.id, f.backend_id, f.company_id, f.tier, f.freshness_minutes, late.count, late.since
  FROM integration_flow f
  JOIN integration_backend b ON b.id = f.backend_id AND b.state = 'running' AND b.active
  JOIN LATERAL (
       SELECT count(*) AS count, min(l.computed_at) AS since FROM integration_stock_level l
        WHERE l.backend_id = b.id AND l.version > l.published_version AND l.problem IS NULL
          AND l.computed_at < now() AT TIME ZONE 'UTC' - f.freshness_minutes * interval '1 minute'
       HAVING count(*) > 0
        UNION ALL
       SELECT 0, p.ran_at FROM integration_stock_publisher p
        WHERE p.backend_id = b.id
          AND p.ran_at < now() AT TIME ZONE 'UTC' - f.freshness_minutes * interval '1 minute'
          AND EXISTS (SELECT 1 FROM integration_stock_dirty d WHERE d.backend_id = b.id)
        LIMIT 1) late ON TRUE
 WHERE f.code = 'stock.out' AND f.active AND f.paused_at IS NULL AND f.freshness_minutes > 0
"""


class IntegrationAlert(models.Model):
    """Stock levels that a channel should have been told long ago."""

    _inherit = "integration.alert"

    @api.model
    def _watchers(self):
        return [*super()._watchers(), (("freshness",), self._find_stale_stock)]

    @api.model
    def _find_stale_stock(self):
        """Channels whose stock levels are older than the flow allows."""
        return [
            Finding(
                "freshness",
                f"stock:{row['backend_id']}",
                row["company_id"],
                row["backend_id"],
                row["id"],
                row["tier"],
                {
                    "about": "stock" if row["count"] else "stock_computing",
                    "count": row["count"],
                    "since": fields.Datetime.to_string(row["since"]),
                    "limit": row["freshness_minutes"],
                },
            )
            for row in self._rows(STALE_STOCK)
        ]

    def _text_freshness(self, values):
        if values.get("about") == "stock":
            return (
                self.env._(
                    "%(backend)s does not know %(count)s stock levels that changed, the first since %(since)s "
                    "(it should within %(limit)s minutes): it may sell what is gone.",
                    **values,
                ),
                self.env._("Open the stock levels that are to be sent, and look at the waiting messages of the flow."),
            )
        if values.get("about") == "stock_computing":
            return (
                self.env._("%(backend)s: changed stock has not been computed since %(since)s.", **values),
                self.env._("See whether the job queue works and whether a job of the stock flow has failed."),
            )
        return super()._text_freshness(values)
