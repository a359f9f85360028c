"""The invariants: what must be true whatever broke. Each says what it found wrong, in sentences.

``MIDRUN`` hold at any moment, ``FINAL`` once everything is worked off or in front of a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime

from sandbox.scenario import compare_orders
from sandbox.scenario.compare_fulfilments import read_fulfilments
from sandbox.scenario.compare_stock import overreserved, stock_mismatches, unreserved_deliveries
from tests.chaos.scene import Scene

Check = Callable[[Scene], Iterator[str]]
MIDRUN: list[tuple[str, Check]] = []
FINAL: list[tuple[str, Check]] = []

#: parts of the fifteen that nothing in the suite can break yet
NOT_YET = {
    "7, several channels": "one channel sells from each pool so far: its own figures are compared",
    "8, refunds": "the hub makes no refunds yet",
    "11, time beside a poison message": "timed by tests/e2e/test_kills.py, which waits for a quarantine",
    "12, control numbers": "no EDI yet",
}
#: orders with a delivery that a person has to tell the shop of: it refused, say because it was cancelled there
ASKED_TO_TELL = """
    SELECT o.integration_external_id FROM integration_exception e
      LEFT JOIN integration_message m ON m.id = e.message_id
      JOIN stock_picking p ON m.topic = 'shipment.out' AND p.id = m.res_id
                           OR e.category = 'fulfilment' AND e.res_model = 'stock.picking' AND p.id = e.res_id
      JOIN sale_order o ON o.id = p.sale_id
     WHERE e.state = 'open' AND o.integration_external_id IS NOT NULL"""
#: seconds in which a call may still reach the shop that was let through before the breaker opened
IN_FLIGHT = 3.0


def invariant(name: str, *, midrun: bool = False) -> Callable[[Check], Check]:
    """Declare a check.

    :param midrun: it holds at any moment, not only at the end
    """

    def register(check: Check) -> Check:
        FINAL.append((name, check))
        if midrun:
            MIDRUN.append((name, check))
        return check

    return register


@invariant("1 every acknowledged message is in the ledger", midrun=True)
def acknowledged_is_kept(scene: Scene) -> Iterator[str]:
    """What the shop was answered with 2xx stands in the ledger, under the shop's own id."""
    rows = scene.stage.own_shop().get("deliveries", status="delivered")["deliveries"]
    told = {row["webhook_id"] for row in rows if row["topic"].startswith(("orders/", "products/"))}
    told |= {key for key, status in list(scene.day.answers) if 200 <= status < 300}
    kept = {row[0] for row in scene.sql("SELECT key FROM integration_message WHERE direction = 'in'")}
    yield from (f"webhook {key} was acknowledged and is nowhere" for key in sorted(told - kept))


@invariant("1 nothing forged is kept")
def forged_is_refused(scene: Scene) -> Iterator[str]:
    """A wrong signature is answered with 401 (or not at all, by a server that is down)."""
    for key, status in scene.day.forged:
        if status < 400:
            yield f"the forged webhook {key} was answered with {status}"
        if scene.sql("SELECT 1 FROM integration_message WHERE key = %s", key):
            yield f"the forged webhook {key} is in the ledger"


@invariant("2 each message is settled, or will be looked at again", midrun=True)
def states_are_whole(scene: Scene) -> Iterator[str]:
    """An open message has a time or a person in charge of it; a settled one has an end and no next time."""
    rows = scene.sql(
        """SELECT m.id, m.state FROM integration_message m
            WHERE m.state IN ('pending', 'retry', 'ambiguous') AND m.next_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM integration_exception e
                               WHERE e.message_id = m.id AND e.state = 'open')"""
    )
    yield from (f"message {row[0]} is {row[1]} and nobody will look at it" for row in rows)
    rows = scene.sql(
        """SELECT id, state FROM integration_message
            WHERE state IN ('done', 'blocked', 'dead', 'cancelled', 'echo')
              AND (settled_at IS NULL OR next_at IS NOT NULL)"""
    )
    yield from (f"message {row[0]} is {row[1]}, but not settled" for row in rows)


@invariant("2 what is settled stays settled", midrun=True)
def settled_stays(scene: Scene) -> Iterator[str]:
    """Nothing that was done or cancelled changes, but for what somebody replayed."""
    rows = scene.sql(
        """SELECT id, state, settled_at FROM integration_message
            WHERE state IN ('done', 'cancelled', 'echo')"""
    )
    now = {row[0]: (row[1], row[2]) for row in rows}
    for number, was in scene.settled.items():
        if number not in scene.replayed and now.get(number) != was:
            yield f"message {number} was {was}, and is {now.get(number)}"
    scene.settled.update(now)


