"""The statements that keep the table of levels. Text only; run by ``stock.publish``."""

#: a message that still does something (``integration.message``)
OPEN = "('pending', 'retry', 'ambiguous')"

#: Serialises the rounds of one backend. It is an UPDATE and not only a lock: a round
#: that waited here has an old snapshot, and must fail and start afresh.
ENTER = """
UPDATE integration_stock_publisher
   SET rounds = rounds + 1, ran_at = clock_timestamp() AT TIME ZONE 'UTC'
 WHERE backend_id = %(backend_id)s
RETURNING id, caught_until, poll_seen, poll_seen_at"""

#: Of channels that share a warehouse one computes at a time. Who waited here has an old
#: snapshot: the lock of a row that was changed since fails, and the round starts afresh.
LINE_UP = """
INSERT INTO integration_stock_publisher (backend_id, rounds)
SELECT v.id, 0 FROM unnest(%(backends)s::int[]) AS v(id)
 WHERE NOT EXISTS (SELECT 1 FROM integration_stock_publisher p WHERE p.backend_id = v.id)
    ON CONFLICT DO NOTHING;
SELECT id FROM integration_stock_publisher
 WHERE backend_id = ANY(%(backends)s) ORDER BY backend_id FOR NO KEY UPDATE"""

CONSUME = """
DELETE FROM integration_stock_dirty WHERE backend_id = %(backend_id)s
RETURNING product_id, warehouse_id"""

ADD = """
INSERT INTO integration_stock_level
       (backend_id, company_id, product_id, warehouse_id, available, version,
        published_version, message_version, mismatches, recheck, computed_at, parts)
SELECT %(backend_id)s, %(company_id)s, v.product_id, v.warehouse_id, v.available, 1,
       0, 0, 0, %(recheck)s, now() AT TIME ZONE 'UTC', v.parts
  FROM unnest(%(products)s::int[], %(warehouses)s::int[], %(values)s::int[], %(parts)s::jsonb[])
       AS v(product_id, warehouse_id, available, parts)"""

#: Levels whose bytes are fixed (a call is planned and not refused) keep their value
#: until the call is settled: what is recorded as accepted is what was sent. Those that
#: a sender holds are locked. Both are left out here and stay marked. Also says of which
#: the channel was to be told of more units, and is not any more: others may have those.
CHANGE = f"""
WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::int[], %(values)s::int[], %(parts)s::jsonb[]) AS v(id, available, parts)
), free AS (
    SELECT l.id, l.available, l.parts, l.available > COALESCE(l.published, 0)
           OR l.parts IS DISTINCT FROM l.told_parts AS is_untold
      FROM integration_stock_level l
     WHERE l.id IN (SELECT id FROM wanted)
       AND NOT EXISTS (
           SELECT 1 FROM integration_message m
             JOIN integration_call c ON c.message_id = m.id
            WHERE m.id = l.message_id AND m.state IN {OPEN} AND c.state <> 'refused')
     ORDER BY l.id
       FOR NO KEY UPDATE OF l SKIP LOCKED
)
UPDATE integration_stock_level l
   SET available = wanted.available, version = l.version + 1, parts = wanted.parts,
       computed_at = now() AT TIME ZONE 'UTC'
  FROM wanted JOIN free ON free.id = wanted.id
 WHERE l.id = wanted.id
RETURNING l.id, free.is_untold
      AND (wanted.available < free.available OR wanted.parts IS DISTINCT FROM free.parts)"""

#: Mark the other channels that share a warehouse with these levels: what one of them gave
#: up they may offer. Gives their flows.
GIVEN_UP = """
WITH added AS (
    INSERT INTO integration_stock_dirty (backend_id, product_id, warehouse_id)
    SELECT DISTINCT ob.backend_id, l.product_id, ob.record_id
      FROM integration_stock_level l
      JOIN integration_location_binding b
        ON b.backend_id = l.backend_id AND b.record_id = l.warehouse_id
      JOIN integration_stock_source s ON s.binding_id = b.id
      JOIN stock_warehouse w ON w.id = s.warehouse_id AND w.integration_sharing = 'divided'
      JOIN integration_stock_source os
        ON os.warehouse_id = s.warehouse_id AND os.backend_id <> s.backend_id
      JOIN integration_location_binding ob ON ob.id = os.binding_id
      JOIN integration_stock_level ol
        ON ol.backend_id = ob.backend_id AND ol.warehouse_id = ob.record_id
       AND ol.product_id = l.product_id
     WHERE l.id = ANY(%(ids)s){only}
    RETURNING backend_id
)
SELECT f.id FROM integration_flow f
 WHERE f.code = 'stock.out' AND f.active AND f.backend_id IN (SELECT backend_id FROM added)"""

