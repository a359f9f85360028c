from odoo import models

from ..lib.reports import COUNT


class IntegrationStockLevel(models.Model):
    """What a count means for a channel."""

    _inherit = "integration.stock.level"

    def _report_counts(self, changes, lost):
        """Report changes above the limit of each channel that offers the product; close what is even again.

        :param changes: {(product, warehouse): units}
        :param lost: (move, units) that lost what was reserved for them
        """
        levels = self.search(
            [
                ("product_id", "in", [product.id for product, __ in changes]),
                ("warehouse_id", "in", [warehouse.id for __, warehouse in changes]),
            ]
        )
        levels = levels.filtered(lambda level: (level.product_id, level.warehouse_id) in changes)
        if not levels:
            return
        reported = self.env["integration.exception"].sudo()._of_prefix("discrepancy", COUNT, levels).grouped("res_id")
        none = self.env["integration.exception"].sudo()
        for level in levels:
            units = changes[level.product_id, level.warehouse_id]
            level._report_count(units, reported.get(level.id, none)[:1], lost)

    def _report_count(self, units, known, lost):
        """Put one change to a person.

        :param units: what the count changed
        :param known: the open exception of an earlier count; both together count then
        """
        units += known.counted_units
        amount = abs(units) * self.product_id.with_company(self.company_id).standard_price
        backend = self.backend_id
        above = (backend.count_limit_units and abs(units) > backend.count_limit_units) or (
            backend.count_limit_value and amount > backend.count_limit_value
        )
        if not above:
            known._resolve(self.env._("Counted again: the difference is gone."))
            return
        product = self.product_id
        exception = self.env["integration.exception"]._report(
            backend,
            "discrepancy",
            self._count_cause(units, lost),
            group_key=f"{COUNT}{product.default_code or product.name}",
            record=self,
        )
        exception.sudo()._quiet().write({"counted_units": units, "amount": amount})

    def _count_cause(self, units, lost):
        """What was counted, and what it does to what was promised."""
        now = self.product_id.with_context(warehouse_id=self.warehouse_id.id).qty_available
        facts = {"what": self.display_name, "now": f"{now:g}", "before": f"{now - units:g}"}
        pickings = {
            move.picking_id: None
            for move, __ in lost
            if move.product_id == self.product_id and move.picking_type_id.warehouse_id == self.warehouse_id
        }
        if not pickings:
            return self.env._(
                "%(what)s: %(now)s counted, Odoo had %(before)s. No delivery loses what is reserved for it.", **facts
            )
        names = ", ".join(picking.name for picking in list(pickings)[:3]) + (" …" if len(pickings) > 3 else "")
        return self.env._(
            "%(what)s: %(now)s counted, Odoo had %(before)s. Deliveries that lost what was reserved for them: "
            "%(count)s (%(names)s).",
            count=len(pickings),
            names=names,
            **facts,
        )
