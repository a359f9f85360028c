"""Products, stock and moves for the tests of the stock side."""

from odoo.addons.connector_base.tests.common import HubCase


class StockMaker:
    """Mixin with short ways to stock and demand; needs ``self.env``."""

    @classmethod
    def make_products(cls, count, **values):
        """Storable products without tracking."""
        return cls.env["product.product"].create(
            [{"name": f"Thing {n}", "type": "consu", "is_storable": True, **values} for n in range(count)]
        )

    @classmethod
    def stock_up(cls, product, location, units, **values):
        """Put units on a shelf (negative ones too)."""
        return (
            cls.env["stock.quant"]
            .sudo()
            .create(
                {
                    "product_id": product.id,
                    "location_id": location.id,
                    "quantity": units,
                    **values,
                }
            )
        )

    @classmethod
    def make_move(cls, product, units, warehouse=None, confirm=False, **values):
        """A delivery move of its own transfer; confirmed without being reserved."""
        warehouse = warehouse or cls.warehouse
        move = cls.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": units,
                "product_uom": values.pop("product_uom", product.uom_id.id),
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": cls.env.ref("stock.stock_location_customers").id,
                "picking_type_id": warehouse.out_type_id.id,
                "company_id": warehouse.company_id.id,
                **values,
            }
        )
        if confirm:
            warehouse.out_type_id.reservation_method = "manual"
            move._action_confirm(merge=False)
        return move

    @classmethod
    def make_order(cls, lines, backend=None, warehouse=None, **values):
        """A quotation.

        :param lines: (product, units) or (product, units, further values)
        """
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "warehouse_id": (warehouse or cls.warehouse).id,
                "integration_backend_id": backend.id if backend else False,
                "integration_external_id": "order-1" if backend else False,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": line[0].id,
                            "product_uom_qty": line[1],
                            "integration_external_id": f"line-{n}" if backend else False,
                            **(line[2] if len(line) > 2 else {}),
                        },
                    )
                    for n, line in enumerate(lines)
                ],
                **values,
            }
        )

    @classmethod
    def prepare_stock(cls):
        """A warehouse of its own with two shelves, and a customer."""
        cls.warehouse = cls.env["stock.warehouse"].create({"name": "Test house", "code": "TSTH"})
        cls.stock = cls.warehouse.lot_stock_id
        cls.shelves = cls.env["stock.location"].create(
            [{"name": name, "location_id": cls.stock.id} for name in ("Shelf B", "Shelf A")]
        )
        cls.partner = cls.env["res.partner"].create({"name": "A customer"})

    def run_precommit(self):
        """Write the marks as a commit would."""
        self.env.flush_all()
        self.env.cr.precommit.run()


class StockCase(StockMaker, HubCase):
    """A running backend with a publishing flow, a location and some products."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepare_stock()
        cls.flow = cls.make_flow("stock.out")
        cls.products = cls.make_products(3)
        cls.place = cls.env["integration.location.binding"].create(
            {"backend_id": cls.backend.id, "external_id": "loc-1", "record_id": cls.warehouse.id}
        )
        cls.bind(cls.products)

    @classmethod
    def bind(cls, products):
        """Link products; stock ids are ``stock-<product id>``."""
        return cls.env["integration.product.binding"].create(
            [
                {
                    "backend_id": cls.backend.id,
                    "external_id": f"variant-{product.id}",
                    "stock_id": f"stock-{product.id}",
                    "record_id": product.id,
                }
                for product in products
            ]
        )
