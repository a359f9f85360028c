"""The SQL of the figures behind availability, each by itself. Text only.

    physical    everything in internal locations of the warehouse
    reserved    of it, for transfers
    unsellable  of the rest, in locations that are not for sale
    consigned   of the rest, belonging to others
    expired     of the rest, past its removal date
    demand      promised to deliveries that are not reserved yet
    held        in orders of channels that are not confirmed yet
    claimed     in orders of channels that could not be imported yet

What is left is available to sell (``availability``): nothing is counted twice.
"""

from __future__ import annotations

from .availability import PROMISED, demand_ctes

_FIGURES = """
, inside AS MATERIALIZED (
    SELECT l.id AS location_id, w.id AS warehouse_id, c.partner_id AS owner_id,
           EXISTS (SELECT 1 FROM place WHERE place.location_id = l.id) AS is_for_sale
      FROM stock_warehouse w
      JOIN res_company c ON c.id = w.company_id
      JOIN stock_location v ON v.id = w.view_location_id
      JOIN stock_location l ON l.parent_path LIKE v.parent_path || '%%' AND l.usage = 'internal'
     WHERE w.id = ANY(%(warehouse_ids)s)
), unit AS (
    SELECT i.warehouse_id, q.product_id, COALESCE(q.quantity, 0) AS quantity,
           COALESCE(q.reserved_quantity, 0) AS reserved,
           CASE WHEN NOT i.is_for_sale THEN 'unsellable'
                WHEN q.owner_id IS NOT NULL AND q.owner_id <> i.owner_id THEN 'consigned'
                WHEN {is_expired} THEN 'expired'
                ELSE 'sound' END AS kind
      FROM inside i JOIN stock_quant q ON q.location_id = i.location_id
     WHERE q.product_id = ANY(%(product_ids)s)
), figure AS (
    SELECT product_id, warehouse_id, 'physical' AS name, quantity AS units FROM unit
     UNION ALL SELECT product_id, warehouse_id, 'reserved', reserved FROM unit
     UNION ALL SELECT product_id, warehouse_id, kind, quantity - reserved FROM unit
     UNION ALL
    SELECT m.product_id, p.warehouse_id, 'demand',
           GREATEST(0, round(m.product_qty * (1 - COALESCE(m.quantity, 0) / NULLIF(m.product_uom_qty, 0)), 6))
      FROM demand JOIN stock_move m ON m.id = demand.move_id JOIN place p ON p.location_id = m.location_id
     WHERE m.state IN ('confirmed', 'partially_available')
     UNION ALL
    SELECT COALESCE(k.component_id, s.product_id), COALESCE(s.warehouse_id, o.warehouse_id), 'held',
           round(s.product_uom_qty * su.factor / pu.factor * COALESCE(k.quantity, 1), 6)
      FROM sale_order o
      JOIN sale_order_line s ON s.order_id = o.id AND s.display_type IS NULL
      LEFT JOIN integration_stock_kit k ON k.product_id = s.product_id
      JOIN product_product pp ON pp.id = s.product_id
      JOIN product_template pt ON pt.id = pp.product_tmpl_id
      JOIN uom_uom su ON su.id = s.product_uom_id
      JOIN uom_uom pu ON pu.id = pt.uom_id
     WHERE o.integration_backend_id IS NOT NULL AND o.state IN ('draft', 'sent')
     UNION ALL
    SELECT COALESCE(k.component_id, c.product_id), c.warehouse_id, 'claimed',
           c.quantity::numeric * COALESCE(k.quantity, 1)
      FROM integration_order_claim c LEFT JOIN integration_stock_kit k ON k.product_id = c.product_id
)
SELECT product_id, warehouse_id, name, SUM(units) FROM figure
 WHERE product_id = ANY(%(product_ids)s) AND warehouse_id = ANY(%(warehouse_ids)s)
 GROUP BY product_id, warehouse_id, name"""

#: What is on its way into the warehouses from outside for anybody, by the day it is due.
INCOMING_SQL = f"""
SELECT m.product_id, w.id, m.date::date,
       SUM(GREATEST(0, round(m.product_qty * (1 - COALESCE(m.quantity, 0) * m.picked::int
                                                / NULLIF(m.product_uom_qty, 0)), 6) - COALESCE(promised.units, 0)))
  FROM stock_move m
  JOIN stock_location d ON d.id = COALESCE(m.location_final_id, m.location_dest_id)
  JOIN stock_location o ON o.id = m.location_id
  JOIN stock_warehouse w ON w.id = ANY(%(warehouse_ids)s)
  JOIN stock_location v ON v.id = w.view_location_id
   AND d.parent_path LIKE v.parent_path || '%%' AND o.parent_path NOT LIKE v.parent_path || '%%'
{PROMISED.format(root="v.parent_path")}
 WHERE m.product_id = ANY(%(product_ids)s)
   AND m.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
 GROUP BY m.product_id, w.id, m.date::date
 ORDER BY m.product_id, w.id, m.date::date"""


def figures_sql(*, expiry: bool) -> str:
    """(product id, warehouse id, name of the figure, units); what is 0 may be missing.

    ``sound`` is what is physical, sellable and not reserved. Parameters: ``product_ids``,
    ``warehouse_ids``.

    :param expiry: the database has removal dates (``product_expiry``)
    """
    expired = "q.removal_date <= now() AT TIME ZONE 'UTC'" if expiry else "FALSE"
    return f"WITH RECURSIVE {demand_ctes(of_products=True)}{_FIGURES.format(is_expired=expired)}"
