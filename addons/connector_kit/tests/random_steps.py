"""Random steps on two channels and three warehouses, and what has to hold after each.

Eight histories of 250 steps, in two files so that both of the suite's workers have some. Each
begins anew: in one transaction everything gets slower.
"""

from collections import defaultdict
from itertools import chain, combinations

from odoo.addons.connector_oms.lib.levels import sellable
from odoo.addons.connector_oms.stock.offer import Offer
from odoo.addons.connector_oms.stock.publish import Round

from .random_world import RandomWorld

STEPS = 250
#: how often each happens
WEIGHTS = {
    "order": 20,
    "more": 4,
    "fewer": 7,
    "cancel": 3,
    "return": 5,
    "refund": 5,
    "goodwill": 1,
    "webhooks": 12,
    "look": 6,
    "ship": 16,
    "receipt": 6,
    "transfer": 4,
    "arrive_transfer": 6,
    "call_off": 1,
    "purchase": 2,
    "count": 4,
    "receive_return": 4,
    "inspect": 4,
    "invoice": 8,
    "settings": 2,
}


class RandomSteps(RandomWorld):
    """What channels were told, what Odoo reckons, what exists, what is in the books."""

    def play(self, seed):
        """``STEPS`` steps that do something, each looked at."""
        self.begin(seed)
        names, weights = list(WEIGHTS), list(WEIGHTS.values())
        self.settle()
        done = 0
        while done < STEPS:
            name = self.dice.choices(names, weights)[0]
            self.touched.clear()
            outcome = getattr(self, f"step_{name}")()
            if not outcome:
                continue
            done += 1
            self.log.append(f"{done} {name} {outcome}")
            self.settle()
            self.check_told()
            self.check_recomputed()
            self.check_once(self.touched)
            self.check_books(self.touched)
        self.end()

    def end(self):
        """Everything arrives, then all of it is looked at."""
        for again in (True, False, False):
            for shop in self.shops:
                self.look(shop)
            self.settle()
            if again:
                self.compare()
        self.check_told()
        everything = {(shop, external_id) for shop in self.shops for external_id in shop.orders}
        self.check_once(everything)
        checked = self.check_books(everything)
        self.assertGreater(checked, len(everything) * 0.8, "most are nobody's problem")
        for shop in self.shops:
            levels = self.env["integration.stock.level"].search([("backend_id", "=", shop.backend.id)])
            self.assertEqual(set(levels.mapped("status")), {"ok"}, self.tail())
            for level in levels:
                sku, place = level.product_id.default_code, self.place_of(shop, level)
                self.assertEqual(shop.level(sku, place), level.available, f"{sku} at {place}; {self.tail()}")

    def compare(self):
        """The daily comparison: what was sold at one place and is shipped from another shows there only."""
        self.env["integration.flow"]._cron_recompute_stock()
        self.settle()
        for shop in self.shops:
            shop.backend._flow("stock.out")._job_compare_stock()
            self.env.invalidate_all()

    def place_of(self, shop, level):
        """The channel's name of the place that a level is for."""
        places = self.env["integration.location.binding"].search([("backend_id", "=", shop.backend.id)])
        return places.filtered(lambda place: place.record_id == level.warehouse_id).external_id

    def tail(self):
        """What was done last, for whoever has to find out."""
        return f"seed {self.seed}:\n" + "\n".join(self.log[-25:])

    def settle(self):
        """Rounds of the channels that have something to publish, until nothing is marked any more."""
        waiting = self.waiting(behind=True)
        for __ in range(12):
            for shop in waiting:
                flow = shop.backend._flow("stock.out")
                flow._job_publish_stock()
                self.env.invalidate_all()
                self.drain(flow)
            waiting = self.waiting()
            if not waiting:
                return
        self.fail(f"the channels never come to rest; {self.tail()}")

    def waiting(self, behind=False):
        """Shops with marks, or with levels that the channel does not have yet."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.execute(
            """SELECT backend_id FROM integration_stock_dirty UNION
               SELECT backend_id FROM integration_stock_level
                WHERE version > published_version AND (%s OR recheck OR read_at IS NULL)""",
            (behind,),
        )
        ids = {row[0] for row in self.env.cr.fetchall()}
        return [shop for shop in self.shops if shop.backend.id in ids]

    # a: what channels were told

    def check_told(self):
        """Whatever places are taken together: they offer no more than their warehouses can ship less buffers.

        Hall's condition: then, and only then, all that is on sale can be shipped at once.
        """
        most = {
            (house, product): sellable(units, house.integration_buffer_units, house.integration_buffer_percent)
            for (house, product), units in self.free().items()
        }
        offers = self.offers()
        for product in self.skus.values():
            places = [(pool, units[product]) for pool, units in offers.values()]
            for chosen in chain.from_iterable(combinations(places, size) for size in range(1, len(places) + 1)):
                pool = frozenset().union(*(pool for pool, __ in chosen))
                can = sum(most.get((house, product), 0) for house in pool)
                told = sum(units for __, units in chosen)
                where = ", ".join(sorted(house.name for house in pool))
                if told > can:
                    told = f"{told} told, {can} can go; {self.levels(product)}"
                    self.fail(f"{product.default_code} of {where}: {told}; {self.tail()}")

    def levels(self, product):
        """What is known of a product, in words."""
        free = {house.code: units for (house, one), units in self.free().items() if one == product}
        levels = self.env["integration.stock.level"].search([("product_id", "=", product.id)])
        return f"{free} free\n" + "\n".join(
            f"{level.backend_id.name} {level.warehouse_id.code}: {level.available} {level.parts},"
            f" told {level.published} {level.told_parts}, known {level.known}, {level.status}"
            for level in levels
        )

    def offers(self):
        """{(shop, place): (its warehouses, {product: units told, less what was sold since})}."""
        offers = {}
        # what was read after it was told: more than that was put on sale by the channel itself
        self.env.cr.execute("SELECT id, LEAST(published, known) FROM integration_stock_level WHERE published > 0")
        known = dict(self.env.cr.fetchall())
        for shop in self.shops:
            bindings = self.env["integration.location.binding"].search([("backend_id", "=", shop.backend.id)])
            levels = self.env["integration.stock.level"].search([("backend_id", "=", shop.backend.id)])
            for place in bindings:
                units = dict.fromkeys(self.skus.values(), 0)
                for level in levels.filtered(lambda level, place=place: level.warehouse_id == place.record_id):
                    units[level.product_id] = min(
                        known.get(level.id, 0), shop.level(level.product_id.default_code, place.external_id)
                    )
                offers[shop, place.external_id] = frozenset(place.source_ids.warehouse_id), units
        return offers

    def free(self):
        """{(warehouse, product): units that could be shipped}, reckoned apart from the addons."""
        free = defaultdict(float)
        houses = list(self.houses.values())
        for house in houses:
            for quant in self.env["stock.quant"].search([("location_id", "child_of", house.view_location_id.id)]):
                if quant.location_id.usage == "internal" and not self.is_unsellable(quant.location_id):
                    free[house, quant.product_id] += quant.quantity
        moves = self.env["stock.move"].search(
            [("company_id", "=", self.company.id), ("state", "not in", ("draft", "done", "cancel"))]
        )
        for move in moves:
            house = move.location_id.warehouse_id
            # a delivery that waits takes what is brought for it, not what is there
            if (
                house in houses
                and move.state != "waiting"
                and move.location_dest_id.warehouse_id != house
                and not self.is_unsellable(move.location_id)
            ):
                free[house, move.product_id] -= move.product_qty
        drafts = self.env["sale.order.line"].search(
            [("company_id", "=", self.company.id), ("order_id.state", "in", ("draft", "sent"))]
        )
        for line in drafts:
            for product, units in self.contents(line.product_id).items():
                free[line.warehouse_id or line.order_id.warehouse_id, product] -= units * line.product_uom_qty
        for claim in self.env["integration.order.claim"].search(
            [("backend_id", "in", [s.backend.id for s in self.shops])]
        ):
            for product, units in self.contents(claim.product_id).items():
                free[claim.warehouse_id, product] -= units * claim.quantity
        for house in houses:
            free[house, self.kit] = min(free[house, part] // units for part, units in self.contents(self.kit).items())
        return free

    def is_unsellable(self, location):
        """Whether it or something above it is not for sale."""
        while location:
            if location.integration_unsellable:
                return True
            location = location.location_id
        return False

    def contents(self, product):
        """{part: units} of a kit, of anything else itself."""
        return {self.product_a: 2, self.product_b: 1} if product == self.kit else {product: 1}

    # b: recomputed and incremental

    def check_recomputed(self):
        """A recompute of everything changes nothing."""
        self.env.flush_all()
        for shop in self.shops:
            whole = Round(shop.backend._flow("stock.out"), True)
            whole.offer = Offer(shop.backend)
            places = sorted({row["place_id"] for row in whole.offer.own})
            for level_id, product, __, units, parts in whole._changes(places):
                level = self.env["integration.stock.level"].browse(level_id)
                code = self.env["product.product"].browse(product).default_code
                held = f"{level.available} {level.parts}, told {level.published} {level.told_parts}"
                self.fail(f"{shop.backend.name}: {code} is {held}, has to be {units} {parts}; {self.tail()}")

    # c: each exactly once

    def check_once(self, orders):
        """Orders, refunds and returns that were told exist once; nothing else does."""
        for shop, external_id in orders:
            sold = shop.orders[external_id]
            sale = self.sale(shop, sold)
            # cancelled, or paid back, before Odoo knew of it
            if not sale and not any(one.owed for one in sold.lines.values()) or sold.is_cancelled and not sale:
                continue
            self.assertEqual(len(sale), 1, f"{external_id}; {self.tail()}")
            if any(document.external_id == external_id for document in shop.outbox):
                continue
            for model, wanted in (("refund", sold.refunds), ("return", sold.returns)):
                found = self.env[f"integration.{model}"].search([("order_id", "=", sale.id)])
                self.assertEqual(
                    sorted(found.mapped("external_id")), sorted(one.external_id for one in wanted), self.tail()
                )

    # d: the books

    def check_books(self, orders):
        """Orders, and what was invoiced and credited, come to what the channel says, to the cent.

        :return: how many could be compared: the others wait for a person, or their news has not arrived
        """
        checked = 0
        for shop, external_id in orders:
            sold = shop.orders[external_id]
            sale = self.sale(shop, sold)
            if not self.is_settled(shop, sold, sale):
                continue
            checked += 1
            refunds = self.env["integration.refund"].search([("order_id", "=", sale.id)])
            posted = (sale.invoice_ids | refunds.move_id).filtered(lambda move: move.state == "posted")
            invoiced = sum((posted - refunds.move_id).mapped("amount_total_signed"))
            credited = -sum((posted & refunds.move_id).mapped("amount_total_signed"))
            if sold.is_cancelled:
                self.assertEqual(
                    (sale.state, round(invoiced - credited, 2)), ("cancel", 0.0), self.story(shop, sold, sale)
                )
                continue
            theirs = float(sold.document().totals.total)
            live = sum(refunds.filtered(lambda refund: refund.state != "absorbed").mapped("amount"))
            self.assertEqual(round(sale.amount_total - live, 2), theirs, self.story(shop, sold, sale))
            if sale.invoice_status == "invoiced":
                self.assertEqual(round(invoiced - credited, 2), theirs, self.story(shop, sold, sale))
        return checked

    def story(self, shop, sold, sale):
        """All that is known of an order, for whoever has to find out."""
        messages = self.env["integration.message"].search(
            [("backend_id", "=", shop.backend.id), ("business_key", "=", sold.external_id)]
        )
        exceptions = self.env["integration.exception"].search(
            [("res_model", "=", "sale.order"), ("res_id", "=", sale.id)]
        )
        refunds = self.env["integration.refund"].search([("order_id", "=", sale.id)])
        lines = [
            f"{line.integration_external_id}: {line.product_uom_qty:g} ordered, {line.qty_delivered:g} gone,"
            f" {line.qty_invoiced:g} invoiced, {line.price_total}"
            for line in sale.order_line
        ]
        return "\n".join(
            [
                f"{sold.external_id} is {sale.name} {sale.state}: {sold.lines}",
                *lines,
                *(f"refund {one.external_id} {one.amount} {one.state}" for one in refunds),
                *(f"invoice {one.name} {one.move_type} {one.state} {one.amount_total}" for one in sale.invoice_ids),
                *(f"message {one.key} {one.state}: {one.note or one.last_error or ''}" for one in messages),
                *(f"exception {one.category} {one.state}: {one.cause}" for one in exceptions),
                *(line for line in self.log if sold.external_id in line or sale.name in line),
                self.tail(),
            ]
        )

    def is_settled(self, shop, sold, sale):
        """Whether Odoo knows the latest of an order, and nobody has been asked about it."""
        if not sale or any(document.external_id == sold.external_id for document in shop.outbox):
            return False
        return not self.env["integration.exception"].search_count(
            [
                ("res_model", "=", "sale.order"),
                ("res_id", "=", sale.id),
                ("state", "=", "open"),
                ("category", "in", ("change", "cancel")),
            ]
        )
