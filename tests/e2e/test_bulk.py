"""A shop of some hundred products is repriced: one file, on real workers, over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from sandbox.scenario import connect, prepare
from sandbox.scenario.client import Odoo
from sandbox.scenario.prepare import World
from sandbox.scenario.progress import Progress
from sandbox.scenario.quiet import wait_quiet
from sandbox.scenario.shop import Shop
from setup.lib.environment import current
from setup.lib.errors import SetupError
from setup.lib.instance import Instance, Sandbox

#: nearly four variants a product: more products than are changed one by one
VARIANTS = 1100


@pytest.fixture
def world() -> Iterator[World]:
    """One Odoo, one shop, its products linked."""
    try:
        environment = current()
    except SetupError as error:
        pytest.skip(f"no prepared environment: {error}")
    with Instance(environment, workers=3) as server, Sandbox(seed=1) as shop:
        odoo = Odoo(server.url, server.database, "admin", "admin")
        found = World(odoo, Shop(shop.url), Progress(), seed=1)
        found.shop.post("reset", {"variants": VARIANTS, "stock": 0})
        prepare.prepare(found)
        for step in (connect.make_backend, connect.test, connect.run, connect.link_locations, connect.match_products):
            step(found)
        yield found


def shown(world: World) -> Counter[str]:
    """Prices at the shop of what Odoo sells."""
    rows = world.shop.get("catalogue")["variants"]
    return Counter(row["price"] for row in rows if row["sku"] in world.products)


def test_whole_shop_is_repriced_by_one_file(world: World):
    odoo = world.odoo
    odoo.write("product.product", list(world.products.values()), {"list_price": 44.0})
    odoo.write("integration.backend", [world.backend_id], {"price_owner": "odoo", "price_jump_percent": 0})
    wait_quiet(world)
    assert shown(world) == {"44.00": len(world.products)}
    flow = [("flow_id", "=", world.flows["catalogue.out"])]
    messages = odoo.rows("integration.message", flow, ["state"])
    assert [row["state"] for row in messages] == ["done"], messages
    calls = odoo.rows("integration.call", [("message_id", "=", messages[0]["id"])], ["operation", "state"])
    assert [(row["operation"], row["state"]) for row in calls] == [("bulk_operation_run_mutation", "done")]
    values = odoo.rows("integration.catalogue.value", [("backend_id", "=", world.backend_id)], ["state"])
    assert {row["state"] for row in values} == {"same"}