@invariant("2 nothing is left undone")
def nothing_open(scene: Scene) -> Iterator[str]:
    """At the end nothing waits any more."""
    rows = scene.sql(
        """SELECT id, topic, state, last_error FROM integration_message
            WHERE state IN ('pending', 'retry', 'ambiguous')"""
    )
    yield from (f"message {row[0]} of {row[1]} is still {row[2]}: {row[3]}" for row in rows)


@invariant("2 a person knows of everything that was given up")
def given_up_is_shown(scene: Scene) -> Iterator[str]:
    """A blocked or dead message has an open exception, of its own or of its object."""
    rows = scene.sql(
        """SELECT m.id, m.topic, m.state, m.last_error FROM integration_message m
            WHERE m.state IN ('blocked', 'dead') AND NOT EXISTS (
                  SELECT 1 FROM integration_exception e LEFT JOIN integration_message o ON o.id = e.message_id
                   WHERE e.state = 'open' AND (e.message_id = m.id
                         OR o.flow_id = m.flow_id AND o.business_key = m.business_key AND m.business_key <> ''
                         OR e.res_model = m.res_model AND e.res_id = m.res_id))"""
    )
    yield from (f"message {row[0]} of {row[1]} is {row[2]} without exception: {row[3]}" for row in rows)


@invariant("3 one external order is one sale order at most", midrun=True)
def never_twice(scene: Scene) -> Iterator[str]:
    """By the shop's id on the orders, and by the links."""
    rows = scene.sql(
        """SELECT integration_external_id, count(*) FROM sale_order
            WHERE integration_external_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1
            UNION ALL
           SELECT external_id, count(*) FROM integration_order_binding GROUP BY 1 HAVING count(*) > 1"""
    )
    yield from (f"{row[0]} is {row[1]} sale orders" for row in rows)


@invariant("3 every order is a sale order, or an exception says why not")
def none_lost(scene: Scene) -> Iterator[str]:
    """Source orders = links + open exceptions + those that were over before Odoo had them."""
    yield from compare_orders.lost(scene.sides())
    yield from compare_orders.duplicated(scene.sides())
    yield from compare_orders.without_cause(scene.sides())


@invariant("4 what left was told once")
def told_once(scene: Scene) -> Iterator[str]:
    """Units that left = units that the shop was told of, by order line; else a person was asked about that delivery."""
    found = read_fulfilments(scene.world, scene.sides(), scene.before)
    yield from (f"told twice: {text}" for text in found.doubled())
    asked = tuple(f"{row[0]}{mark}" for row in scene.sql(ASKED_TO_TELL) for mark in " :")
    yield from (f"not told: {text}" for text in found.missing() if not text.startswith(asked))
    yield from (f"without tracking: {text}" for text in found.untracked() if not text.startswith(asked))


@invariant("4 every effect at the shop is a call of ours, every finished call an effect")
def effects_are_calls(scene: Scene) -> Iterator[str]:
    """Fulfilments by id on both sides; a call is found under its key once."""
    rows = scene.world.shop.get("fulfillments")["fulfillments"]
    there = {row["id"] for row in rows} - scene.before
    calls = scene.sql(
        """SELECT c.external_id, c.state, m.state FROM integration_call c
             JOIN integration_message m ON m.id = c.message_id WHERE m.topic = 'shipment.out'"""
    )
    ours = {row[0] for row in calls if row[1] == "done" and "/Fulfillment/" in (row[0] or "")}
    unknown = any(row[1] in ("sending", "ambiguous") for row in calls)
    yield from (f"{key} is at the shop, and no call of ours says so" for key in sorted(there - ours) if not unknown)
    yield from (f"a call says it made {key}, which the shop does not know" for key in sorted(ours - there))
    for __, call, message in calls:
        if message == "done" and call not in ("done", "refused"):
            yield f"a shipment is done, and one of its calls is {call}"


@invariant("5 Odoo has the newest state")
def newest_state(scene: Scene) -> Iterator[str]:
    """Amounts to the cent, the note, and the time of the state that was applied last."""
    sides = scene.sides()
    yield from compare_orders.off_by_a_cent(sides)
    rows = scene.sql("SELECT external_id, version FROM integration_order_binding")
    applied = dict(rows)
    for key, order in sides.source.items():
        newest = datetime.fromisoformat(order["updated_at"].replace("Z", "+00:00")).replace(tzinfo=None)
        version = applied.get(key)
        # our own fulfilments move the order's time without news for us: the webhook tells of them
        known = order["fulfillments"] or sides.open.get(key)
        if version and version < newest.replace(microsecond=0) and not known:
            yield f"{order['name']}: Odoo has the state of {version}, the shop's is of {newest}"


