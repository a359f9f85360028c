"""Orders and warehouses as ``lib.routing`` sees them."""

import math

from odoo import fields

from ..lib.routing import House, Line

EARTH_KM = 6371.0


class Scene:
    """Everything that routing a batch of orders has to know, read at once.

    :param ruleset: integration.routing.ruleset
    :param orders: sale.order of one company
    :param returned: {(product id, warehouse id): units} that are counted as taken, and
        are these orders' own
    """

    def __init__(self, ruleset, orders, returned=None):
        self.env = orders.env
        self.ruleset = ruleset
        self.orders = orders
        self.now = fields.Datetime.now()
        self.candidates = {
            backend: backend._integration_routing_warehouses() for backend in orders.integration_backend_id
        }
        self.warehouses = self.env["stock.warehouse"].union(*self.candidates.values())
        products = orders.order_line.product_id
        self.free = dict(self.env["integration.stock.availability"]._available(products, self.warehouses))
        for key, units in (returned or {}).items():
            if key in self.free:
                self.free[key] += units
        self.departures = {warehouse: warehouse._integration_departure(self.now) for warehouse in self.warehouses}
        self.used = self._used_today()

    def _used_today(self):
        """{warehouse id: orders it was given today}, where there is a limit."""
        limited = self.warehouses.filtered("integration_capacity")
        if not limited:
            return {}
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT a.warehouse_id, count(DISTINCT d.order_id)
                 FROM integration_routing_decision d
                 JOIN integration_routing_allocation a ON a.decision_id = d.id
                WHERE d.is_current AND d.create_date >= date_trunc('day', now() AT TIME ZONE 'UTC')
                  AND a.warehouse_id = ANY(%s) AND NOT d.order_id = ANY(%s)
                GROUP BY a.warehouse_id""",
            (limited.ids, self.orders.ids),
        )
        return dict(self.env.cr.fetchall())

    def lines(self, order):
        """What of an order has to be shipped."""
        found = []
        rate = order.currency_rate or 1.0
        for line in goods(order):
            product = line.product_id
            units = units_of(line)
            earned = line.price_subtotal / rate - product.standard_price * units
            found.append(Line(line.id, product.id, units, _needs(product), earned))
        return found

    def houses(self, order):
        """The warehouses that could ship an order."""
        return [self._house(order, warehouse) for warehouse in self.candidates[order.integration_backend_id]]

    def _house(self, order, warehouse):
        leaves, __ = self.departures[warehouse]
        cost, unit_cost, travel = self._fare(order, warehouse)
        carriers = warehouse.integration_carrier_ids
        capacity = warehouse.integration_capacity
        return House(
            key=warehouse.id,
            free={
                product: units for (product, place), units in self.free.items() if place == warehouse.id and units > 0
            },
            can=frozenset(
                name
                for name, able in (("hazmat", warehouse.integration_hazmat), ("lots", warehouse.integration_lots))
                if able
            ),
            is_open=leaves is not None,
            room=capacity - self.used.get(warehouse.id, 0) if capacity else None,
            leaves=leaves or 0,
            travel=travel,
            cost=cost,
            unit_cost=unit_cost,
            priority=warehouse.sequence,
            serves=not carriers or not order.carrier_id or order.carrier_id in carriers,
        )

    def _fare(self, order, warehouse):
        """(cost of a delivery, of each unit, days on the way)."""
        rules, place = self.ruleset, order.partner_shipping_id
        zone = warehouse.integration_zone_ids._match(place, order.carrier_id)
        if zone:
            return zone.cost, zone.unit_cost, zone.days
        km = distance_km(warehouse.partner_id, place) if rules.use_distance else None
        if km is not None:
            return rules.default_cost + rules.cost_per_km * km, 0.0, math.ceil(km / rules.km_per_day)
        return rules.default_cost, 0.0, rules.default_days

    def promise(self, order):
        """Days until the customer was promised the order; None without a promise."""
        if not order.commitment_date:
            return None
        return max(0, (order.commitment_date.date() - self.now.date()).days)

    def take(self, order, option):
        """What an option ships is not there for the next order."""
        products = {line.id: line.product_id.id for line in order.order_line}
        for line, parts in option.shares.items():
            for warehouse, units in parts.items():
                self.free[products[line], warehouse] -= units
        for warehouse in option.houses:
            self.used[warehouse] = self.used.get(warehouse, 0) + 1


def goods(order):
    """The lines of an order that take something from stock."""
    kits = order.env["integration.stock.kit"].sudo()
    kits = kits.search([("product_id", "in", order.order_line.product_id.ids)]).product_id
    return order.order_line.filtered(
        lambda line: (
            not line.display_type
            and line.product_uom_qty > 0
            and (line.product_id.is_storable or line.product_id in kits)
        )
    )


def units_of(line):
    """What a line orders, in the product's unit."""
    return line.product_uom_id._compute_quantity(line.product_uom_qty, line.product_id.uom_id, round=False)


def _needs(product):
    needs = [("hazmat", product.integration_hazmat), ("lots", product.tracking != "none")]
    return frozenset(name for name, needed in needs if needed)


def distance_km(one, other):
    """Kilometres between two contacts on the globe; None when a place is not known.

    Haversine formula.
    """
    places = [(p.partner_latitude, p.partner_longitude) for p in (one, other)]
    if not all(any(place) for place in places):
        return None
    (lat1, lon1), (lat2, lon2) = ((math.radians(a), math.radians(b)) for a, b in places)
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))
