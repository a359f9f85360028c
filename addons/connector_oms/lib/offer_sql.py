"""The SQL of what a channel is offered: availability, shared between channels and places.

A place of a channel offers the stock of one warehouse or of several (its sources). For
each warehouse, in whole units:

    whole    free, less what the warehouse keeps back from all channels
    quota    the channel's part of it, where the channels divide it among themselves
    own      free, less what the channel or a rule keeps back
    part     the least of quota, own, and whole less what the other channels hold

What the others hold is the more of what they were told and of what they are about to be
told. So a channel is only told of units that another one has been rid of, and all
channels together never hold more than there is. A place offers the sum of its parts,
less what its warehouses owe beyond what they have, capped by the rules.

Text only; ``stock.offer`` gives it its parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

from .availability import PROMISED, free_ctes
from .levels import SELLABLE_SQL


@dataclass(frozen=True)
class Shape:
    """What a round has to look at.

    :ivar of_pairs: only some products and places, not all of them
    :ivar expiry: the database has removal dates
    :ivar kits: there are kits
    :ivar shared: a place has several warehouses, or a warehouse several channels or a
        safety stock of its own
    :ivar rules: there are rules for some products
    :ivar incoming: one of them offers what is still to arrive
    """

    of_pairs: bool
    expiry: bool
    kits: bool = False
    shared: bool = False
    rules: bool = False
    incoming: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether every place offers what is free in its one warehouse, less a safety stock."""
        return not (self.shared or self.rules)


#: where the units of a place come from
_SOURCES = """
source AS MATERIALIZED (
    SELECT *
      FROM unnest(%(s_places)s::int[], %(s_warehouses)s::int[], %(s_order)s::int[],
                  %(s_divided)s::boolean[], %(s_short)s::bigint[],
                  %(s_units)s::numeric[], %(s_percent)s::numeric[])
        AS s(place_id, warehouse_id, position, is_divided, short, units, percent)
), other AS MATERIALIZED (
    SELECT *
      FROM unnest(%(o_backends)s::int[], %(o_places)s::int[], %(o_warehouses)s::int[],
                  %(o_weights)s::bigint[], %(o_first)s::boolean[])
        AS o(backend_id, place_id, warehouse_id, weight, is_before)
)"""

#: The rule that says most about a product in a warehouse, for each channel concerned: one
#: for the product itself, else one for its category. There are few of either, so that they
#: are found apart from the products. (0: products without a category.)
_RULES = """
rule AS MATERIALIZED (
    SELECT r.id, b.id AS backend_id, w.id AS warehouse_id, r.product_id, r.categ_id,
           row_number() OVER (ORDER BY r.warehouse_id IS NULL, r.backend_id IS NULL, r.id) AS place
      FROM integration_stock_rule r
      JOIN unnest(%(warehouse_ids)s::int[]) AS w(id) ON r.warehouse_id IS NULL OR r.warehouse_id = w.id
      JOIN (SELECT DISTINCT unnest(%(o_backends)s::int[] || %(backend_id)s::int) AS id) b
        ON r.backend_id IS NULL OR r.backend_id = b.id
     WHERE r.active AND r.company_id = %(company_id)s
), named AS MATERIALIZED (
    SELECT DISTINCT ON (backend_id, product_id, warehouse_id) *
      FROM rule WHERE product_id IS NOT NULL
     ORDER BY backend_id, product_id, warehouse_id, place
), kind AS MATERIALIZED (
    SELECT DISTINCT ON (r.backend_id, c.id, r.warehouse_id) r.id, r.backend_id, c.id AS categ_id, r.warehouse_id
      FROM (SELECT id, parent_path FROM product_category UNION ALL SELECT 0, '') c
      JOIN rule r ON r.product_id IS NULL
      LEFT JOIN product_category rc ON rc.id = r.categ_id
     WHERE rc.id IS NULL OR c.parent_path LIKE rc.parent_path || '%%'
     ORDER BY r.backend_id, c.id, r.warehouse_id, COALESCE(length(rc.parent_path), 0) DESC, r.place
), ruled AS MATERIALIZED (
    SELECT b.backend_id, p.id AS product_id, b.warehouse_id, r.buffer_units, r.buffer_percent,
           r.is_offered, NULLIF(r.cap_units, 0) AS cap, r.incoming_days
      FROM product_product p
      JOIN product_template t ON t.id = p.product_tmpl_id
     CROSS JOIN (SELECT DISTINCT backend_id, warehouse_id FROM rule) b
      LEFT JOIN named n ON n.backend_id = b.backend_id AND n.product_id = p.id AND n.warehouse_id = b.warehouse_id
      LEFT JOIN kind k ON k.backend_id = b.backend_id AND k.categ_id = COALESCE(t.categ_id, 0)
                      AND k.warehouse_id = b.warehouse_id
      JOIN integration_stock_rule r ON r.id = COALESCE(n.id, k.id)
     WHERE TRUE{products}
)"""

