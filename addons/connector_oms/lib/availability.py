"""The SQL of availability: text only, put together from named parts.

Available, for one product in one warehouse, in the product's unit of measure:

    on hand - reserved              of the quants that may be sold
    - unreserved confirmed demand   of moves that leave the warehouse
    - held demand                   of channel orders that are not confirmed yet
    - claims                          of channel orders that could not be imported yet

Quants that may be sold lie in internal locations below the warehouse's view
location, not in or below one that is flagged as not sellable, belong to the company
(no consignment) and have not passed their removal date.

Membership is decided by ``parent_path``: the stored ``stock_location.warehouse_id``
goes stale when a grandparent moves. NULL quantities count as 0.
"""

from __future__ import annotations

from .levels import SELLABLE_SQL

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
free AS (
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
        SELECT s.product_id, COALESCE(s.warehouse_id, o.warehouse_id),
               -round(s.product_uom_qty * su.factor / pu.factor, 6)
          FROM sale_order o
          JOIN sale_order_line s ON s.order_id = o.id
          JOIN product_product pp ON pp.id = s.product_id
          JOIN product_template pt ON pt.id = pp.product_tmpl_id
          JOIN uom_uom su ON su.id = s.product_uom_id
          JOIN uom_uom pu ON pu.id = pt.uom_id
         WHERE o.integration_backend_id IS NOT NULL
           AND o.state IN ('draft', 'sent')
           AND s.display_type IS NULL{product_of_line}
        UNION ALL
        SELECT k.product_id, k.warehouse_id, -k.quantity::numeric
          FROM integration_order_claim k
         WHERE TRUE{product_of_claim}
      ) part
     WHERE warehouse_id = ANY(%(warehouse_ids)s)
     GROUP BY product_id, warehouse_id
)"""

_PRODUCT = " AND {alias}.product_id = ANY(%(product_ids)s)"
_ONLY = "(SELECT * FROM {table} WHERE product_id = ANY(%(product_ids)s) OFFSET 0)"
_EXPIRY = " AND (q.removal_date IS NULL OR q.removal_date > now() AT TIME ZONE 'UTC')"


def free_ctes(*, of_products: bool, expiry: bool, offer: str = "") -> str:
    """Common table expressions that end in ``free (product_id, warehouse_id, units)``.

    A pair without stock and demand has no row. Parameters: ``warehouse_ids`` and, with
    ``of_products``, ``product_ids``.

    :param of_products: only the products asked for
    :param expiry: the database has removal dates (``product_expiry``)
    :param offer: SQL of a further column ``offer``, over the sum of ``units``
    """

    def product(alias: str) -> str:
        return _PRODUCT.format(alias=alias) if of_products else ""

    def table(name: str) -> str:
        return _ONLY.format(table=name) if of_products else name

    quants = _QUANTS.format(quants=table("stock_quant"), expiry=_EXPIRY if expiry else "")
    return ",".join(
        (
            _PLACES,
            _DEMAND.format(product_of_move=product("m"), moves=table("stock_move")),
            _FREE.format(
                quants=quants,
                product_of_line=product("s"),
                product_of_claim=product("k"),
                offer=f", {offer} AS offer" if offer else "",
            ),
        )
    )


def availability_sql(*, of_products: bool, expiry: bool) -> str:
    """(product id, warehouse id, free units) of every pair with stock or demand."""
    ctes = free_ctes(of_products=of_products, expiry=expiry)
    return f"WITH RECURSIVE {ctes} SELECT product_id, warehouse_id, units FROM free"


_PAIRS = """
  JOIN unnest(%(products)s::int[], %(warehouses)s::int[]) AS pair(product_id, warehouse_id)
    ON pair.product_id = {product} AND pair.warehouse_id = {warehouse}"""

#: Levels that are there and have to become something else.
_CHANGED = """
SELECT l.id, l.product_id, l.warehouse_id, COALESCE(free.offer, 0)
  FROM integration_stock_level l{pairs}
  LEFT JOIN free ON free.product_id = l.product_id AND free.warehouse_id = l.warehouse_id
 WHERE l.backend_id = %(backend_id)s AND l.warehouse_id = ANY(%(warehouse_ids)s)
   AND l.available <> COALESCE(free.offer, 0)"""

#: Products and places that are linked and have no level yet.
_MISSING = """
SELECT NULL::integer, b.record_id, w.record_id, COALESCE(free.offer, 0)
  FROM integration_product_binding b
  JOIN integration_location_binding w
    ON w.backend_id = b.backend_id AND w.is_active IS NOT FALSE
   AND w.record_id = ANY(%(warehouse_ids)s){pairs}
  JOIN product_product pp ON pp.id = b.record_id
  JOIN product_template pt ON pt.id = pp.product_tmpl_id AND pt.is_storable
  LEFT JOIN free ON free.product_id = b.record_id AND free.warehouse_id = w.record_id
 WHERE b.backend_id = %(backend_id)s AND b.stock_id <> ''
   AND NOT EXISTS (SELECT 1 FROM integration_stock_level l
                    WHERE l.backend_id = %(backend_id)s
                      AND l.product_id = b.record_id AND l.warehouse_id = w.record_id)"""


def changed_sql(*, of_pairs: bool, expiry: bool) -> str:
    """The levels of a backend that differ from what may be sold now.

    Gives (level id, product id, warehouse id, sellable units). Parameters:
    ``backend_id``, ``warehouse_ids``, ``units`` and ``percent`` kept back (decimals);
    with ``of_pairs`` also ``product_ids`` and the pairs asked for as ``products``,
    ``warehouses``.

    :param of_pairs: only some pairs, not all of the warehouses
    :param expiry: the database has removal dates
    """
    return _levels_sql(_CHANGED, ("l.product_id", "l.warehouse_id"), of_pairs, expiry)


def missing_sql(*, of_pairs: bool, expiry: bool) -> str:
    """The levels that a backend's links ask for and that are not there yet.

    Gives and takes the same as ``changed_sql``, with NULL for the level id.
    """
    return _levels_sql(_MISSING, ("b.record_id", "w.record_id"), of_pairs, expiry)


def _levels_sql(select: str, keys: tuple[str, str], of_pairs: bool, expiry: bool) -> str:
    offer = SELLABLE_SQL.format(available="SUM(units)", units="%(units)s", percent="%(percent)s")
    pairs = _PAIRS.format(product=keys[0], warehouse=keys[1]) if of_pairs else ""
    ctes = free_ctes(of_products=of_pairs, expiry=expiry, offer=offer)
    return f"WITH RECURSIVE {ctes}{select.format(pairs=pairs)}"


#: Append (backend, product, warehouse) for everything a transaction has marked, for
#: the backends that publish stock; gives the flows to be woken, and whether they were
#: awake within the last second.
DIRTY_SQL = """
WITH pair AS (
    SELECT d.product_id, w.id AS warehouse_id
      FROM unnest(%(place_products)s::int[], %(locations)s::int[]) AS d(product_id, location_id)
      JOIN stock_location l ON l.id = d.location_id
      JOIN stock_warehouse w ON TRUE
      JOIN stock_location v ON v.id = w.view_location_id
       AND l.parent_path LIKE v.parent_path || '%%'
    UNION
    SELECT d.product_id, d.warehouse_id
      FROM unnest(%(products)s::int[], %(warehouses)s::int[]) AS d(product_id, warehouse_id)
), flow AS (
    SELECT f.id, f.backend_id,
           COALESCE(s.ran_at > clock_timestamp() AT TIME ZONE 'UTC' - interval '1 second', FALSE)
               AS has_just_run
      FROM integration_flow f
      JOIN integration_backend b ON b.id = f.backend_id
      LEFT JOIN integration_stock_publisher s ON s.backend_id = b.id
     WHERE f.code = 'stock.out' AND f.active AND b.active AND b.state <> 'draft'
), added AS (
    INSERT INTO integration_stock_dirty (backend_id, product_id, warehouse_id)
    SELECT f.backend_id, NULLIF(pair.product_id, 0), pair.warehouse_id
      FROM pair
      JOIN integration_location_binding b ON b.record_id = pair.warehouse_id
      JOIN flow f ON f.backend_id = b.backend_id
      LEFT JOIN product_product p ON p.id = pair.product_id
     WHERE pair.product_id = 0 OR p.id IS NOT NULL
    UNION
    SELECT f.backend_id, NULL, b.record_id
      FROM flow f
      JOIN integration_location_binding b ON b.backend_id = f.backend_id
     WHERE f.backend_id = ANY(%(backends)s)
    RETURNING backend_id
)
SELECT id, has_just_run FROM flow WHERE backend_id IN (SELECT backend_id FROM added)
"""
