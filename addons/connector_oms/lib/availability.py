"""The SQL of availability: text only, put together from named parts.

Available, for one product in one warehouse, in the product's unit of measure:

    on hand - reserved              of the quants that may be sold
    - unreserved confirmed demand   of moves that leave the warehouse
    - held demand                   of channel orders that are not confirmed yet
    - claims                          of channel orders that could not be imported yet

Quants that may be sold lie in internal locations below the warehouse's view
location, not in or below one that is flagged as not sellable, belong to the company
(no consignment) and have not passed their removal date.

Of a kit, as many as can be put together in that one warehouse; who orders kits takes
their components. ``integration_stock_kit`` says what is in a kit.

Membership is decided by ``parent_path``: the stored ``stock_location.warehouse_id``
goes stale when a grandparent moves. NULL quantities count as 0.
"""

from __future__ import annotations

#: locations that may be sold from, of the warehouses asked for
_PLACES = """
place AS MATERIALIZED (
    SELECT l.id AS location_id, w.id AS warehouse_id, v.parent_path AS root,
           c.partner_id AS owner_id
      FROM stock_warehouse w
      JOIN res_company c ON c.id = w.company_id
      JOIN stock_location v ON v.id = w.view_location_id
      JOIN stock_location l ON l.parent_path LIKE v.parent_path || '%%'
     WHERE w.id = ANY(%(warehouse_ids)s)
       AND l.usage = 'internal'
       AND (l.company_id IS NULL OR l.company_id = w.company_id)
       AND NOT EXISTS (SELECT 1 FROM stock_location x
                        WHERE x.integration_unsellable
                          AND l.parent_path LIKE x.parent_path || '%%')
)"""

#: Moves that leave the warehouse. One that waits for another move (pick before ship)
#: is not served from stock itself: what feeds it is, so the chain is followed back.
#: One that waits for a purchase or production has nothing in stock to take.
_DEMAND = """
demand (move_id, state) AS (
    SELECT m.id, m.state
      FROM {moves} m
      JOIN place p ON p.location_id = m.location_id
      JOIN stock_location d ON d.id = COALESCE(m.location_final_id, m.location_dest_id)
     WHERE m.state IN ('waiting', 'confirmed', 'partially_available'){product_of_move}
       AND d.parent_path NOT LIKE p.root || '%%'
    UNION
    SELECT o.id, o.state
      FROM demand w
      JOIN stock_move_move_rel r ON r.move_dest_id = w.move_id
      JOIN stock_move o ON o.id = r.move_orig_id
     WHERE w.state = 'waiting'
       AND o.state IN ('waiting', 'confirmed', 'partially_available')
)"""

#: In all products' case the quants are read as a whole: the planner believes that
#: ``place`` has one row and would fetch them location by location (``+ 0`` forbids the
#: index). For some products their quants and moves come first (``OFFSET 0`` keeps it so).
_QUANTS = """
        SELECT q.product_id, p.warehouse_id,
               COALESCE(q.quantity, 0) - COALESCE(q.reserved_quantity, 0) AS units
          FROM {quants} q
          JOIN place p ON p.location_id = q.location_id + 0
         WHERE (q.owner_id IS NULL OR q.owner_id = p.owner_id){expiry}"""

_FREE = """
{name} AS (
    SELECT product_id, warehouse_id, SUM(units) AS units{offer}
      FROM ({quants}
        UNION ALL
        SELECT m.product_id, p.warehouse_id,
               -GREATEST(0, round(m.product_qty * (1 - COALESCE(m.quantity, 0)
                                                       / NULLIF(m.product_uom_qty, 0)), 6))
          FROM demand
          JOIN stock_move m ON m.id = demand.move_id
          JOIN place p ON p.location_id = m.location_id
         WHERE m.state IN ('confirmed', 'partially_available')
        UNION ALL
        SELECT {part_of_line}, COALESCE(s.warehouse_id, o.warehouse_id),
               -round(s.product_uom_qty * su.factor / pu.factor{times}, 6)
          FROM sale_order o
          JOIN sale_order_line s ON s.order_id = o.id{kit_of_line}
          JOIN product_product pp ON pp.id = s.product_id
          JOIN product_template pt ON pt.id = pp.product_tmpl_id
          JOIN uom_uom su ON su.id = s.product_uom_id
          JOIN uom_uom pu ON pu.id = pt.uom_id
         WHERE o.integration_backend_id IS NOT NULL
           AND o.state IN ('draft', 'sent')
           AND s.display_type IS NULL{product_of_line}
        UNION ALL
        SELECT {part_of_claim}, c.warehouse_id, -c.quantity::numeric{times}
          FROM integration_order_claim c{kit_of_claim}
         WHERE TRUE{product_of_claim}
      ) part
     WHERE warehouse_id = ANY(%(warehouse_ids)s)
     GROUP BY product_id, warehouse_id
)"""

