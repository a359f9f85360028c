from datetime import timedelta

from odoo import api, fields, models

#: states of a transfer that has not left; as named by the index on stock.picking
OPEN = ("draft", "waiting", "confirmed", "assigned")
#: hours before its deadline from which a delivery is at risk
RISK_HOURS = 24
#: days for which a delivery without a tracking number is looked for
TRACKING_DAYS = 14
#: minutes after which stock that was not told is stale, where the flow says nothing
STALE_MINUTES = 15


class IntegrationOverview(models.AbstractModel):
    """Tiles of orders, stock and shipments."""

    _inherit = "integration.overview"

    @api.model
    def _overview_tiles(self):
        """What is late or missing comes first."""
        return [self._risk_tile(), *super()._overview_tiles(), self._tracking_tile(), self._stale_tile()]

    def _risk_tile(self):
        """Deliveries of channels' orders whose day to ship is over, or nearly."""
        now = fields.Datetime.now()
        soon = now + timedelta(hours=RISK_HOURS)
        waiting = [
            ("integration_backend_id", "!=", False),
            ("picking_type_id.code", "=", "outgoing"),
            ("state", "in", OPEN),
        ]
        number = self._counted(
            self.env._("Orders at risk"), "stock.picking", [*waiting, ("date_deadline", "<", soon)], "warn"
        )
        parts = [
            self._counted(self.env._("Late"), "stock.picking", [*waiting, ("date_deadline", "<", now)], "bad"),
            self._counted(
                self.env._("Due within %s hours", RISK_HOURS),
                "stock.picking",
                [*waiting, ("date_deadline", ">=", now), ("date_deadline", "<", soon)],
                "warn",
            ),
            self._counted(
                self.env._("Held orders"),
                "sale.order",
                [("integration_hold", "!=", False), ("state", "in", ("draft", "sent"))],
                "warn",
            ),
        ]
        parts = [part for part in parts if part]
        return number and self._tile("risk", "fa-clock-o", number, parts)

    def _tracking_tile(self):
        """Deliveries of channels' orders that left without a tracking number."""
        since = fields.Datetime.now() - timedelta(days=TRACKING_DAYS)
        number = self._counted(
            self.env._("Shipments without tracking"),
            "stock.picking",
            [
                ("integration_backend_id", "!=", False),
                ("picking_type_id.code", "=", "outgoing"),
                ("state", "=", "done"),
                ("carrier_tracking_ref", "=", False),
                ("date_done", ">=", since),
            ],
            "warn",
        )
        return number and self._tile("tracking", "fa-truck", number, hint=self.env._("Last %s days", TRACKING_DAYS))

    def _stale_tile(self):
        """Stock levels that a channel should have been told of long ago."""
        flows = self.env["integration.flow"].search([("code", "=", "stock.out")])
        minutes = [flow.freshness_minutes for flow in flows if flow.freshness_minutes]
        before = fields.Datetime.now() - timedelta(minutes=min(minutes, default=STALE_MINUTES))
        levels = self.env["integration.stock.level"]
        if not levels.has_access("read"):
            return None
        domain = [("is_behind", "=", True), ("computed_at", "<", before)]
        number = self._counted(self.env._("Stale stock"), levels._name, domain, "warn")
        return self._tile("stock", "fa-cubes", number, hint=self.env._("Levels a channel does not know yet"))
