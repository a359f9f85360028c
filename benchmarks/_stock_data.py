"""100,000 products in three warehouses, loaded by SQL: what would take hours through the ORM."""

import random

PRODUCTS = 100_000
QUANTS = 250_000
OPEN_MOVES = 10_000
SHELVES = 10
SEED = 19


def copy_rows(cr, table, source_id, count, values, extra="", parameters=()):
    """Insert ``count`` copies of a row, with other values in some columns.

    :param values: {column: SQL expression}; ``n`` counts from 1, ``e`` is the row of ``extra``
    :param extra: SQL of further tables to join, with a column ``n``
    """
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'", (table,)
    )
    columns = [row[0] for row in cr.fetchall()]
    expressions = [values.get(column, f's."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    cr.execute(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(expressions)}"
        f" FROM {table} s, generate_series(1, {count}) n {extra} WHERE s.id = %s",
        (*parameters, source_id),
    )


class StockData:
    """Loads one database.

    :param env: Odoo environment of the system user; the caller commits
    :param count: products
    """

    def __init__(self, env, count=PRODUCTS):
        self.env = env
        self.cr = env.cr
        self.count = count

    def load(self):
        """Make everything; returns (warehouse ids, product ids in their order)."""
        warehouses = self.warehouses()
        products = self.products()
        self.quants(warehouses)
        self.moves(warehouses, products)
        for table in ("product_template", "product_product", "stock_quant", "stock_move", "stock_location"):
            self.cr.execute(f"ANALYZE {table}")
        self.env.invalidate_all()
        return warehouses.ids, products

    def warehouses(self):
        """Three warehouses with shelves below their stock."""
        warehouses = self.env["stock.warehouse"].create(
            [{"name": f"Bench {code}", "code": f"B{code}"} for code in "123"]
        )
        self.env["stock.location"].create(
            [
                {"name": f"Shelf {number}", "location_id": warehouse.lot_stock_id.id}
                for warehouse in warehouses
                for number in range(SHELVES)
            ]
        )
        self.env.flush_all()
        return warehouses

    def products(self):
        """Storable products, copied from one that the ORM made."""
        model = self.env["product.product"]
        first = model.create({"name": "Bench", "type": "consu", "is_storable": True, "default_code": "BENCH"})
        self.env.flush_all()
        cr = self.cr
        template = first.product_tmpl_id.id
        name = """jsonb_build_object('en_US', 'Bench ' || n)"""
        copy_rows(cr, "product_template", template, self.count, {"name": name, "default_code": "'BENCH-' || n"})
        cr.execute("CREATE TEMP TABLE bench_product (n serial, template_id int)")
        cr.execute(
            "INSERT INTO bench_product (template_id)"
            " SELECT id FROM product_template WHERE default_code LIKE 'BENCH-%' ORDER BY id"
        )
        copy_rows(
            cr,
            "product_product",
            first.id,
            self.count,
            {"product_tmpl_id": "e.template_id", "default_code": "'BENCH-' || n", "barcode": "NULL"},
            "JOIN bench_product e USING (n)",
        )
        cr.execute("SELECT id FROM product_product WHERE default_code LIKE 'BENCH-%' ORDER BY id")
        return [row[0] for row in cr.fetchall()]

    def quants(self, warehouses):
        """Each product once in each warehouse on average, on any shelf, some of it reserved."""
        rng = random.Random(SEED)
        shelves = self.env["stock.location"].search([("location_id", "in", warehouses.lot_stock_id.ids)])
        self.cr.execute("SELECT id FROM product_product WHERE default_code LIKE 'BENCH-%' ORDER BY id")
        products = [row[0] for row in self.cr.fetchall()]
        pairs = {(rng.choice(products), rng.choice(shelves.ids)) for __ in range(QUANTS * self.count // PRODUCTS)}
        pairs |= {(product, shelf) for product in products[:600] for shelf in shelves.ids[::SHELVES]}
        rows = [(p, place, rng.randint(5, 60), rng.choice((0, 0, 0, 1, 3))) for p, place in pairs]
        self.cr.execute(
            """INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date,
                                        create_uid, write_uid, create_date, write_date)
               SELECT v.*, now() AT TIME ZONE 'UTC', 1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                 FROM (SELECT p, l, %s::int, q, r FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[])
                              AS u(p, l, q, r)) v""",
            (warehouses.company_id.id, *map(list, zip(*rows, strict=True))),
        )

    def moves(self, warehouses, products):
        """Confirmed deliveries that are not reserved yet, copied from one that the ORM made."""
        warehouse = warehouses[0]
        warehouse.out_type_id.reservation_method = "manual"
        move = self.env["stock.move"].create(
            {
                "product_id": products[0],
                "product_uom_qty": 2,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "picking_type_id": warehouse.out_type_id.id,
            }
        )
        move._action_confirm(merge=False)
        self.env.flush_all()
        rng = random.Random(SEED)
        self.cr.execute("CREATE TEMP TABLE bench_demand (n int, product_id int, location_id int)")
        self.cr.execute(
            "INSERT INTO bench_demand SELECT * FROM unnest(%s::int[], %s::int[], %s::int[])",
            (
                list(range(1, OPEN_MOVES + 1)),
                [rng.choice(products) for __ in range(OPEN_MOVES)],
                [rng.choice(warehouses.lot_stock_id.ids) for __ in range(OPEN_MOVES)],
            ),
        )
        copy_rows(
            self.cr,
            "stock_move",
            move.id,
            OPEN_MOVES,
            {"product_id": "e.product_id", "location_id": "e.location_id"},
            "JOIN bench_demand e USING (n)",
        )
