from odoo import api, models

from .batch_memo import CONTEXT_KEY


class StockRule(models.Model):
    """The lines of a batch mostly take the same route: it is looked up once."""

    _inherit = "stock.rule"

    @api.model
    def _search_rule_for_warehouses(self, route_ids, packaging_uom_id, product_id, warehouse_ids, domain):
        """Remember the rules of the same routes, warehouses and places."""
        memo = self.env.context.get(CONTEXT_KEY)
        arguments = (route_ids, packaging_uom_id, product_id, warehouse_ids, domain)
        if not memo:
            return super()._search_rule_for_warehouses(*arguments)
        routes = product_id.route_ids | product_id.categ_id.total_route_ids
        through = self.env["stock.route"]
        if warehouse_ids:
            through = warehouse_ids.route_ids.filtered(
                lambda route: self._filter_warehouse_routes(product_id, warehouse_ids, route)
            )
        key = (
            tuple((route_ids or through.browse()).ids),
            packaging_uom_id.package_type_id.id if packaging_uom_id else False,
            tuple(routes.ids),
            tuple((warehouse_ids or self.env["stock.warehouse"]).ids),
            tuple(through.ids),
            repr(domain),
        )
        if key not in memo.rules:
            memo.rules[key] = super()._search_rule_for_warehouses(*arguments)
        return memo.rules[key]