#: Receipts from outside that are due in time for a rule.
_COMING = """
coming AS (
    SELECT m.product_id, p.warehouse_id,
           SUM(GREATEST(0, round(m.product_qty * (1 - COALESCE(m.quantity, 0) * m.picked::int
                                          / NULLIF(m.product_uom_qty, 0)), 6) - COALESCE(promised.units, 0))) AS units
      FROM stock_move m
      JOIN place p ON p.location_id = COALESCE(m.location_final_id, m.location_dest_id)
      JOIN stock_location o ON o.id = m.location_id AND o.parent_path NOT LIKE p.root || '%%'
      JOIN ruled r ON r.backend_id = %(backend_id)s
                  AND r.product_id = m.product_id AND r.warehouse_id = p.warehouse_id{promised}
     WHERE m.state IN ('waiting', 'confirmed', 'partially_available', 'assigned'){products}
       AND m.date <= now() AT TIME ZONE 'UTC' + r.incoming_days * interval '1 day'
       AND r.incoming_days > 0
     GROUP BY m.product_id, p.warehouse_id
)"""

#: Which other channels offer the product too, and what they may still sell of these
#: warehouses: whoever was told of a unit has it until the channel took over that it has not.
_RIVALS = """
rival AS (
    SELECT b.record_id AS product_id, o.warehouse_id, SUM(o.weight) AS weight,
           COALESCE(SUM(o.weight) FILTER (WHERE o.is_before), 0) AS before, bool_or(o.is_before) AS is_behind
      FROM other o
      JOIN integration_product_binding b ON b.backend_id = o.backend_id AND b.stock_id <> ''{of_bindings}{rules}
     GROUP BY b.record_id, o.warehouse_id
), held AS (
    SELECT l.product_id, o.warehouse_id,
           SUM(GREATEST(COALESCE((l.parts ->> o.warehouse_id::text)::int, l.available),
                        COALESCE((l.told_parts ->> o.warehouse_id::text)::int, l.published, 0))) AS units
      FROM other o
      JOIN integration_stock_level l ON l.backend_id = o.backend_id AND l.warehouse_id = o.place_id{of_levels}
     GROUP BY l.product_id, o.warehouse_id
)"""
_NOT_RULED_OUT = """
      LEFT JOIN ruled r ON r.backend_id = o.backend_id
                       AND r.product_id = b.record_id AND r.warehouse_id = o.warehouse_id
     WHERE r.is_offered IS NOT FALSE"""

#: Quotas run through the channels by priority: each gets what the running share comes to,
#: rounded up, less what those before it have. So they add up, and the first unit goes to
#: the first channel. ``levels.quota`` says the same in Python.
_QUOTA = """CASE WHEN v.product_id IS NULL OR NOT w.is_divided THEN {x}
                 WHEN {x} <= w.short THEN CASE WHEN v.is_behind THEN 0 ELSE {x} END
                 ELSE ceil({x} * (v.before + %(weight)s) / (v.weight + %(weight)s)::numeric)
                    - ceil({x} * v.before / (v.weight + %(weight)s)::numeric) END"""

_PARTS = """
whole AS (
    SELECT f.product_id, f.warehouse_id, f.units, {coming} AS coming,
           GREATEST(0, floor((f.units - s.units) * (100 - s.percent) / 100))::bigint AS whole,
           GREATEST(0, floor({coming} + LEAST(0, f.units)))::bigint AS due{rule_columns},
           s.place_id, s.position, s.is_divided, s.short
      FROM {free} f
      JOIN source s ON s.warehouse_id = f.warehouse_id{rule_joins}
), part AS (
    SELECT w.product_id, w.place_id, w.warehouse_id, w.position, {cap} AS cap,
           GREATEST(0, -w.units - w.coming) AS lacking,
           GREATEST(0, LEAST({quota}{due},
                             floor((w.units + w.coming - {units}) * (100 - {percent}) / 100),
                             CASE WHEN w.is_divided THEN w.whole + w.due - COALESCE(h.units, 0) END))
             * {offered} AS units
      FROM whole w
      LEFT JOIN rival v ON v.product_id = w.product_id AND v.warehouse_id = w.warehouse_id
      LEFT JOIN held h ON h.product_id = w.product_id AND h.warehouse_id = w.warehouse_id
)"""

