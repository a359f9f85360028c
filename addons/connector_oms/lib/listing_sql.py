"""The statements that keep what channels show of products. Text only; run by ``catalogue``."""

from .levels_sql import OPEN

#: Serialises the rounds of one backend: who waited here has an old snapshot and starts afresh.
ENTER = """
INSERT INTO integration_catalogue_run (backend_id, rounds) VALUES (%(backend_id)s, 0)
    ON CONFLICT (backend_id) DO NOTHING;
UPDATE integration_catalogue_run SET rounds = rounds + 1
 WHERE backend_id = %(backend_id)s
RETURNING id"""

MARK = """
INSERT INTO integration_catalogue_mark (backend_id, product_id)
SELECT b.id, p.id
  FROM integration_backend b
  JOIN product_product p ON p.id = ANY(%(products)s)
 WHERE b.id = ANY(%(backends)s)
   AND EXISTS (SELECT 1 FROM integration_product_binding l WHERE l.backend_id = b.id AND l.record_id = p.id)
 UNION ALL
SELECT b.id, NULL FROM integration_backend b WHERE %(everything)s AND b.id = ANY(%(backends)s)
RETURNING backend_id"""

CONSUME = """
DELETE FROM integration_catalogue_mark
 WHERE backend_id = %(backend_id)s
   AND (product_id IS NULL OR product_id IN (
        SELECT DISTINCT product_id FROM integration_catalogue_mark
         WHERE backend_id = %(backend_id)s AND product_id IS NOT NULL ORDER BY product_id LIMIT %(limit)s))
RETURNING product_id"""

#: Values of fields that are no longer kept in step.
DROP = """
DELETE FROM integration_catalogue_value WHERE backend_id = %(backend_id)s AND NOT field = ANY(%(kept)s)"""

#: A value that changed has to be compared with what the channel shows; what the channel
#: refused of the former one is forgotten. ``again``: compare all the same. A message that was
#: given up, or called off, holds its values no longer than until then.
PUT = f"""
INSERT INTO integration_catalogue_value AS v
       (backend_id, company_id, binding_id, product_id, field, wanted, state, asks, seen, corrected, computed_at)
SELECT %(backend_id)s, %(company_id)s, n.binding_id, n.product_id, n.field, n.wanted, 'read', 1, 0, FALSE,
       now() AT TIME ZONE 'UTC'
  FROM unnest(%(bindings)s::int[], %(products)s::int[], %(fields)s::text[], %(values)s::text[])
       AS n(binding_id, product_id, field, wanted)
    ON CONFLICT (binding_id, field) DO UPDATE
   SET wanted = EXCLUDED.wanted, product_id = EXCLUDED.product_id, asks = v.asks + 1, problem = NULL,
       computed_at = EXCLUDED.computed_at,
       state = CASE WHEN v.state = 'sending' AND NOT EXISTS (
                         SELECT 1 FROM integration_message m WHERE m.id = v.message_id AND m.state IN {OPEN})
                    THEN 'read' ELSE v.state END
 WHERE %(again)s OR v.wanted IS DISTINCT FROM EXCLUDED.wanted OR v.product_id <> EXCLUDED.product_id"""

#: The channel's news say something else than what it is believed to show.
OBSERVE = """
UPDATE integration_catalogue_value v
   SET asks = v.asks + 1
  FROM unnest(%(external_ids)s::text[], %(fields)s::text[], %(values)s::text[]) AS n(external_id, field, value)
  JOIN integration_product_binding b ON b.backend_id = %(backend_id)s AND b.external_id = n.external_id
 WHERE v.binding_id = b.id AND v.field = n.field AND v.known IS DISTINCT FROM n.value
RETURNING v.id"""

#: What the channel has to be asked about, and how often that was asked for by now: what is
#: asked for after this is not answered by what is read next.
TO_READ = """
SELECT v.id, b.external_id, v.asks, v.field
  FROM integration_catalogue_value v
  JOIN integration_product_binding b ON b.id = v.binding_id
 WHERE v.backend_id = %(backend_id)s AND v.asks > v.seen AND v.state <> 'sending'
   AND v.binding_id IN (SELECT binding_id FROM integration_catalogue_value
                         WHERE backend_id = %(backend_id)s AND asks > seen AND state <> 'sending'
                         GROUP BY binding_id ORDER BY binding_id LIMIT %(limit)s)
 ORDER BY v.binding_id, v.id"""

#: Variants that the channel has to be asked about, and all that are linked.
WAITING = """
SELECT (SELECT count(DISTINCT binding_id) FROM integration_catalogue_value
         WHERE backend_id = %(backend_id)s AND asks > seen AND state <> 'sending'),
       (SELECT count(*) FROM integration_product_binding WHERE backend_id = %(backend_id)s)"""

TO_DECIDE = """
SELECT v.id, b.external_id, v.product_id, v.field, v.wanted, v.agreed, v.corrected, v.left_wanted, v.left_known
  FROM integration_catalogue_value v
  JOIN integration_product_binding b ON b.id = v.binding_id
 WHERE v.id = ANY(%(ids)s) AND v.state <> 'sending'
 ORDER BY v.id"""