@invariant("6 no more is reserved than there is", midrun=True)
def reserved_is_there(scene: Scene) -> Iterator[str]:
    """By product and place; and what the quants say is what the move lines add up to."""
    rows = scene.sql(
        """SELECT q.id, q.product_id, q.reserved_quantity, q.quantity FROM stock_quant q
             JOIN stock_location l ON l.id = q.location_id AND l.usage = 'internal'
            WHERE q.reserved_quantity > q.quantity + 0.001 AND q.quantity >= 0"""
    )
    yield from (f"quant {row[0]} of product {row[1]}: {row[2]} reserved of {row[3]}" for row in rows)
    rows = scene.sql(
        """SELECT coalesce(q.product_id, r.product_id), coalesce(q.location_id, r.location_id), q.units, r.units
             FROM (SELECT q.product_id, q.location_id, sum(q.reserved_quantity) AS units
                     FROM stock_quant q JOIN stock_location l ON l.id = q.location_id AND l.usage = 'internal'
                    GROUP BY 1, 2) q
        FULL JOIN (SELECT s.product_id, s.location_id, sum(s.quantity_product_uom) AS units
                     FROM stock_move_line s JOIN stock_location l ON l.id = s.location_id AND l.usage = 'internal'
                     JOIN product_product p ON p.id = s.product_id
                     JOIN product_template t ON t.id = p.product_tmpl_id AND t.is_storable
                    WHERE s.state NOT IN ('done', 'cancel') GROUP BY 1, 2) r
               ON r.product_id = q.product_id AND r.location_id = q.location_id
            WHERE abs(coalesce(q.units, 0) - coalesce(r.units, 0)) > 0.001"""
    )
    for row in rows:
        yield f"product {row[0]} at {row[1]}: quants say {row[2]} reserved, the move lines {row[3]}"


@invariant("6 what can be reserved is reserved")
def nothing_waits_beside_stock(scene: Scene) -> Iterator[str]:
    """No delivery waits for stock that lies there free."""
    yield from overreserved(scene.world)
    yield from unreserved_deliveries(scene.world)


@invariant("7 what is on sale is there")
def stock_is_true(scene: Scene) -> Iterator[str]:
    """Availability by Odoo's records = what was published = what the shop offers."""
    yield from stock_mismatches(scene.world)


@invariant("7 published versions only rise", midrun=True)
def versions_rise(scene: Scene) -> Iterator[str]:
    """A level's published version never falls, nor passes the computed one."""
    for number, version, published in scene.sql("SELECT id, version, published_version FROM integration_stock_level"):
        if published < scene.versions.get(number, 0) or published > version:
            yield f"level {number}: published {published}, before {scene.versions.get(number)}, computed {version}"
        scene.versions[number] = published


@invariant("8 no more is shipped than was ordered")
def shipped_is_ordered(scene: Scene) -> Iterator[str]:
    """By order line, and at the shop."""
    rows = scene.sql(
        """SELECT l.id, o.name, l.product_uom_qty, sum(m.quantity) FROM sale_order_line l
             JOIN sale_order o ON o.id = l.order_id JOIN stock_move m ON m.sale_line_id = l.id
             JOIN stock_location d ON d.id = m.location_dest_id AND d.usage = 'customer'
            WHERE m.state = 'done' GROUP BY 1, 2, 3 HAVING sum(m.quantity) > l.product_uom_qty + 0.001"""
    )
    changed = {sale["name"] for key in scene.sides().open if (sale := scene.sides().sale(key))}
    yield from (f"{row[1]}, line {row[0]}: {row[3]} shipped of {row[2]}" for row in rows if row[1] not in changed)
    for order in scene.sides().source.values():
        told: dict[str, int] = {}
        for fulfilment in order["fulfillments"]:
            for line in fulfilment["lines"]:
                told[line["line_id"]] = told.get(line["line_id"], 0) + line["quantity"]
        for line in order["lines"]:
            if told.get(line["id"], 0) > line["quantity"]:
                yield f"{order['name']}: the shop was told of {told[line['id']]} of {line['quantity']}"


