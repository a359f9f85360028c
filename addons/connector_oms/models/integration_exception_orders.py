from odoo import api, models


class IntegrationException(models.Model):
    """The orders, transfers and purchases behind exceptions, and how large a difference may be accepted."""

    _inherit = "integration.exception"

    def _orders(self):
        """The sales orders these are about, in sudo: the exception's own rules say who may."""
        self.check_access("read")
        ids = [one.res_id for one in self if one.res_model == "sale.order"]
        orders = self.env["sale.order"].sudo().browse(ids).exists()
        return orders.with_company(self.company_id[:1])

    def _pickings(self):
        """The transfers these are about, in sudo."""
        self.check_access("read")
        ids = [one._integration_picking_id() for one in self]
        pickings = self.env["stock.picking"].sudo().browse(filter(None, ids)).exists()
        return pickings.with_company(self.company_id[:1])

    def _purchases(self):
        """The purchase orders these are about, in sudo."""
        self.check_access("read")
        ids = [one.res_id for one in self if one.res_model == "purchase.order"]
        purchases = self.env["purchase.order"].sudo().browse(ids).exists()
        return purchases.with_company(self.company_id[:1])

    @api.model
    def _of_prefix(self, category, prefix, records=None):
        """Open ones of a kind of report: those of other addons, in the same category, are not among them.

        :param prefix: what the group keys of that kind begin with
        :param records: only those about these
        """
        domain = [("category", "=", category), ("state", "=", "open"), ("group_key", "=like", f"{prefix}%")]
        if records is not None:
            domain += [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        return self.search(domain)

    def _heal_orders(self, orders, reason):
        """Close all that is open about these orders."""
        found = self.sudo().search(
            [("res_model", "=", "sale.order"), ("res_id", "in", orders.ids), ("state", "=", "open")]
        )
        (found | self.sudo()).with_env(self.env)._resolve(reason, "accepted")

    def _difference(self):
        """What is at stake when this one is accepted, in the company's currency."""
        self.ensure_one()
        if self.category == "total":
            return max((order._integration_difference() for order in self._orders()), default=0.0)
        return abs(self.sudo().amount) if self.category == "discrepancy" else 0.0

    def _check_limit(self):
        """Refuse to accept a difference above what the user may.

        :raises AccessError: it is above the limit
        """
        for exception in self:
            exception.sudo().backend_id.with_env(self.env)._check_difference(exception._difference())
        return True