#: what may come of what is on its way alone, where nothing is free yet
_EVERYWHERE = """(
        SELECT product_id, warehouse_id, SUM(units) AS units
          FROM (SELECT product_id, warehouse_id, units FROM free
                UNION ALL SELECT product_id, warehouse_id, 0 FROM coming) e
         GROUP BY product_id, warehouse_id)"""

_SUM = """
offered AS (
    SELECT product_id, place_id AS warehouse_id,
           LEAST(MIN(cap), GREATEST(0, SUM(units) - SUM(lacking)))::integer AS offer, NULL::jsonb AS parts
      FROM part GROUP BY product_id, place_id
)"""

#: Several warehouses: the last of them give what the place owes, and what a cap leaves.
_SUM_OF_PARTS = """
run AS (
    SELECT product_id, place_id, warehouse_id,
           SUM(units) OVER so_far AS upto, SUM(lacking) OVER whole AS lacking, MIN(cap) OVER whole AS cap,
           SUM(units) OVER so_far - units AS before
      FROM part
    WINDOW whole AS (PARTITION BY product_id, place_id),
           so_far AS (PARTITION BY product_id, place_id ORDER BY position, warehouse_id)
), cut AS (
    SELECT product_id, place_id, warehouse_id,
           LEAST(cap, GREATEST(0, upto - lacking))::integer AS upto,
           LEAST(cap, GREATEST(0, before - lacking))::integer AS before
      FROM run
), offered AS (
    SELECT product_id, place_id AS warehouse_id, SUM(upto - before)::integer AS offer,
           jsonb_object_agg(warehouse_id::text, upto - before) AS parts
      FROM cut GROUP BY product_id, place_id
)"""

_PAIRS = """
  JOIN unnest(%(products)s::int[], %(places)s::int[]) AS pair(product_id, warehouse_id)
    ON pair.product_id = {product} AND pair.warehouse_id = {place}"""

#: Levels that are there and have to become something else.
_CHANGED = """
SELECT l.id, l.product_id, l.warehouse_id, COALESCE({offer}, 0), {parts}
  FROM integration_stock_level l{pairs}
  LEFT JOIN {table} o ON o.product_id = l.product_id AND o.warehouse_id = l.warehouse_id
 WHERE l.backend_id = %(backend_id)s AND l.warehouse_id = ANY(%(place_ids)s)
   AND (l.available <> COALESCE({offer}, 0){other_parts})"""

#: Products and places that are linked and have no level yet. What they may be offered is
#: asked for apart: the planner expects a few offers, and has joined 100,000 of them to
#: 300,000 links by the warehouse alone, which takes half an hour.
_MISSING = """
SELECT b.record_id, w.record_id
  FROM integration_product_binding b
  JOIN integration_location_binding w
    ON w.backend_id = b.backend_id AND w.is_active IS NOT FALSE
   AND w.record_id = ANY(%(place_ids)s){pairs}
  JOIN product_product pp ON pp.id = b.record_id
  JOIN product_template pt ON pt.id = pp.product_tmpl_id
   AND (pt.is_storable OR pp.id IN (SELECT product_id FROM integration_stock_kit))
 WHERE b.backend_id = %(backend_id)s AND b.stock_id <> ''
   AND NOT EXISTS (SELECT 1 FROM integration_stock_level l
                    WHERE l.backend_id = %(backend_id)s
                      AND l.product_id = b.record_id AND l.warehouse_id = w.record_id)"""


