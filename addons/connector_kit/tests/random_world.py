"""Two channels and three warehouses, and everything that may happen to them, one step at a time."""

import random
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields

from odoo.addons.connector_oms.lib.documents import Order
from odoo.addons.connector_oms.stock import reading
from odoo.addons.connector_oms.tests.order_case import OrderCase
from odoo.addons.connector_oms.tests.stock_channel import StockChannel

from .random_shop import Shop, Sold, SoldLine
from .random_staff import RandomStaff

PRICES = {"SKU-A": Decimal("11.11"), "SKU-B": Decimal("0.37"), "SKU-C": Decimal("249.90"), "KIT": Decimal("19.99")}
#: places of the channels, the warehouses behind them
PLACES = (
    {"east": ("main", "reno"), "south": ("dallas",)},
    {"east": ("main",), "west": ("reno",), "south": ("dallas",)},
)
NUMBERS = 100_000


class RandomWorld(RandomStaff, OrderCase):
    """Shops, warehouses, and what buyers may do. ``dice`` decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls.env["stock.warehouse"].create
        cls.houses = {
            "main": cls.warehouse,
            "reno": make({"name": "Reno", "code": "RNO", "company_id": cls.company.id, "sequence": 20}),
            "dallas": make({"name": "Dallas", "code": "DAL", "company_id": cls.company.id, "sequence": 30}),
        }
        cls.houses["main"].integration_buffer_units = 1
        cls.houses["dallas"].integration_buffer_percent = 10
        for house in cls.houses.values():
            house.out_type_id.reservation_method = "manual"
        cls.product_b.invoice_policy = "delivery"
        cls.c = cls.make_product("SKU-C", stock=0, invoice_policy="delivery")
        cls.kit = cls.make_product("KIT", stock=0, is_storable=False, invoice_policy="delivery")
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    (0, 0, {"product_id": part.id, "product_qty": units})
                    for part, units in ((cls.product_a, 2), (cls.product_b, 1))
                ],
            }
        )
        cls.skus = {"SKU-A": cls.product_a, "SKU-B": cls.product_b, "SKU-C": cls.c, "KIT": cls.kit}
        cls.houses["main"].resupply_wh_ids = cls.houses["dallas"] | cls.houses["reno"]
        cls.houses["reno"].resupply_wh_ids = cls.houses["main"]
        vendor = cls.env["res.partner"].create({"name": "Vendor"})
        cls.c.seller_ids = [(0, 0, {"partner_id": vendor.id, "price": 90.0, "delay": 4})]
        cls.rules = cls.env["integration.routing.ruleset"]
        cls.shops = cls._make_shops()

    @classmethod
    def _make_shops(cls):
        cls.backend.refund_policy = "post"
        second = cls.backend.copy({"name": "Second shop"})
        second.sudo().fingerprint = cls.backend.sudo().fingerprint
        second.state = "running"
        second.user_id = second._make_service_user()
        channels = {cls.backend.id: StockChannel(), second.id: StockChannel()}
        patcher = patch.object(
            cls.registry["integration.backend"], "_build_adapter_test", lambda self: channels[self.id], create=True
        )
        patcher.start()
        cls.addClassCleanup(patcher.stop)
        shops = []
        for backend, places in zip((cls.backend, second), PLACES, strict=True):
            flow = cls.flow if backend == cls.backend else cls.make_flow("order.in", backend_id=backend.id)
            flow.poll_minutes = 5
            cls.make_flow("stock.out", backend_id=backend.id)
            channel = channels[backend.id]
            cls._link(backend, places)
            shops.append(Shop(backend, channel, flow, tuple(places)))
        return shops

    @classmethod
    def _link(cls, backend, places):
        for place, (own, *others) in places.items():
            binding = cls.env["integration.location.binding"].create(
                {"backend_id": backend.id, "external_id": place, "record_id": cls.houses[own].id}
            )
            for other in others:
                cls.env["integration.stock.source"].create(
                    {"binding_id": binding.id, "warehouse_id": cls.houses[other].id, "sequence": 20}
                )
        cls.env["integration.product.binding"].create(
            [
                {
                    "backend_id": backend.id,
                    "external_id": f"variant-{sku}",
                    "stock_id": f"stock-{sku}",
                    "sku": sku,
                    "record_id": product.id,
                }
                for sku, product in cls.skus.items()
            ]
        )

    def begin(self, seed):
        """Everything at the start, with these dice."""
        self.seed, self.dice = seed, random.Random(seed)
        self.clock = fields.Datetime.now()
        self.patch(reading, "now", self.tick)
        self.number = NUMBERS
        self.log = []
        #: each history has other rules
        self.rules.create(
            {
                "company_id": self.company.id,
                "default_cost": 5.0,
                "resupply": ("never", "short", "ranked")[seed % 3],
                "buy_to_order": seed % 2 == 1,
            }
        ).action_go_live()
        for shop in self.shops:
            shop.channel.__init__()
            shop.channel.decoder = Order.model_validate_json
            shop.channel.levels |= {(f"stock-{sku}", place): 0 for sku in self.skus for place in shop.places}
            shop.orders, shop.outbox = {}, []
        #: (shop, external id) of the orders that a step was about
        self.touched = set()

    def tick(self):
        """Every reading and every look-up has a second of its own."""
        self.clock += timedelta(seconds=10)
        return self.clock

    # choosing

    def chance(self, share):
        """True as often as ``share`` says."""
        return self.dice.random() < share

    def pick(self, values):
        """One of them, or None when there is none."""
        values = list(values)
        return self.dice.choice(values) if values else None

    def any_sold(self, fits):
        """(shop, order) of one of the youngest orders that fits, or None."""
        found = [
            (shop, sold)
            for shop in self.shops
            for sold in list(shop.orders.values())[-40:]
            if not sold.is_cancelled and fits(shop, sold)
        ]
        return self.pick(found)

    def sale(self, shop, sold):
        """The order in Odoo, if it is there."""
        return self.env["sale.order"].search(
            [("integration_backend_id", "=", shop.backend.id), ("integration_external_id", "=", sold.external_id)]
        )

    def line_of(self, shop, sold, sku):
        """The order's line in Odoo."""
        return self.sale(shop, sold).order_line.filtered(lambda one: one.integration_external_id == f"line-{sku}")

    # what buyers do

    def step_order(self):
        """Somebody buys what is on sale."""
        shop = self.pick(self.shops)
        lines = {}
        for sku in self.dice.sample(sorted(self.skus), self.dice.choice((1, 1, 2, 3))):
            place = self.pick(sorted({place for __, place in shop.channel.levels if shop.level(sku, place) > 0}))
            if place:
                units = self.dice.randint(1, min(6, shop.level(sku, place)))
                shop.take(sku, place, units)
                lines[sku] = SoldLine(sku, PRICES[sku], units, place)
        if not lines:
            return ""
        self.number += 1
        sold = Sold(self.number, lines)
        shop.orders[sold.external_id] = sold
        shop.tell(sold)
        return f"{sold.external_id} {[(one.sku, one.ordered) for one in lines.values()]}"

    def step_more(self):
        """Somebody adds units before anything was shipped."""
        found = self.any_sold(self._has_not_left)
        if not found:
            return ""
        shop, sold = found
        one = self.pick(sold.lines.values())
        if not shop.level(one.sku, one.place):
            return ""
        shop.take(one.sku, one.place, 1)
        one.ordered += 1
        shop.tell(sold)
        return f"{sold.external_id} {one.sku} + 1"

    def _has_not_left(self, shop, sold):
        sale = self.sale(shop, sold)
        return not sale or not any(sale.order_line.mapped("qty_delivered"))

    def step_fewer(self):
        """Units that have not left are taken off, and paid back."""
        found = self.any_sold(lambda shop, sold: any(one.owed for one in sold.lines.values()))
        if not found:
            return ""
        shop, sold = found
        one = self.pick(one for one in sold.lines.values() if one.owed)
        gone = self.line_of(shop, sold, one.sku).qty_delivered
        units = min(int(one.ordered - one.removed - gone), one.owed)
        if units <= 0:
            return ""
        units = self.dice.randint(1, units)
        sold.take_off(one.sku, units, before_shipping=True)
        shop.take(one.sku, one.place, -units)
        shop.tell(sold)
        return f"{sold.external_id} {one.sku} - {units}"

    def step_cancel(self):
        """An order that has not left is cancelled."""
        found = self.any_sold(self._has_not_left)
        if not found or self.chance(0.5):
            return ""
        shop, sold = found
        sold.is_cancelled = True
        for one in sold.lines.values():
            shop.take(one.sku, one.place, -one.owed)
        shop.tell(sold)
        return sold.external_id

    def step_return(self):
        """Shipped units are announced to come back."""
        found = self.any_sold(lambda shop, sold: self._back(shop, sold))
        if not found:
            return ""
        shop, sold = found
        sku, units = self.pick(self._back(shop, sold).items())
        sold.announce(sku, self.dice.randint(1, units))
        shop.tell(sold)
        return f"{sold.external_id} {sku}"

    def _back(self, shop, sold):
        """{sku: units} that left and are not announced to come back."""
        found = {}
        for one in sold.lines.values():
            units = int(self.line_of(shop, sold, one.sku).qty_delivered) - one.announced - one.given_back
            if units > 0 and one.sku != "KIT":
                found[one.sku] = units
        return found

    def step_refund(self):
        """Units that left are paid back, for a return or without one."""
        found = self.any_sold(lambda shop, sold: any(self._given(shop, sold)))
        if not found:
            return ""
        shop, sold = found
        one, units = self.pick(self._given(shop, sold))
        back_for = self.pick(entry.external_id for entry in sold.returns if entry.lines[0].line_id == f"line-{one.sku}")
        sold.take_off(one.sku, self.dice.randint(1, units), before_shipping=False, back_for=back_for or "")
        shop.tell(sold)
        return f"{sold.external_id} {one.sku}"

    def _given(self, shop, sold):
        """(line, units) that left and are not paid back."""
        lefts = {one.sku: int(self.line_of(shop, sold, one.sku).qty_delivered) for one in sold.lines.values()}
        return [
            (one, min(one.owed, lefts[one.sku] - one.given_back))
            for one in sold.lines.values()
            if min(one.owed, lefts[one.sku] - one.given_back) > 0
        ]

    def step_goodwill(self):
        """A free amount is paid back."""
        found = self.any_sold(lambda shop, sold: any(self._given(shop, sold)) and not sold.goodwill)
        if not found:
            return ""
        shop, sold = found
        sold.give(Decimal(self.dice.randint(1, 30)) / 100)
        shop.tell(sold)
        return sold.external_id

    # what reaches Odoo

    def step_webhooks(self):
        """Some of what is on its way arrives, in any order, some of it twice."""
        shop = self.pick(self.shops)
        for __ in range(self.dice.randint(1, 4) if shop.outbox else 0):
            if shop.outbox:
                document = shop.outbox.pop(self.dice.randrange(len(shop.outbox)))
                self.arrive(shop, [document] * (2 if self.chance(0.2) else 1))
        return ", ".join(sorted(external_id for __, external_id in self.touched))

    def step_look(self):
        """The look-up finds everything; what it found may still arrive by itself."""
        shop = self.pick(self.shops)
        documents = self.look(shop)
        if documents and self.chance(0.3):
            shop.outbox.append(self.pick(documents))
        return shop.backend.name

    def look(self, shop):
        """Everything that is on its way arrives; what it was."""
        at = self.tick()
        documents, shop.outbox = shop.outbox, []
        self.arrive(shop, documents)
        shop.flow.write({"polled_until": at, "polled_at": at})
        return documents

    def arrive(self, shop, documents):
        """Receive documents and work them off."""
        for document in documents:
            self.touched.add((shop, document.external_id))
            self.receive(
                shop.flow,
                None,
                key=f"{document.external_id}/{document.version.isoformat()}",
                business_key=document.external_id,
                raw=document.model_dump_json().encode(),
            )
        self.drain(shop.flow)