@invariant("9 nothing is half there")
def no_halves(scene: Scene) -> Iterator[str]:
    """Sale order, link, lines and deliveries come and go together; a failed message leaves nothing."""
    yield from rows_as_text(
        scene,
        "{} has no link",
        """SELECT o.name FROM sale_order o WHERE o.integration_external_id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM integration_order_binding b WHERE b.record_id = o.id)""",
    )
    yield from rows_as_text(
        scene,
        "{} has no line",
        """SELECT o.name FROM sale_order o WHERE o.integration_external_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM sale_order_line l WHERE l.order_id = o.id)""",
    )
    yield from rows_as_text(
        scene,
        "{} is confirmed and has goods without a delivery",
        """SELECT DISTINCT o.name FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id
             JOIN product_product p ON p.id = l.product_id
             JOIN product_template t ON t.id = p.product_tmpl_id AND t.is_storable
            WHERE o.integration_external_id IS NOT NULL AND o.state = 'sale' AND l.product_uom_qty > 0
              AND NOT EXISTS (SELECT 1 FROM stock_move m WHERE m.sale_line_id = l.id)""",
    )
    yield from rows_as_text(
        scene,
        "{} is a sale order, and none of its messages is done",
        """SELECT b.external_id FROM integration_order_binding b WHERE NOT EXISTS (
               SELECT 1 FROM integration_message m WHERE m.business_key = b.external_id
                  AND m.topic = 'order.in' AND m.state IN ('done', 'blocked') AND m.res_id = b.record_id)
              AND NOT EXISTS (SELECT 1 FROM integration_message m WHERE m.business_key = b.external_id
                  AND m.topic = 'order.in' AND m.state = 'done')""",
    )


@invariant("10 tries stay within the policy")
def tries_are_bounded(scene: Scene) -> Iterator[str]:
    """No message was tried more often than its flow allows."""
    yield from rows_as_text(
        scene,
        "message {} was tried {} times, allowed are {}",
        """SELECT m.id, m.attempt_count, f.max_attempts FROM integration_message m
             JOIN integration_flow f ON f.id = m.flow_id WHERE m.attempt_count > f.max_attempts""",
    )


@invariant("10 no call while the breaker is open")
def breaker_holds(scene: Scene) -> Iterator[str]:
    """Between the moment it was seen open and its cool-down nothing reaches the shop."""
    opened = sorted({gate.opened for gate in scene.gates if gate.state == "open"})
    if not opened:
        return
    cooldown = scene.sql("SELECT breaker_cooldown FROM integration_backend WHERE id = %s", scene.world.backend_id)
    asked = scene.world.shop.get("requests", limit=100000)["requests"]
    moments = [datetime.fromisoformat(row["at"]).timestamp() for row in asked if row["operation"]]
    for begin in opened:
        window = begin + IN_FLIGHT, begin + cooldown[0][0]
        early = [moment for moment in moments if window[0] < moment < window[1]]
        if early:
            yield f"{len(early)} calls within {window[1] - begin:.1f} s after the breaker opened"


@invariant("10 the partner's limit is kept")
def limit_is_kept(scene: Scene) -> Iterator[str]:
    """The shop never had to slow us down, where nothing in the schedule made it."""
    if any(event.what == "drain_bucket" or event.values.get("kind") == "throttled" for event in scene.schedule):
        return
    asked = scene.world.shop.get("requests", limit=100000)["requests"]
    slowed = [row["at"] for row in asked if row["outcome"] == "throttled"]
    if slowed:
        yield f"{len(slowed)} calls beyond the shop's limit, first at {slowed[0]}"


@invariant("11 messages of one object stay in order")
def order_is_kept(scene: Scene) -> Iterator[str]:
    """Where each message counts, an older one was settled before a newer one."""
    yield from rows_as_text(
        scene,
        "message {} was done after the newer {}",
        """SELECT a.id, b.id FROM integration_message a
             JOIN integration_flow f ON f.id = a.flow_id AND f.full_state IS NOT TRUE
             JOIN integration_message b ON b.flow_id = a.flow_id AND b.business_key = a.business_key AND b.id > a.id
            WHERE a.business_key <> '' AND a.state = 'done' AND b.state = 'done' AND a.settled_at > b.settled_at""",
    )


@invariant("13 the bytes are those that came")
def bytes_are_kept(scene: Scene) -> Iterator[str]:
    """The kept bytes have the digest that was noted, and are what the shop sent."""
    yield from rows_as_text(
        scene,
        "message {} has other bytes than its digest says",
        """SELECT id FROM integration_message
            WHERE raw IS NOT NULL AND digest IS NOT NULL AND encode(sha256(raw), 'hex') <> digest""",
    )
    rows = scene.world.shop.get("deliveries", status="delivered", body=1)["deliveries"]
    sent = {row["webhook_id"]: hashlib.sha256(row["body"].encode()).hexdigest() for row in rows}
    kept = dict(scene.sql("SELECT key, digest FROM integration_message WHERE direction = 'in'"))
    yield from (f"webhook {key} was kept with other bytes" for key in sent if kept.get(key, sent[key]) != sent[key])


def rows_as_text(scene: Scene, text: str, statement: str) -> Iterator[str]:
    """A sentence for each row that a statement finds."""
    return (text.format(*row) for row in scene.sql(statement))
