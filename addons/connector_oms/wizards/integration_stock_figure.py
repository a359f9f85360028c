from odoo import api, fields, models


class IntegrationStockFigure(models.TransientModel):
    """What there is of a product in a warehouse, and what of it may be sold."""

    _name = "integration.stock.figure"
    _description = "Availability of a product in a warehouse"
    _order = "product_id, warehouse_id"

    product_id = fields.Many2one("product.product", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    physical = fields.Float("In the warehouse", digits="Product Unit", readonly=True)
    reserved = fields.Float(digits="Product Unit", readonly=True, help="For transfers.")
    unsellable = fields.Float(
        "Not for sale",
        digits="Product Unit",
        readonly=True,
        help="In locations that are not for sale: damaged, quality.",
    )
    consigned = fields.Float("Of others", digits="Product Unit", readonly=True, help="Belongs to somebody else.")
    expired = fields.Float(digits="Product Unit", readonly=True, help="Past its removal date.")
    demand = fields.Float(
        "Promised", digits="Product Unit", readonly=True, help="To deliveries for which nothing is reserved yet."
    )
    held = fields.Float(
        "In held orders", digits="Product Unit", readonly=True, help="Of channels, not confirmed or not imported yet."
    )
    available = fields.Float("May be sold", digits="Product Unit", readonly=True, help="Before any safety stock.")
    incoming = fields.Float("To arrive", digits="Product Unit", readonly=True)
    offered = fields.Text(readonly=True, help="What each channel is told.")
    promise_ids = fields.One2many("integration.stock.promise", "figure_id", "Promises", readonly=True)

    @api.depends("product_id", "warehouse_id")
    def _compute_display_name(self):
        for figure in self:
            figure.display_name = self.env._(
                "%(product)s in %(warehouse)s",
                product=figure.product_id.display_name,
                warehouse=figure.warehouse_id.name,
            )

    @api.model
    def _of(self, products, warehouses):
        """Make the figures of products in warehouses, as they are now."""
        availability = self.env["integration.stock.availability"]
        # only figures: who may see the stock need not see the orders behind it
        free = availability.sudo()._available(products, warehouses)
        figures = availability.sudo()._figures(products, warehouses)
        incoming = availability.sudo()._incoming(products, warehouses)
        return self.create(
            [
                self._values(product, warehouse, figures[key], free[key], incoming.get(key, []))
                for product in products
                for warehouse in warehouses
                for key in [(product.id, warehouse.id)]
            ]
        )

    def _values(self, product, warehouse, figures, free, incoming):
        promised, promises = free, []
        for day, units in incoming:
            promised += units
            promises.append((0, 0, {"date": day, "incoming": units, "promised": max(0.0, promised)}))
        names = ("physical", "reserved", "unsellable", "consigned", "expired", "demand")
        return {
            "product_id": product.id,
            "warehouse_id": warehouse.id,
            **{name: figures.get(name, 0.0) for name in names},
            "held": figures.get("held", 0.0) + figures.get("claimed", 0.0),
            "available": free,
            "incoming": sum(units for __, units in incoming),
            "offered": self._offers(product, warehouse),
            "promise_ids": promises,
        }

    def _offers(self, product, warehouse):
        """A line for each channel that offers this stock."""
        sources = self.env["integration.stock.source"].sudo().search([("warehouse_id", "=", warehouse.id)])
        levels = self.env["integration.stock.level"].sudo()
        lines = []
        for source in sources:
            level = levels.search(
                [
                    ("backend_id", "=", source.backend_id.id),
                    ("product_id", "=", product.id),
                    ("warehouse_id", "=", source.binding_id.record_id.id),
                ]
            )
            if level:
                units = (level.parts or {}).get(str(warehouse.id), level.available)
                lines.append(f"{source.backend_id.name}: {units}")
        return "\n".join(lines)

    def action_open_stock(self):
        """Button: the stock of the warehouse, by place."""
        return self._open(
            "stock.quant", [("location_id", "child_of", self.warehouse_id.view_location_id.id)], self.env._("Stock")
        )

    def action_open_moves(self):
        """Button: deliveries that take it."""
        inside = ("location_id", "child_of", self.warehouse_id.view_location_id.id)
        return self._open(
            "stock.move", [inside, ("state", "not in", ("draft", "done", "cancel"))], self.env._("Deliveries")
        )

    def action_open_orders(self):
        """Button: orders of channels that are held."""
        return self._open(
            "sale.order.line",
            [
                ("order_id.integration_backend_id", "!=", False),
                ("order_id.state", "in", ("draft", "sent")),
                ("order_id.warehouse_id", "=", self.warehouse_id.id),
            ],
            self.env._("Held orders"),
        )

    def action_open_incoming(self):
        """Button: receipts that bring more."""
        inside = ("location_final_id", "child_of", self.warehouse_id.view_location_id.id)
        into = ("location_dest_id", "child_of", self.warehouse_id.view_location_id.id)
        return self._open(
            "stock.move",
            ["|", inside, into, ("state", "not in", ("draft", "done", "cancel"))],
            self.env._("To arrive"),
        )

    def _open(self, model, domain, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("product_id", "=", self.product_id.id), *domain],
            "context": {"create": False},
        }
