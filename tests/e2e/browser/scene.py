"""What the pictures of the documentation show: a shop with everyday trouble, made as it comes about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox.scenario import deliver, distribute, reprice
from tests.e2e.hub import Hub

#: a mix of all shapes, so that the desk shows every kind of trouble
MIX, UNKNOWN, FAILED = 60, 40, 30
#: messages a minute: slow enough to be seen at work
RATE = 40


@dataclass
class Scene:
    """A hub with a day behind it.

    :param ids: what the pictures open, by what it is called there
    """

    hub: Hub
    ids: dict[str, Any] = field(default_factory=dict)

    def play(self) -> None:
        """Let it all happen, once."""
        self._orders()
        self._mappings()
        self._correction()
        self._purchase()
        self._distribute()
        self._rules()
        self._prices()
        self._matches()
        # last: a later look-up would find the orders, and settle what was given up
        self._outage()
        self._count()

    def one(self, model: str, *domain: Any, order: str = "id") -> int:
        """Id of the first record of a domain.

        :raises AssertionError: there is none
        """
        found = self.hub.odoo.rows(model, list(domain), ["id"], order=order, limit=1)
        assert found, f"no {model} {domain}"
        return found[0]["id"]

    def _orders(self) -> None:
        hub = self.hub
        hub.place("mix", count=MIX)
        hub.place("unknown_sku", count=UNKNOWN)
        hub.quiet(300)
        told = hub.place("same_variant_twice")[0]
        hub.quiet()
        shipped = hub.ship_one_unit(told)
        hub.quiet()
        self.ids["number"] = hub.shop.order(told)["name"]
        self.ids["message"] = self.one("integration.message", ("business_key", "=", told), ("topic", "=", "order.in"))
        sent = (("direction", "=", "out"), ("res_model", "=", "stock.picking"), ("res_id", "=", shipped["id"]))
        self.ids["shipment"] = self.one("integration.message", *sent)
        domain = [("state", "=", "assigned"), ("sale_id.integration_hold", "=", False)]
        ready = hub.odoo.rows("stock.picking", domain, ["id"], limit=15)
        deliver.validate(hub.odoo, [row["id"] for row in ready])
        hub.quiet(300)
        self.ids["held"] = self.one("sale.order", ("integration_hold", "=", "fraud"))
        unknown = (("state", "=", "open"), ("group_key", "=", "SHOP-ONLY-1"), ("message_id", "!=", False))
        self.ids["product"] = self.one("integration.exception", *unknown)
        self.ids["transfer"] = self._record_of("stock.picking")

    def _record_of(self, model: str) -> int:
        domain = [("state", "=", "open"), ("res_model", "=", model)]
        found = self.hub.odoo.rows("integration.exception", domain, ["res_id"], limit=1)
        assert found, f"no open exception about a {model}"
        return found[0]["res_id"]

    def _outage(self) -> None:
        hub, flow = self.hub, [self.hub.world.flows["order.in"]]
        hub.odoo.write("integration.flow", flow, {"max_attempts": 2, "retry_base": 0.2, "poll_minutes": 0})
        hub.shop.post("faults", {"kind": "500_before", "operation": "nodes", "count": 10_000})
        orders = hub.place(count=FAILED)
        dead = [("business_key", "in", orders), ("state", "=", "dead")]
        hub.until(lambda: hub.odoo.count("integration.message", dead) == FAILED, "all were given up")
        hub.calm()
        hub.odoo.write("integration.flow", flow, {"max_attempts": 10, "retry_base": 1.0})

    def _mappings(self) -> None:
        """Two delivery services that are known, and the proposal to change one of them."""
        odoo, backend = self.hub.odoo, self.hub.world.backend_id
        carriers = [row["id"] for row in odoo.rows("delivery.carrier", [], ["id"], limit=2)]
        for name, carrier in zip(("Standard", "Express"), carriers, strict=True):
            self._version(name, carrier, "Agreed with the shop", "action_approve")
        self.ids["version"] = self._version("Express", carriers[0], "The carrier changed its service")
        self.ids["backend"] = backend
        self.ids["flow"] = self.hub.world.flows["order.in"]

    def _version(self, value: str, carrier: int, reason: str, *buttons: str) -> int:
        values = {
            "backend_id": self.hub.world.backend_id,
            "kind": "carrier",
            "external_value": value,
            "res_id": carrier,
            "reason": reason,
        }
        made = self.hub.odoo.create("integration.mapping.version", values)
        for button in ("action_propose", *buttons):
            self.hub.odoo.press("integration.mapping.version", button, [made])
        return made

    def _correction(self) -> None:
        """A message that a person may correct; any worth needs a second person."""
        blocked = (("state", "=", "blocked"), ("topic", "=", "order.in"))
        self.ids["blocked"] = self.one("integration.message", *blocked, order="id desc")
        self.hub.set_backend(edit_limit=1.0)

    def _purchase(self) -> None:
        """A supplier who should have delivered two days ago what a channel sells."""
        odoo, world = self.hub.odoo, self.hub.world
        supplier = odoo.create("res.partner", {"name": "Copper & Sons"})
        product = world.products[world.stocked[0]["sku"]]
        line = {"product_id": product, "product_qty": 120, "price_unit": 4.2}
        order = odoo.create("purchase.order", {"partner_id": supplier, "order_line": [(0, 0, line)]})
        odoo.press("purchase.order", "button_confirm", [order])
        lines = odoo.read("purchase.order", [order], ["order_line"])[0]["order_line"]
        planned = datetime.now(timezone.utc) - timedelta(days=3)
        odoo.write("purchase.order.line", lines, {"date_planned": f"{planned:%Y-%m-%d %H:%M:%S}"})
        odoo.run_cron("connector_oms.cron_late")
        self.ids["purchase"] = order

    def _distribute(self) -> None:
        """Orders routed, split, returned and paid out; then one that nobody can ship, and goods that came back."""
        odoo, world = self.hub.odoo, self.hub.world
        chapter = distribute.distribute(world)
        assert not chapter.faults, chapter.faults
        ruleset = odoo.create("integration.routing.ruleset", {"default_cost": 7.5})
        odoo.press("integration.routing.ruleset", "action_go_live", [ruleset])
        self.ids["ruleset"] = ruleset
        east, west, south = distribute.SKUS
        rows = [{"sku": east, "quantity": 1}, {"sku": west, "quantity": 9}]
        self.hub.shop.post("orders", {"items": rows, "seed": "short"})
        self.hub.quiet()
        short = (("category", "=", "allocation"), ("res_model", "=", "sale.order"), ("state", "=", "open"))
        self.ids["allocation"] = self.one("integration.exception", *short)
        self.ids["product_sold"] = world.products[world.stocked[0]["sku"]]
        (fresh,) = odoo.create(
            "product.product", [{"name": "Folding chair", "default_code": "CHAIR-1", "list_price": 49.0}]
        )
        self.ids["template"] = odoo.read("product.product", [fresh], ["product_tmpl_id"])[0]["product_tmpl_id"][0]
        first, second, *__ = world.warehouses.values()
        self.ids["warehouse"] = first["id"]
        odoo.write("stock.warehouse", [first["id"]], {"resupply_wh_ids": [(6, 0, [second["id"]])]})
        (route,) = odoo.read("stock.warehouse", [first["id"]], ["resupply_route_ids"])[0]["resupply_route_ids"]
        odoo.write("stock.route", [route], {"integration_days": 2, "integration_cost": 3.5})
        self.ids["payout"] = self.one("integration.payout", ("state", "!=", "matched"))
        back = [row["order_id"][0] for row in odoo.rows("integration.return", [], ["order_id"])]
        domain = [("order_line.product_id.default_code", "=", west), ("picking_ids.state", "=", "done")]
        sold = odoo.rows("sale.order", [*domain, ("id", "not in", back)], ["integration_external_id"], limit=1)[0]
        self.hub.shop.do(
            sold["integration_external_id"],
            "return",
            lines=[{"line": 0, "quantity": 1}],
            reason="OTHER",
            exchange=[{"sku": south, "quantity": 1}],
        )
        self.hub.quiet()
        self.ids["return"] = self.one("integration.return", ("state", "=", "open"), order="id desc")
        receipts = odoo.read("integration.return", [self.ids["return"]], ["picking_ids"])[0]["picking_ids"]
        deliver.validate(odoo, receipts)

    def _rules(self) -> None:
        """Checks of orders, a buffer and a cap for some products, and a second warehouse behind a place."""
        odoo, backend = self.hub.odoo, self.hub.world.backend_id
        for values in ({"kind": "margin", "percent": 12}, {"kind": "first", "amount": 500}, {"kind": "credit"}):
            odoo.create("integration.order.rule", {"backend_id": backend, **values})
        products = [self.hub.world.products[row["sku"]] for row in self.hub.world.stocked[:2]]
        odoo.create("integration.stock.rule", {"product_id": products[0], "buffer_units": 3, "cap_units": 50})
        odoo.create("integration.stock.rule", {"product_id": products[1], "backend_id": backend, "is_offered": False})

    def _prices(self) -> None:
        """Prices that changed on both sides, one that falls by much, texts that differ, and an order to pay back."""
        world, odoo = self.hub.world, self.hub.odoo
        chapter = reprice.reprice(world)
        assert not chapter.faults, chapter.faults
        self.hub.set_backend(title_owner="compare", description_owner="compare")
        self.hub.quiet()
        self.hub.shop.post("webhooks/pause")
        for row in world.stocked[3:6]:
            self.hub.shop.patch(f"variants/{row['sku']}", {"price": float(row["price"]) + 1})
            odoo.write("product.product", [world.products[row["sku"]]], {"list_price": float(row["price"]) + 0.5})
        cheap = world.stocked[6]
        odoo.write("product.product", [world.products[cheap["sku"]]], {"list_price": float(cheap["price"]) / 10})
        said = "<p>The <b>present</b> for every day.</p><ul><li>Sent by e-mail</li><li>Good for three years</li></ul>"
        variants = self.hub.shop.get("catalogue")["variants"]
        sizes = Counter(row["product_id"] for row in variants)
        sku = next(row["sku"] for row in variants if sizes[row["product_id"]] == 1 and row["sku"] in world.products)
        described = world.products[sku]
        odoo.write("product.product", [described], {"integration_description": said})
        shown = said.replace("every day", "birthdays").replace("three years", "two years")
        self.hub.shop.patch(f"variants/{sku}", {"description": shown})
        self.hub.shop.post("webhooks/resume")
        self.hub.quiet()
        told = (("field", "=", "description"), ("product_id", "=", described))
        self.ids["description"] = self.one("integration.catalogue.value", *told)
        asked = (("category", "=", "catalogue"), ("state", "=", "open"), ("group_key", "=", "both:price"))
        self.ids["both"] = self.one("integration.exception", *asked)
        shipped = (("picking_ids.state", "=", "done"), ("integration_backend_id", "!=", False))
        self.ids["sold"] = self.one("sale.order", *shipped, order="id desc")

    def _matches(self) -> None:
        """Ten products that are linked no more: some have lost their SKU since, some their barcode as well."""
        odoo, world = self.hub.odoo, self.hub.world
        chosen = [world.products[row["sku"]] for row in world.stocked[10:20]]
        domain = [("backend_id", "=", world.backend_id), ("record_id", "in", chosen)]
        odoo.call(
            "integration.product.binding",
            "unlink",
            [r["id"] for r in odoo.rows("integration.product.binding", domain, ["id"])],
        )
        for product in chosen[4:]:
            odoo.write("product.product", [product], {"default_code": f"OLD-{product}"})
        odoo.write("product.product", chosen[7:], {"barcode": False})
        odoo.press("integration.backend", "action_propose_matches", [world.backend_id])
        self.hub.until(lambda: odoo.count("integration.product.match", []) >= len(chosen), "links are proposed")
        self.hub.quiet()

    def _count(self) -> None:
        for cron in ("connector_base.cron_rollup", "connector_base.cron_watch"):
            self.hub.odoo.run_cron(cron)
