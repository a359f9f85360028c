"""Run beside Odoo: a shop that lists 20,000 things, matched by the hub and by searching for each.

Reads one line of JSON {"things": n, "sample": n}, answers with one.
"""

from __future__ import annotations

import random
import sys
import time
from itertools import islice
from typing import Any

from benchmarks import _odoo
from benchmarks._stock_data import copy_rows

SEED = 19
BATCH = 1000
SURE = 90

MAKERS = [
    "Acme",
    "Borg",
    "Calder",
    "Dunlin",
    "Elgar",
    "Fynn",
    "Gantry",
    "Holt",
    "Ivers",
    "Jura",
    "Kestrel",
    "Lomax",
    "Merrow",
    "Nordic",
    "Orla",
    "Pike",
]
KINDS = [
    "bolt",
    "washer",
    "hinge",
    "bracket",
    "lamp",
    "valve",
    "gasket",
    "bearing",
    "filter",
    "hose",
    "clamp",
    "switch",
    "relay",
    "fuse",
    "motor",
    "belt",
]
FINISHES = ["zinc", "black", "brass", "stainless", "galvanised", "white", "chrome", "nylon", "copper", "raw"]
#: how the shop writes a product that Odoo has, and how often
WAYS = {"same SKU": 60, "SKU written differently": 12, "barcode only": 10, "name only": 10, "not in Odoo": 8}


def goods(count: int) -> list[dict[str, str]]:
    """Products as Odoo has them: {"name", "sku", "barcode"}."""
    rng = random.Random(SEED)
    found = []
    for number in range(count):
        maker, kind, finish = rng.choice(MAKERS), rng.choice(KINDS), rng.choice(FINISHES)
        size = f"M{rng.randint(3, 40)}x{rng.randint(5, 400)}"
        found.append(
            {
                "name": f"{maker} {kind} {size} {finish}",
                "sku": f"{maker[:3].upper()}-{number:06d}",
                "barcode": f"40{number:011d}",
            }
        )
    return found


def listing(products: list[dict[str, str]]) -> list[tuple[str, int | None, dict[str, str]]]:
    """What the shop lists: (way, position of the product or None, {"title", "sku", "barcode"})."""
    rng = random.Random(SEED + 1)
    things = []
    for position, product in enumerate(products):
        (way,) = rng.choices(list(WAYS), list(WAYS.values()))
        maker, kind, size, finish = product["name"].split()
        thing = {"title": f"{kind.title()} {size}, {finish} ({maker})", "sku": "", "barcode": ""}
        if way == "same SKU":
            thing["sku"] = product["sku"]
        elif way == "SKU written differently":
            thing["sku"] = product["sku"].replace("-", " ").lower()
        elif way == "barcode only":
            thing |= {"sku": f"S{rng.randrange(10**9)}", "barcode": product["barcode"]}
        elif way == "name only":
            thing["title"] = f"{kind.title()} {size}, {finish}"  # who made it is left out
        elif way == "not in Odoo":
            thing |= {"title": f"Gift box {rng.randrange(10**6)}", "sku": f"BOX{rng.randrange(10**9)}"}
        things.append((way, None if way == "not in Odoo" else position, thing))
    return things


def load(env: Any, products: list[dict[str, str]]) -> list[int]:
    """The products in Odoo, by SQL; their ids."""
    first = env["product.product"].create({"name": "Bench", "type": "consu", "is_storable": True})
    env.flush_all()
    cr, count = env.cr, len(products)
    cr.execute("CREATE TEMP TABLE bench_good (n serial, name text, sku text, barcode text)")
    cr.execute(
        "INSERT INTO bench_good (name, sku, barcode) SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])",
        [[product[key] for product in products] for key in ("name", "sku", "barcode")],
    )
    name = "jsonb_build_object('en_US', e.name)"
    copy_rows(
        cr,
        "product_template",
        first.product_tmpl_id.id,
        count,
        {"name": name, "default_code": "e.sku"},
        "JOIN bench_good e USING (n)",
    )
    copy_rows(
        cr,
        "product_product",
        first.id,
        count,
        {"product_tmpl_id": "t.id", "default_code": "e.sku", "barcode": "e.barcode"},
        "JOIN bench_good e USING (n) JOIN product_template t ON t.default_code = e.sku",
    )
    first.active = False
    env.flush_all()
    for table in ("product_template", "product_product"):
        cr.execute(f"ANALYZE {table}")
    cr.execute("SELECT p.id FROM bench_good e JOIN product_product p ON p.default_code = e.sku ORDER BY e.n")
    return [row[0] for row in cr.fetchall()]