#: of levels that the channel takes over: those that it held more of before
ONLY_FALLEN = """
       AND (l.available < COALESCE(l.published, 0) OR l.parts IS DISTINCT FROM l.told_parts)"""

REMARK = """
INSERT INTO integration_stock_dirty (backend_id, product_id, warehouse_id)
SELECT %(backend_id)s, v.* FROM unnest(%(products)s::int[], %(warehouses)s::int[]) AS v"""

#: Whether an order may still be under way that the channel had counted at ``seen_at``.
#: One that waits for a person is not: what it takes stands in its claims. One that
#: nobody could read is: nobody knows what it takes. A delivery that names no order at
#: all takes nothing: the order it may have meant is found by the next look-up.
UNDONE_ORDERS = """
SELECT EXISTS (
    SELECT 1 FROM integration_message m JOIN integration_flow f ON f.id = m.flow_id
     WHERE f.backend_id = %(backend_id)s AND f.code = 'order.in'
       AND (m.state IN ('pending', 'retry', 'ambiguous')
            OR m.state = 'blocked' AND m.business_key <> ''
               AND EXISTS (SELECT 1 FROM integration_exception e
                            WHERE e.message_id = m.id AND e.state = 'open'
                              AND e.category = 'format'))
       AND m.received_at <= %(seen_at)s)"""

#: What was read before the orders were last caught up with needs no more caution.
PROVEN = """
UPDATE integration_stock_level SET read_at = NULL
 WHERE backend_id = %(backend_id)s AND read_at < %(caught_until)s"""

_LINKED = """
  FROM integration_stock_level l
  JOIN integration_product_binding b
    ON b.backend_id = l.backend_id AND b.record_id = l.product_id AND b.stock_id <> ''
  JOIN integration_location_binding w
    ON w.backend_id = l.backend_id AND w.record_id = l.warehouse_id
   AND w.is_active IS NOT FALSE"""

#: behind, not held up by a problem, and not under way already
_WAITING = f"""
 WHERE l.backend_id = %(backend_id)s AND l.version > l.published_version
   AND l.problem IS NULL
   AND NOT EXISTS (SELECT 1 FROM integration_message m
                    WHERE m.id = l.message_id
                      AND (m.state IN {OPEN}
                           OR m.state IN ('blocked', 'dead')
                              AND l.message_version >= l.version))"""

#: The channel holds this already: nothing needs to be sent.
AGREE = f"""
UPDATE integration_stock_level SET published = available, published_version = version,
       told_parts = parts, mismatches = 0, message_id = NULL
 WHERE id IN (SELECT l.id {_LINKED} {_WAITING}
                 AND NOT l.recheck AND l.known = l.available
                 FOR NO KEY UPDATE OF l SKIP LOCKED)
RETURNING id"""

TO_READ = f"""
SELECT l.id, b.stock_id, w.external_id {_LINKED} {_WAITING}
   AND l.recheck
 ORDER BY l.id LIMIT %(limit)s"""

#: A level read from the channel may fall at once; it may rise only when the orders
#: behind the reading are known (``read_at`` is cleared then).
TO_SEND = f"""
SELECT l.id {_LINKED} {_WAITING}
   AND NOT l.recheck AND (l.read_at IS NULL OR l.available < l.known)
 ORDER BY l.warehouse_id, l.id
   FOR NO KEY UPDATE OF l SKIP LOCKED"""

QUEUED = """
UPDATE integration_stock_level SET message_id = %(message_id)s, message_version = version
 WHERE id = ANY(%(ids)s)"""

HELD_BACK = f"""
SELECT EXISTS (SELECT 1 {_LINKED} {_WAITING}
                  AND (l.recheck OR l.read_at IS NOT NULL AND l.available >= l.known))"""

