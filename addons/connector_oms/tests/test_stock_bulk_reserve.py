"""Bulk reservation comes to what core comes to, on random stock."""

import random
import time

from odoo.tests import TransactionCase, tagged

from odoo.addons.stock.models.stock_quant import StockQuant

from ..stock.bulk_reserve import BulkReserve
from .stock_common import StockMaker

SITUATIONS = 60


@tagged("post_install", "-at_install")
class TestBulkReserve(StockMaker, TransactionCase):
    """Each situation is reserved twice, by core and in bulk, from the same state."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepare_stock()
        removal = cls.env["product.removal"].search([])
        cls.categories = cls.env["product.category"].create(
            [{"name": method.method, "removal_strategy_id": method.id} for method in removal] + [{"name": "none"}]
        )
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.owner = cls.env["res.partner"].create({"name": "Consignor"})

    def situation(self, rng):
        """Random stock and the moves that want it."""
        products = self.make_products(rng.randint(1, 4))
        for product in products:
            product.categ_id = rng.choice(self.categories)
            if rng.random() < 0.1:
                product.tracking = "lot"
            self.random_stock(rng, product)
        moves = self.env["stock.move"]
        for __ in range(rng.randint(1, 10)):
            moves |= self.random_move(rng, rng.choice(products))
        if rng.random() < 0.3:
            moves[:1]._action_assign()
            extra = moves[:1].product_id
            self.stock_up(extra, self.shelves[0], 1)
        self.env.flush_all()
        return moves

    def random_stock(self, rng, product):
        for location in rng.sample([self.stock, *self.shelves], rng.randint(0, 3)):
            values = {"in_date": f"2026-01-{rng.randint(1, 4):02d} 08:00:00"}
            if rng.random() < 0.1:
                values["owner_id"] = self.owner.id
            if rng.random() < 0.1:
                package = self.env["stock.package"].create({})
                values["package_id"] = package.id
            if product.tracking == "lot" and rng.random() < 0.7:
                lot = self.env["stock.lot"].create({"product_id": product.id})
                values["lot_id"] = lot.id
            units = rng.choice([-2, 0, 0.5, 1, 3, 5, 8, 12, 30])
            for __ in range(2 if rng.random() < 0.1 else 1):
                self.stock_up(product, location, units, **values)

    def random_move(self, rng, product):
        values = {"priority": rng.choice("01")}
        if rng.random() < 0.15:
            values["product_uom"] = self.dozen.id
        if rng.random() < 0.2:
            values["location_id"] = self.shelves[0].id
        units = rng.choice([0.25, 1, 2, 3, 7, 13])
        move = self.make_move(product, units, confirm=True, **values)
        if rng.random() < 0.1:
            move.procure_method = "make_to_order"
        return move

    def outcome(self, moves, **context):
        """What reserving does to quants, moves and lines; undone afterwards."""
        with self.env.cr.savepoint() as savepoint:
            moves.with_context(**context)._action_assign()
            self.env.flush_all()
            quants = self.env["stock.quant"].search([("product_id", "in", moves.product_id.ids)])
            result = {
                "quants": sorted((q.id, q.quantity, q.reserved_quantity, str(q.in_date)) for q in quants),
                "moves": [(m.id, m.state, m.quantity) for m in moves],
                "lines": sorted(
                    (
                        line.move_id.id,
                        line.location_id.id,
                        line.location_dest_id.id,
                        line.lot_id.id,
                        line.package_id.id,
                        line.owner_id.id,
                        line.product_uom_id.id,
                        line.quantity,
                        line.quantity_product_uom,
                        line.picking_id.id,
                        line.state,
                    )
                    for line in moves.move_line_ids
                ),
                "pickings": [(p.id, p.state) for p in moves.picking_id],
            }
            savepoint.close(rollback=True)
        self.env.invalidate_all()
        return result

    def test_bulk_equals_core(self):
        reserved = 0
        for seed in range(SITUATIONS):
            with self.subTest(seed=seed):
                moves = self.situation(random.Random(seed))
                by_core = self.outcome(moves)
                in_bulk = self.outcome(moves, integration_bulk_reservation=True)
                self.assertEqual(in_bulk, by_core)
                reserved += len(by_core["lines"])
        self.assertGreater(reserved, SITUATIONS)

    def test_simple_moves_do_not_reach_core(self):
        product = self.make_products(1)
        self.stock_up(product, self.shelves[0], 5)
        moves = self.make_move(product, 3, confirm=True) + self.make_move(product, 4, confirm=True)
        moves += self.make_move(product, 1, confirm=True)
        self.env.flush_all()
        calls = []
        original = StockQuant._get_reserve_quantity

        def spy(records, *args, **kwargs):
            calls.append(args[0])
            return original(records, *args, **kwargs)

        # on core's own class: a method of another addon makes bulk reservation step aside
        self.patch(StockQuant, "_get_reserve_quantity", spy)
        moves[0].with_context(integration_bulk_reservation=True)._action_assign()
        self.assertFalse(calls)
        self.assertEqual(moves[0].state, "assigned")
        moves.with_context(integration_bulk_reservation=True)._action_assign()
        self.assertEqual(moves.mapped("state"), ["assigned", "partially_available", "confirmed"])
        self.assertEqual(moves.mapped("quantity"), [3, 2, 0])

    def test_steps_aside_for_addons_that_change_how_odoo_reserves(self):
        quant = type(self.env["stock.quant"])
        own = type("Other", (), {"__module__": "odoo.addons.other.models.quant"})
        own._gather = lambda self, *args, **kwargs: None
        product = self.make_products(1)
        self.stock_up(product, self.stock, 5)
        move = self.make_move(product, 3, confirm=True)
        self.assertTrue(BulkReserve(move)._hooks_are_known())
        bases = quant.__bases__
        quant.__bases__ = (own, *bases)
        try:
            self.assertFalse(BulkReserve(move)._hooks_are_known())
        finally:
            quant.__bases__ = bases

    def test_cost_of_a_move(self):
        """Figures for the log; the bound is loose, the machine may be busy."""
        products = self.make_products(40)
        for product in products:
            self.stock_up(product, self.shelves[0], 1000)
        spent = {}
        for name, context in (("core", {}), ("bulk", {"integration_bulk_reservation": True})):
            moves = self.env["stock.move"]
            for __ in range(5):
                moves |= self.env["stock.move"].concat(
                    *(self.make_move(product, 2, confirm=True) for product in products)
                )
            self.env.flush_all()
            self.env.invalidate_all()
            started = time.monotonic()
            moves.with_context(**context)._action_assign()
            self.env.flush_all()
            spent[name] = (time.monotonic() - started) * 1000 / len(moves)
            self.assertEqual(set(moves.mapped("state")), {"assigned"})
        print(f"ms a move: {spent}")  # noqa: T201
        self.assertLess(spent["bulk"], spent["core"] / 2)