#: Kits beside the plain products. What is missing of one component cannot be made good
#: by another, nor by another warehouse.
_KITS = """
free AS (
    SELECT product_id, warehouse_id, units{offer}
      FROM (
        SELECT product_id, warehouse_id, units FROM loose
         WHERE product_id NOT IN (SELECT product_id FROM integration_stock_kit)
        UNION ALL
        SELECT k.product_id, w.id, floor(MIN(COALESCE(loose.units, 0) / k.quantity))
          FROM integration_stock_kit k
         CROSS JOIN unnest(%(warehouse_ids)s::int[]) AS w(id)
          LEFT JOIN loose ON loose.product_id = k.component_id AND loose.warehouse_id = w.id{kits}
         GROUP BY k.product_id, w.id
      ) each
)"""
_KITS_ASKED = """
     WHERE k.product_id = ANY(%(product_ids)s)"""
_JOIN_KIT = """
          LEFT JOIN integration_stock_kit k ON k.product_id = {alias}.product_id"""

#: What has to be looked at to know these products' availability: with the components of
#: kits, and with the kits that an order may take the products by.
KIT_NEIGHBOURS = """
WITH component AS (
    SELECT k.component_id AS id FROM integration_stock_kit k WHERE k.product_id = ANY(%(product_ids)s)
    UNION SELECT unnest(%(product_ids)s)
)
SELECT id, FALSE FROM component
 UNION ALL
SELECT k.product_id, TRUE FROM integration_stock_kit k JOIN component c ON c.id = k.component_id"""

#: What of a receipt ``m`` is brought for deliveries that wait for it: nobody else gets that.
PROMISED = """
  LEFT JOIN LATERAL (
       SELECT SUM(x.product_qty) AS units
         FROM stock_move_move_rel r
         JOIN stock_move x ON x.id = r.move_dest_id AND x.state = 'waiting'
         JOIN stock_location e ON e.id = COALESCE(x.location_final_id, x.location_dest_id)
                              AND e.parent_path NOT LIKE {root} || '%%'
        WHERE r.move_orig_id = m.id) promised ON TRUE"""

_PRODUCT = " AND {alias}.product_id = ANY(%({ids})s)"
_ONLY = "(SELECT * FROM {table} WHERE product_id = ANY(%(product_ids)s) OFFSET 0)"
_EXPIRY = " AND (q.removal_date IS NULL OR q.removal_date > now() AT TIME ZONE 'UTC')"


def demand_ctes(*, of_products: bool) -> str:
    """Common table expressions ``place`` (sellable locations) and ``demand`` (open moves out)."""
    moves = _ONLY.format(table="stock_move") if of_products else "stock_move"
    of_move = _PRODUCT.format(alias="m", ids="product_ids") if of_products else ""
    return f"{_PLACES},{_DEMAND.format(product_of_move=of_move, moves=moves)}"


def free_ctes(*, of_products: bool, expiry: bool, kits: bool = False, offer: str = "") -> str:
    """Common table expressions that end in ``free (product_id, warehouse_id, units)``.

    A pair without stock and demand has no row. Parameters: ``warehouse_ids`` and, with
    ``of_products``, ``product_ids``; with ``kits`` too, that is what ``KIT_NEIGHBOURS``
    gives, and ``ordered_ids`` the same with the kits.

    :param of_products: only the products asked for
    :param expiry: the database has removal dates (``product_expiry``)
    :param kits: there are kits
    :param offer: SQL of a further column ``offer``, with ``{units}`` for what is free
    """
    ordered = "ordered_ids" if kits else "product_ids"
    column = f", {offer} AS offer" if offer else ""

    def product(alias: str, ids: str = "product_ids") -> str:
        return _PRODUCT.format(alias=alias, ids=ids) if of_products else ""

    def table(name: str) -> str:
        return _ONLY.format(table=name) if of_products else name

    def part(alias: str) -> str:
        return f"COALESCE(k.component_id, {alias}.product_id)" if kits else f"{alias}.product_id"

    def kit(alias: str) -> str:
        return _JOIN_KIT.format(alias=alias) if kits else ""

    ctes = [
        demand_ctes(of_products=of_products),
        _FREE.format(
            name="loose" if kits else "free",
            quants=_QUANTS.format(quants=table("stock_quant"), expiry=_EXPIRY if expiry else ""),
            part_of_line=part("s"),
            part_of_claim=part("c"),
            kit_of_line=kit("s"),
            kit_of_claim=kit("c"),
            times=" * COALESCE(k.quantity, 1)" if kits else "",
            product_of_line=product("s", ordered),
            product_of_claim=product("c", ordered),
            offer="" if kits else column.format(units="SUM(units)"),
        ),
    ]
    if kits:
        ctes.append(_KITS.format(kits=_KITS_ASKED if of_products else "", offer=column.format(units="units")))
    return ",".join(ctes)


def availability_sql(*, of_products: bool, expiry: bool, kits: bool = False) -> str:
    """(product id, warehouse id, free units) of every pair with stock or demand."""
    ctes = free_ctes(of_products=of_products, expiry=expiry, kits=kits)
    return f"WITH RECURSIVE {ctes} SELECT product_id, warehouse_id, units FROM free"