#: A link that was made without it learns which product of the channel it is a variant of.
FILL_GROUPS = """
UPDATE integration_product_binding b
   SET group_id = n.group_id
  FROM unnest(%(external_ids)s::text[], %(group_ids)s::text[]) AS n(external_id, group_id)
 WHERE b.backend_id = %(backend_id)s AND b.external_id = n.external_id AND b.group_id IS NULL"""

DECIDED = """
UPDATE integration_catalogue_value v
   SET state = n.state, reason = NULLIF(n.reason, ''), known = n.known, wanted = n.wanted, agreed = n.agreed,
       corrected = n.corrected, problem = NULLIF(n.problem, ''), seen = n.asks,
       left_wanted = CASE WHEN n.state = 'left' THEN v.left_wanted END,
       left_known = CASE WHEN n.state = 'left' THEN v.left_known END,
       read_at = now() AT TIME ZONE 'UTC'
  FROM unnest(%(ids)s::int[], %(states)s::text[], %(reasons)s::text[], %(known)s::text[], %(wanted)s::text[],
              %(agreed)s::text[], %(corrected)s::bool[], %(problems)s::text[], %(asks)s::int[])
       AS n(id, state, reason, known, wanted, agreed, corrected, problem, asks)
 WHERE v.id = n.id"""

#: What may be sent, those of one product of the channel together.
TO_SEND = """
SELECT v.id, COALESCE(b.group_id, b.external_id)
  FROM integration_catalogue_value v
  JOIN integration_product_binding b ON b.id = v.binding_id
 WHERE v.backend_id = %(backend_id)s AND v.state = 'send' AND COALESCE(v.wanted, '') <> ''
 ORDER BY 2, v.id"""

QUEUED = """
UPDATE integration_catalogue_value SET state = 'sending', message_id = %(message_id)s WHERE id = ANY(%(ids)s)"""

#: Those that a message still stands for: a later one may have taken over.
OF_MESSAGE = """
SELECT v.id, v.field, v.wanted, b.external_id, COALESCE(b.group_id, b.external_id) AS group_id
  FROM integration_catalogue_value v
  JOIN integration_product_binding b ON b.id = v.binding_id
 WHERE v.message_id = %(message_id)s AND v.id = ANY(%(ids)s) AND v.state = 'sending'
 ORDER BY 5, b.external_id, v.id"""

#: What the channel took over is what both hold; what Odoo wants by now may be another value.
ACCEPTED = """
UPDATE integration_catalogue_value v
   SET known = n.value, agreed = n.value, state = CASE WHEN v.wanted = n.value THEN 'same' ELSE 'read' END,
       asks = v.asks + (v.wanted IS DISTINCT FROM n.value)::int, problem = NULL, reason = NULL,
       published_at = now() AT TIME ZONE 'UTC'
  FROM unnest(%(ids)s::int[], %(values)s::text[]) AS n(id, value)
 WHERE v.id = n.id"""

REFUSED = """
UPDATE integration_catalogue_value v
   SET state = 'refused', problem = n.problem, asks = v.asks + (v.wanted IS DISTINCT FROM n.value)::int
  FROM unnest(%(ids)s::int[], %(values)s::text[], %(problems)s::text[]) AS n(id, value, problem)
 WHERE v.id = n.id"""

#: What a message did not carry after all is compared anew.
NOT_SENT = """
UPDATE integration_catalogue_value SET state = 'read', asks = asks + 1, message_id = NULL
 WHERE message_id = %(message_id)s AND state = 'sending' AND id = ANY(%(ids)s)"""

OPEN_COUNTS = """
SELECT state, COALESCE(reason, ''), field, count(*), min(problem)
  FROM integration_catalogue_value
 WHERE backend_id = %(backend_id)s AND state IN ('ask', 'refused')
 GROUP BY 1, 2, 3"""

#: Rounds that a kill or a lost job left out, or that are due by the clock.
UNDONE = """
SELECT f.id FROM integration_flow f
  JOIN integration_backend b ON b.id = f.backend_id
  LEFT JOIN integration_catalogue_run r ON r.backend_id = b.id
 WHERE f.code = 'catalogue.out' AND f.active AND b.active AND b.state <> 'draft'
   AND (r.is_sweeping
        OR EXISTS (SELECT 1 FROM integration_catalogue_mark m WHERE m.backend_id = b.id)
        OR EXISTS (SELECT 1 FROM integration_catalogue_value v
                    WHERE v.backend_id = b.id AND (v.asks > v.seen AND v.state <> 'sending' OR v.state = 'send'))
        OR EXISTS (SELECT 1 FROM product_pricelist_item i
                    WHERE i.date_start > r.dated_until AND i.date_start <= now() AT TIME ZONE 'UTC'
                       OR i.date_end >= r.dated_until AND i.date_end < now() AT TIME ZONE 'UTC'))"""