#: Locked by the sender until its call is settled. A row that changed after the
#: sender's snapshot raises a serialization error: it starts afresh with the newer one.
OF_MESSAGE = f"""
SELECT l.id, b.stock_id, w.external_id, l.available, l.known, l.version {_LINKED}
 WHERE l.message_id = %(message_id)s AND l.id = ANY(%(ids)s)
   AND l.version > l.published_version AND NOT l.recheck AND l.problem IS NULL
   AND (l.read_at IS NULL OR l.available < l.known)
 ORDER BY l.id
   FOR NO KEY UPDATE OF l"""

ACCEPTED = """
UPDATE integration_stock_level
   SET published = available, published_version = version, known = available,
       told_parts = parts, published_at = now() AT TIME ZONE 'UTC'
 WHERE id = ANY(%(ids)s)"""

STALE = """
UPDATE integration_stock_level SET recheck = %(recheck)s, known = NULL WHERE id = ANY(%(ids)s)"""

#: what the channel holds was read; a level that turns out different is looked at anew
READ = """
UPDATE integration_stock_level l
   SET known = v.units, recheck = FALSE, read_at = %(read_at)s
  FROM unnest(%(ids)s::int[], %(values)s::int[]) AS v(id, units)
 WHERE l.id = v.id AND l.recheck"""

TO_COMPARE = f"""
SELECT l.id, b.stock_id, w.external_id, l.published {_LINKED}
 WHERE l.backend_id = %(backend_id)s AND l.published_version > 0
   AND l.version = l.published_version AND l.read_at IS NULL AND NOT l.recheck
   AND (l.compared_at IS NULL OR l.compared_at < %(since)s)
 ORDER BY l.id LIMIT %(limit)s"""

COMPARED = """
UPDATE integration_stock_level l
   SET compared_at = %(read_at)s, mismatches = 0
  FROM unnest(%(ids)s::int[], %(expected)s::int[]) AS v(id, expected)
 WHERE l.id = v.id"""

#: unless a publication came in between: then the reading says nothing
_DIFFERS = """
UPDATE integration_stock_level l
   SET compared_at = %(read_at)s, mismatches = l.mismatches + 1, known = v.units{heal}
  FROM unnest(%(ids)s::int[], %(values)s::int[], %(expected)s::int[])
       AS v(id, units, expected)
 WHERE l.id = v.id AND l.version = l.published_version
   AND l.published IS NOT DISTINCT FROM v.expected
RETURNING l.id, l.mismatches"""
DIFFERS = _DIFFERS.format(heal=", read_at = %(read_at)s, version = l.version + 1")
#: the level stays as the channel has it until a person says otherwise
DIFFERS_LEFT = _DIFFERS.format(heal="")

#: the sum of a comparison, so far
DRIFT = """
UPDATE integration_stock_publisher p
   SET drift_products = p.drift_products + %(products)s, drift_units = p.drift_units + %(units)s
 WHERE p.backend_id = %(backend_id)s"""

#: a new try for what had a problem, once a day
FORGIVE = """
UPDATE integration_stock_level SET problem = NULL, message_version = 0
 WHERE id IN (SELECT id FROM integration_stock_level
               WHERE backend_id = %(backend_id)s
                 AND (problem IS NOT NULL OR version > published_version)
                 FOR NO KEY UPDATE SKIP LOCKED)"""

#: levels of products or places that are linked no more
ORPHANS = """
DELETE FROM integration_stock_level
 WHERE id IN (
    SELECT l.id FROM integration_stock_level l
     WHERE l.backend_id = %(backend_id)s
       AND NOT (EXISTS (SELECT 1 FROM integration_product_binding b
                         WHERE b.backend_id = l.backend_id AND b.record_id = l.product_id)
                AND EXISTS (SELECT 1 FROM integration_location_binding w
                             WHERE w.backend_id = l.backend_id
                               AND w.record_id = l.warehouse_id))
       AND NOT EXISTS (SELECT 1 FROM integration_message m
                        WHERE m.id = l.message_id
                          AND m.state IN ('pending', 'retry', 'ambiguous'))
       FOR UPDATE OF l SKIP LOCKED)"""
