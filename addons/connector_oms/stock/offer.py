"""The parameters of a round: what a channel offers, and with whom it shares."""

from decimal import Decimal

from ..lib.availability import KIT_NEIGHBOURS
from ..lib.offer_sql import Shape

#: warehouses behind the places of channels that publish stock, of all channels that have
#: one of the backend's warehouses; the backend itself publishes whatever its state
SOURCES = """
SELECT s.backend_id, b.record_id AS place_id, s.warehouse_id, s.sequence, s.id,
       w.integration_sharing = 'divided' AS is_divided,
       COALESCE(w.integration_short_units, 0) AS short,
       COALESCE(w.integration_buffer_units, 0)::numeric AS units,
       COALESCE(w.integration_buffer_percent, 0)::numeric AS percent,
       k.stock_weight AS weight, (k.stock_priority, k.id) < (me.stock_priority, me.id) AS is_before
  FROM integration_stock_source s
  JOIN integration_location_binding b ON b.id = s.binding_id AND b.is_active IS NOT FALSE
  JOIN integration_backend k ON k.id = s.backend_id
  JOIN integration_backend me ON me.id = %(backend_id)s
  JOIN stock_warehouse w ON w.id = s.warehouse_id
 WHERE s.warehouse_id IN (SELECT warehouse_id FROM integration_stock_source WHERE backend_id = %(backend_id)s)
   AND (k.id = me.id
        OR k.active AND k.state <> 'draft'
           AND EXISTS (SELECT 1 FROM integration_flow f
                        WHERE f.backend_id = k.id AND f.code = 'stock.out' AND f.active))
 ORDER BY s.sequence, s.id"""

FACTS = """
SELECT EXISTS (SELECT 1 FROM integration_stock_kit),
       EXISTS (SELECT 1 FROM integration_stock_rule WHERE active AND company_id = %(company_id)s),
       EXISTS (SELECT 1 FROM integration_stock_rule
                WHERE active AND company_id = %(company_id)s AND incoming_days > 0)"""


class Offer:
    """How the stock of a backend's places is to be computed, as the database has it now.

    :param backend: integration.backend
    """

    def __init__(self, backend):
        self.backend = backend
        self.env = backend.env
        ids = {"backend_id": backend.id, "company_id": backend.company_id.id}
        self.env.cr.execute(SOURCES, ids)
        rows = self.env.cr.dictfetchall()
        self.own = [row for row in rows if row["backend_id"] == backend.id]
        mine = {row["warehouse_id"] for row in self.own}
        self.others = [row for row in rows if row["backend_id"] != backend.id and row["warehouse_id"] in mine]
        self.env.cr.execute(FACTS, ids)
        self.kits, self.rules, self.incoming = self.env.cr.fetchone()

    @property
    def sharers(self):
        """Ids of the other channels that have a warehouse with this one."""
        return sorted({row["backend_id"] for row in self.others})

    @property
    def with_parts(self):
        """Whether a place offers the stock of several warehouses."""
        places = [row["place_id"] for row in self.own]
        return len(places) > len(set(places))

    def shape(self, of_pairs):
        """What the statements have to look at."""
        divided = {row["warehouse_id"] for row in self.own if row["is_divided"]}
        shared = (
            self.with_parts
            or any(row["warehouse_id"] in divided for row in self.others)
            or any(row["units"] or row["percent"] for row in self.own)
        )
        return Shape(
            of_pairs=of_pairs,
            expiry=self.env["integration.stock.availability"]._has_expiry(),
            kits=self.kits,
            shared=shared,
            rules=self.rules,
            incoming=self.incoming,
        )

    def values(self, place_ids, pairs=None):
        """Parameters of ``offer_sql``.

        :param place_ids: warehouses that the places asked for go by
        :param pairs: (product id, place id), or None for all products
        """
        own = [row for row in self.own if row["place_id"] in set(place_ids)]
        warehouses = sorted({row["warehouse_id"] for row in own})
        others = [row for row in self.others if row["is_divided"] and row["warehouse_id"] in warehouses]
        backend = self.backend
        return {
            "place_ids": list(place_ids),
            "warehouse_ids": warehouses,
            "products": [product for product, __ in pairs or ()],
            "places": [place for __, place in pairs or ()],
            "units": Decimal(repr(backend.stock_buffer_units or 0)),
            "percent": Decimal(repr(backend.stock_buffer_percent or 0)),
            "weight": backend.stock_weight,
            **self._products({product for product, __ in pairs or ()}),
            **_columns("s", own, SOURCE_COLUMNS),
            **_columns("o", others, OTHER_COLUMNS),
        }

    def _products(self, product_ids):
        """Which products have to be looked at to know these."""
        if not self.kits or not product_ids:
            return {"product_ids": list(product_ids), "ordered_ids": list(product_ids)}
        return kit_neighbours(self.env, product_ids)


SOURCE_COLUMNS = {
    "places": "place_id",
    "warehouses": "warehouse_id",
    "order": "sequence",
    "divided": "is_divided",
    "short": "short",
    "units": "units",
    "percent": "percent",
}
OTHER_COLUMNS = {
    "backends": "backend_id",
    "places": "place_id",
    "warehouses": "warehouse_id",
    "weights": "weight",
    "first": "is_before",
}


def kit_neighbours(env, product_ids):
    """Products that stock is looked up of, and those that orders may take it by.

    :return: {"product_ids": products and their components, "ordered_ids": the same, and
        the kits that they are in}
    """
    env.cr.execute(KIT_NEIGHBOURS, {"product_ids": list(product_ids)})
    rows = env.cr.fetchall()
    return {
        "product_ids": list({row[0] for row in rows if not row[1]} | set(product_ids)),
        "ordered_ids": list({row[0] for row in rows} | set(product_ids)),
    }


def _columns(prefix, rows, columns):
    return {f"{prefix}_{name}": [row[column] for row in rows] for name, column in columns.items()}
