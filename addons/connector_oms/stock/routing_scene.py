"""Orders and warehouses as ``lib.routing`` sees them."""

import math
from datetime import timedelta

from odoo import fields

from ..lib.routing_terms import Feed, House, Line

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
        self.resupply = _resupply_routes(self.warehouses) if ruleset.resupply != "never" else {}
        everywhere = self.warehouses.union(*(route.supplier_wh_id for route in self.resupply.values()))
        self.free = dict(self.env["integration.stock.availability"]._available(products, everywhere))
        for key, units in (returned or {}).items():
            if key in self.free:
                self.free[key] += units
        self.departures = {warehouse: warehouse._integration_departure(self.now) for warehouse in everywhere}
        self.names = {warehouse.id: warehouse.name for warehouse in everywhere}
        self.used = self._used_today()
        self.kits = set(_kits(orders).ids)

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
        bought = self._bought(order)
        return [self._house(order, warehouse, bought) for warehouse in self.candidates[order.integration_backend_id]]

    def _house(self, order, warehouse, bought):
        leaves = self.departures[warehouse][0]
        cost, unit_cost, travel = self._fare(order, warehouse)
        carriers = warehouse.integration_carrier_ids
        capacity = warehouse.integration_capacity
        return House(
            key=warehouse.id,
            free=self._free_in(warehouse),
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
            feeds=(*self._transfers(warehouse), *self._purchases(warehouse, bought)),
        )

    def _free_in(self, warehouse):
        return {product: units for (product, place), units in self.free.items() if place == warehouse.id and units > 0}

    def _transfers(self, warehouse):
        """What other warehouses can bring; kits are put together where their parts are."""
        for (target, source), route in self.resupply.items():
            sent = self.departures[source][0]
            if target != warehouse or sent is None:
                continue
            days = self._leaves_after(warehouse, sent + route.integration_days)
            free = {product: units for product, units in self._free_in(source).items() if product not in self.kits}
            if days is not None and free:
                yield Feed(source.id, free, days, route.integration_cost, route.integration_unit_cost)

    def _purchases(self, warehouse, bought):
        for lead, products in bought.items():
            days = self._leaves_after(warehouse, lead)
            if days is not None:
                yield Feed(None, dict.fromkeys(products, math.inf), days)

    def _bought(self, order):
        """{days until the vendor brings it: product ids} of what may be bought for an order."""
        found = {}
        for line in goods(order) if self.ruleset.buy_to_order else ():
            product, units = line.product_id, units_of(line)
            there = sum(max(0, self.free.get((product.id, place), 0)) for place in self.names)
            if there >= units or product.id in self.kits or self.ruleset._may_dropship(product):
                continue
            seller = product.sudo().with_company(order.company_id)._select_seller(quantity=units)
            if seller and not self.where_it_arrives(line, units):
                found.setdefault(seller.delay, []).append(product.id)
        return found

    def where_it_arrives(self, line, units):
        """Id of the warehouse that will have so many units within the days of the rules."""
        days = self.ruleset.wait_days
        if not days:
            return None
        warehouses = self.candidates[line.order_id.integration_backend_id]
        incoming = self.env["integration.stock.availability"]._incoming(line.product_id, warehouses)
        for warehouse in warehouses:
            coming = sum(
                part
                for day, part in incoming.get((line.product_id.id, warehouse.id), [])
                if (day - self.now.date()).days <= days
            )
            if coming + min(0, self.free.get((line.product_id.id, warehouse.id), 0)) >= units:
                return warehouse.id
        return None

    def _leaves_after(self, warehouse, days):
        """Days from today until what arrives there in so many days leaves; None: nobody works."""
        ahead = warehouse._integration_departure(self.now + timedelta(days=days))[0]
        return None if ahead is None else days + ahead

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
        for (line, warehouse, source), units in option.fed.items():
            self.free[products[line], warehouse] += units
            if source is not None:
                self.free[products[line], source] -= units
        for warehouse in option.houses:
            self.used[warehouse] = self.used.get(warehouse, 0) + 1


def _resupply_routes(warehouses):
    """{(warehouse, the one that it gets goods from): route}"""
    routes = warehouses.sudo().resupply_route_ids.filtered("active")
    pairs = {(route.supplied_wh_id, route.supplier_wh_id): route for route in routes}
    return {pair: route for pair, route in pairs.items() if pair[1].company_id == pair[0].company_id and pair[1].active}


def _kits(orders):
    kits = orders.env["integration.stock.kit"].sudo()
    return kits.search([("product_id", "in", orders.order_line.product_id.ids)]).product_id


def goods(order):
    """The lines of an order that take something from stock."""
    kits = _kits(order)
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
