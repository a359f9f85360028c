"""The SQL that notes what a transaction changed."""

#: Append (backend, product, warehouse) for everything a transaction has marked, for
#: the backends that publish stock, under the warehouse that their place goes by; kits go
#: with their components, and these with their kits. Gives the flows to be woken, and whether they were
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
), loose AS (
    SELECT product_id, warehouse_id FROM pair
    UNION
    SELECT k.component_id, pair.warehouse_id
      FROM pair JOIN integration_stock_kit k ON k.product_id = pair.product_id
), touched AS (
    SELECT product_id, warehouse_id FROM loose
    UNION
    SELECT k.product_id, loose.warehouse_id
      FROM loose JOIN integration_stock_kit k ON k.component_id = loose.product_id
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
    SELECT f.backend_id, NULLIF(t.product_id, 0), b.record_id
      FROM touched t
      JOIN integration_stock_source s ON s.warehouse_id = t.warehouse_id
      JOIN integration_location_binding b ON b.id = s.binding_id
      JOIN flow f ON f.backend_id = b.backend_id
      LEFT JOIN product_product p ON p.id = t.product_id
     WHERE t.product_id = 0 OR p.id IS NOT NULL
    UNION
    SELECT f.backend_id, NULL, b.record_id
      FROM flow f
      JOIN integration_location_binding b ON b.backend_id = f.backend_id
     WHERE f.backend_id = ANY(%(backends)s)
    RETURNING backend_id
)
SELECT id, has_just_run FROM flow WHERE backend_id IN (SELECT backend_id FROM added)
"""