def changed_sql(shape: Shape, *, with_parts: bool = False) -> str:
    """The levels of a backend that differ from what it may be offered now.

    Gives (level id, product id, place, units, parts by warehouse or None); a place goes by
    the warehouse that its link names. Parameters: those of ``free_ctes``, ``backend_id``,
    ``place_ids``, ``units`` and ``percent`` that the channel keeps back (decimals); with
    ``of_pairs`` the pairs asked for as ``products``, ``places``; unless the shape is plain
    ``company_id``, and of ``source`` and ``held`` what begins with ``s_`` and ``o_``.

    :param with_parts: a place has several warehouses
    """
    select = _CHANGED.format(
        pairs=_pairs("l.product_id", "l.warehouse_id") if shape.of_pairs else "",
        table="free" if shape.is_plain else "offered",
        offer="o.offer",
        parts="NULL::jsonb" if shape.is_plain else "o.parts",
        other_parts=" OR l.parts IS DISTINCT FROM o.parts" if with_parts else " OR l.parts IS NOT NULL",
    )
    return f"WITH RECURSIVE {_ctes(shape, with_parts)}{select}"


def missing_sql(*, of_pairs: bool) -> str:
    """(product id, place) of the levels that a backend's links ask for and that are not there yet.

    Parameters: ``backend_id``, ``place_ids``; with ``of_pairs`` those of ``changed_sql``.
    """
    return _MISSING.format(pairs=_pairs("b.record_id", "w.record_id") if of_pairs else "")


def offered_sql(shape: Shape, *, with_parts: bool = False) -> str:
    """(product id, place, units, parts by warehouse or None) of what a backend may be offered now.

    A pair without stock and demand has no row. Parameters: those of ``changed_sql``.
    """
    table, parts = ("free", "NULL::jsonb") if shape.is_plain else ("offered", "parts")
    return f"WITH RECURSIVE {_ctes(shape, with_parts)}SELECT product_id, warehouse_id, offer, {parts} FROM {table}"


def _ctes(shape: Shape, with_parts: bool) -> str:
    return _plain(shape) if shape.is_plain else _offered(shape, with_parts)


def _pairs(product: str, place: str) -> str:
    return _PAIRS.format(product=product, place=place)


def _plain(shape: Shape) -> str:
    offer = SELLABLE_SQL.format(available="{units}", units="%(units)s", percent="%(percent)s")
    return free_ctes(of_products=shape.of_pairs, expiry=shape.expiry, kits=shape.kits, offer=offer)


def _offered(shape: Shape, with_parts: bool) -> str:
    def products(column: str) -> str:
        return f" AND {column} = ANY(%(product_ids)s)" if shape.of_pairs else ""

    ctes = [free_ctes(of_products=shape.of_pairs, expiry=shape.expiry, kits=shape.kits), _SOURCES]
    if shape.rules:
        ctes.append(_RULES.format(products=products("p.id")))
    if shape.incoming:
        ctes.append(_COMING.format(products=products("m.product_id"), promised=PROMISED.format(root="p.root")))
    ctes.append(
        _RIVALS.format(
            of_bindings=products("b.record_id"),
            of_levels=products("l.product_id"),
            rules=_NOT_RULED_OUT if shape.rules else "",
        )
    )
    ctes.append(_parts(shape))
    ctes.append(_SUM_OF_PARTS if with_parts else _SUM)
    return ",".join(ctes)


def _parts(shape: Shape) -> str:
    pair = "{a}.product_id = f.product_id AND {a}.warehouse_id = f.warehouse_id"
    joins = []
    if shape.rules:
        joins.append("ruled r ON r.backend_id = %(backend_id)s AND " + pair.format(a="r"))
    if shape.incoming:
        joins.append("coming c ON " + pair.format(a="c"))
    return _PARTS.format(
        free=_EVERYWHERE if shape.incoming else "free",
        coming="COALESCE(c.units, 0)" if shape.incoming else "0",
        rule_columns=", r.buffer_units, r.buffer_percent, r.is_offered, r.cap" if shape.rules else "",
        rule_joins="".join(f"\n      LEFT JOIN {join}" for join in joins),
        quota=_QUOTA.format(x="w.whole"),
        due=" + " + _QUOTA.format(x="w.due") if shape.incoming else "",
        cap="w.cap" if shape.rules else "NULL::integer",
        units="COALESCE(w.buffer_units::numeric, %(units)s)" if shape.rules else "%(units)s",
        percent="COALESCE(w.buffer_percent::numeric, %(percent)s)" if shape.rules else "%(percent)s",
        offered="COALESCE(w.is_offered, TRUE)::int" if shape.rules else "1",
    )