def by_hub(registry: Any, backend_id: int, things: list) -> tuple[float, dict[str, int]]:
    """Propose everything as the job does, a batch a transaction: seconds, {external id: product}."""
    from odoo.addons.connector_oms.lib.documents import Product

    begun = time.perf_counter()
    documents = (
        Product(external_id=f"v{number}", stock_id=f"i{number}", **thing)
        for number, (__, __, thing) in enumerate(things)
    )
    with _odoo.environment(registry) as env:
        index = env["integration.product.match"]._index(env["integration.backend"].browse(backend_id))
    while batch := list(islice(documents, BATCH)):
        with _odoo.environment(registry) as env:
            env["integration.product.match"]._propose(env["integration.backend"].browse(backend_id), batch, index)
    seconds = time.perf_counter() - begun
    with _odoo.environment(registry) as env:
        env.cr.execute(
            "SELECT external_id, product_id, score FROM integration_product_match WHERE backend_id = %s", (backend_id,)
        )
        return seconds, {external_id: (product, score) for external_id, product, score in env.cr.fetchall()}


def by_searching(env: Any, things: list) -> tuple[float, list[int]]:
    """What a script does: search by SKU, then barcode, then name, thing by thing."""
    model, found = env["product.product"], []
    begun = time.perf_counter()
    for __, __, thing in things:
        match = model.search([("default_code", "=ilike", thing["sku"])], limit=1) if thing["sku"] else model
        if not match and thing["barcode"]:
            match = model.search([("barcode", "=", thing["barcode"])], limit=1)
        if not match:
            pairs = model.name_search(thing["title"], limit=1)
            match = model.browse(pairs[0][0] if pairs else ())
        found.append(match.id)
    return time.perf_counter() - begun, found


def screens(registry: Any, backend_id: int) -> dict[str, float]:
    """Milliseconds of what the screen asks for, the slowest of five."""
    asks = {
        "list": lambda model: model.web_search_read(
            [("backend_id", "=", backend_id)], {"title": {}, "sku": {}, "product_id": {"fields": {}}}, limit=80
        ),
        "groups": lambda model: model.formatted_read_group(
            [("backend_id", "=", backend_id)], ["confidence"], ["__count"]
        ),
        "search": lambda model: model.web_search_read([("title", "ilike", "Valve M12")], {"title": {}}, limit=80),
    }
    slowest = {}
    for name, ask in asks.items():
        times = []
        for __ in range(6):
            with _odoo.environment(registry) as env:
                begun = time.perf_counter()
                ask(env["integration.product.match"])
                times.append((time.perf_counter() - begun) * 1000)
        slowest[name] = max(times[1:])
    return slowest


def accept(registry: Any, backend_id: int) -> tuple[float, int]:
    """Link everything that is sure, with the wizard: seconds, links."""
    begun = time.perf_counter()
    with _odoo.environment(registry) as env:
        env["integration.match.accept"].create({"backend_id": backend_id, "score": SURE}).action_apply()
    seconds = time.perf_counter() - begun
    with _odoo.environment(registry) as env:
        return seconds, env["integration.product.binding"].search_count([("backend_id", "=", backend_id)])


def judge(things: list, ids: list[int], found: list[int | None]) -> dict[str, dict[str, int]]:
    """{way: {"right", "wrong", "nothing"}}: where nothing is right, finding nothing is."""
    verdicts = {way: {"right": 0, "wrong": 0, "nothing": 0} for way in WAYS}
    for (way, position, __), product in zip(things, found, strict=True):
        wanted = None if position is None else ids[position]
        verdict = "right" if (product or None) == wanted else "wrong" if product else "nothing"
        verdicts[way][verdict] += 1
    return verdicts


def run(registry: Any, order: dict[str, int]) -> dict[str, Any]:
    """Both sides, the screen, the links."""
    products = goods(order["things"])
    things = listing(products)
    with _odoo.environment(registry) as env:
        ids = load(env, products)
        backend = env["integration.backend"].create({"name": "Benchmark", "kind": "shopify", "environment": "test"})
        backend_id = backend.id
    hub_seconds, proposed = by_hub(registry, backend_id, things)
    found = [proposed[f"v{number}"] for number in range(len(things))]
    rng = random.Random(SEED)
    sample = sorted(rng.sample(range(len(things)), min(order["sample"], len(things))))
    with _odoo.environment(registry) as env:
        naive_seconds, naive = by_searching(env, [things[number] for number in sample])
    sure = [product if score >= SURE else None for product, score in found]
    result = {
        "hub_seconds": hub_seconds,
        "naive_seconds": naive_seconds * len(things) / len(sample),
        "hub": judge(things, ids, [product for product, __ in found]),
        "hub, sure": judge(things, ids, sure),
        "naive": judge([things[number] for number in sample], ids, naive),
        "screens": screens(registry, backend_id),
    }
    result["accept_seconds"], result["links"] = accept(registry, backend_id)
    return result


if __name__ == "__main__":
    opened = _odoo.open_registry(*sys.argv[1:3])
    while wish := _odoo.hear():
        _odoo.say(run(opened, wish))
