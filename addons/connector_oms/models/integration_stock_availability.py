from odoo import api, models

from ..lib.availability import availability_sql
from ..lib.figures_sql import INCOMING_SQL, figures_sql
from ..stock.offer import kit_neighbours


class IntegrationStockAvailability(models.AbstractModel):
    """What may be sold of a product in a warehouse: ``lib.availability`` says how."""

    _name = "integration.stock.availability"
    _description = "Availability"

    @api.model
    def _has_expiry(self):
        """Whether quants know a removal date (``product_expiry`` is installed)."""
        return "removal_date" in self.env["stock.quant"]._fields

    @api.model
    def _has_kits(self):
        """Whether there are products that are put together from others."""
        self.env.cr.execute("SELECT EXISTS (SELECT 1 FROM integration_stock_kit)")
        return self.env.cr.fetchone()[0]

    @api.model
    def _available(self, products, warehouses):
        """Units of products that may be sold from warehouses, in each product's unit.

        Negative where more is promised than there is. In one query, whatever the
        number of products and warehouses; all companies' rules are the warehouse's.

        :param products: product.product, or None for all
        :param warehouses: stock.warehouse
        :return: {(product id, warehouse id): units}; pairs without stock and demand
            are missing when ``products`` is None, and 0.0 otherwise
        """
        self.env.flush_all()
        # asked for first: it may have to ask the database, too, on the same cursor
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        wanted = products.ids if products is not None else None
        kits = self._has_kits()
        values = kit_neighbours(self.env, wanted) if kits and wanted else {"product_ids": wanted}
        self.env.cr.execute(
            availability_sql(of_products=wanted is not None, expiry=self._has_expiry(), kits=kits),
            {"warehouse_ids": warehouses.ids, "ordered_ids": wanted, **values},
        )
        found = {
            (product_id, warehouse_id): round(float(units), digits)
            for product_id, warehouse_id, units in self.env.cr.fetchall()
        }
        if wanted is None:
            return found
        return {
            (product_id, warehouse_id): found.get((product_id, warehouse_id), 0.0)
            for product_id in wanted
            for warehouse_id in warehouses.ids
        }

    @api.model
    def _figures(self, products, warehouses):
        """Each figure of products in warehouses, in each product's unit.

        :return: {(product id, warehouse id): {name: units}}, names as in ``lib.figures_sql``
        """
        self.env.flush_all()
        ids = {"product_ids": products.ids, "warehouse_ids": warehouses.ids}
        # asked for first: it may have to ask the database, too
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        self.env.cr.execute(figures_sql(expiry=self._has_expiry()), ids)
        found = {(product, warehouse): {} for product in products.ids for warehouse in warehouses.ids}
        for product_id, warehouse_id, name, units in self.env.cr.fetchall():
            found[product_id, warehouse_id][name] = round(float(units), digits)
        return found

    @api.model
    def _incoming(self, products, warehouses):
        """What is on its way into warehouses.

        :return: {(product id, warehouse id): [(date, units)]} in the order of dates
        """
        self.env.flush_all()
        self.env.cr.execute(INCOMING_SQL, {"product_ids": products.ids, "warehouse_ids": warehouses.ids})
        found = {}
        for product_id, warehouse_id, day, units in self.env.cr.fetchall():
            found.setdefault((product_id, warehouse_id), []).append((day, float(units)))
        return found
