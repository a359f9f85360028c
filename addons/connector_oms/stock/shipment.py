"""A validated transfer as the channel has to hear of it."""

import json
from datetime import timezone
from decimal import Decimal

from odoo.addons.connector_base.lib.errors import ConfigurationError
from odoo.addons.connector_base.lib.ids import digest

from ..lib.documents import Shipment
from ..lib.money import ZERO, share
from ..lib.parcels import Box, add_up, packages, shipment_lines, split_numbers
from .goods import kilograms_of


class ShipmentBuilder:
    """Reads one stock.picking; writes nothing but exceptions.

    :param picking: stock.picking in the working environment of its backend
    """

    def __init__(self, picking):
        self.picking = picking
        self.env = picking.env
        self.backend = picking.integration_backend_id
        self.digits = self.env["decimal.precision"].precision_get("Product Unit")

    def build(self):
        """The canonical shipment.

        :return: Shipment, or None when the channel has nothing to be told
        :raises ConfigurationError: the warehouse is no place of the channel
        """
        picking = self.picking
        order = picking.sale_id
        if picking.state != "done" or not order.integration_external_id:
            return None
        boxes = self._boxes()
        lines = shipment_lines(add_up(boxes))
        if not lines:
            return None
        return Shipment(
            reference=picking.name,
            order_id=order.integration_external_id,
            location_id=self._location_id(),
            shipped_at=picking.date_done.replace(tzinfo=timezone.utc),
            lines=lines,
            packages=packages(boxes, self.numbers(), self._carrier(), self._urls()),
            notify_customer=self.backend.shipment_notify,
            known_as=tuple(picking.sudo().integration_shipment_ids.mapped("external_id")),
        )

    def numbers(self):
        """The delivery's tracking numbers."""
        return split_numbers(self.picking.carrier_tracking_ref)

    def _boxes(self):
        """What went into which package; what was not packed is one box."""
        boxes, left, kits = {}, {}, {}
        for line in self.picking.move_line_ids.sorted("id"):
            sale_line = line.move_id.sale_line_id
            if line.state != "done" or not line.quantity or not sale_line.integration_external_id:
                continue
            package = line.result_package_id
            if self._is_kit_part(line.move_id):
                kits.setdefault(sale_line, package)
                continue
            if package not in boxes:
                boxes[package] = self._box(package)
            if sale_line not in left:
                left[sale_line] = self._left_before(sale_line)
            now = Decimal(repr(line.quantity_product_uom))
            content = boxes[package].lines
            key = sale_line.integration_external_id
            content[key] = content.get(key, Decimal(0)) + self._in_line_unit(sale_line, left[sale_line], now)
            left[sale_line] += now
        for sale_line, package in kits.items():
            self._add_kits(boxes, sale_line, package)
        for box in boxes.values():
            box.lines = {key: self._rounded(units) for key, units in box.lines.items()}
        return list(boxes.values())

    def _add_kits(self, boxes, sale_line, package):
        """Put the kits that this transfer made whole into the box of their first part."""
        earlier = self._earlier(sale_line)
        now = earlier | self.picking.move_ids.filtered(
            lambda move: move.sale_line_id == sale_line and move.state == "done"
        )
        whole, before = sale_line._integration_kits_in(now), sale_line._integration_kits_in(earlier)
        if whole is None:
            self._report_kit(sale_line)
        elif whole > before:
            if package not in boxes:
                boxes[package] = self._box(package)
            boxes[package].lines[sale_line.integration_external_id] = Decimal(repr(whole - before))

    def _earlier(self, sale_line):
        """Moves of earlier transfers that brought something of a line to the customer."""
        mine = (self.picking.date_done, self.picking.id)
        return sale_line.move_ids.filtered(
            lambda move: (
                move.state == "done"
                and move.location_dest_id.usage == "customer"
                and (move.picking_id.date_done or mine[0], move.picking_id.id) < mine
            )
        )

    def _left_before(self, sale_line):
        """What earlier transfers brought to the customer, in the product's unit."""
        lines = self._earlier(sale_line).move_line_ids
        return sum((Decimal(repr(units)) for units in lines.mapped("quantity_product_uom")), ZERO)

    def _in_line_unit(self, sale_line, before, now):
        """Units of the line that ``now`` of the product's come to, after ``before`` that have left.

        Odoo keeps stock in the product's unit, rounded. Shares of the running total come
        to what was ordered when all of it has left, however it was split.
        """
        unit, own = sale_line.product_uom_id, sale_line.product_id.uom_id
        whole = unit._compute_quantity(sale_line.product_uom_qty, own, rounding_method="HALF-UP")
        if unit == own or not whole:
            return Decimal(repr(own._compute_quantity(float(now), unit, round=False)))
        total = Decimal(repr(sale_line.product_uom_qty))
        return share(total, before, now, Decimal(repr(whole)), self.digits)

    def _rounded(self, units):
        return units.quantize(Decimal(1).scaleb(-self.digits)).normalize() + 0

    def _box(self, package):
        if not package:
            return Box(self.picking.name)
        return Box(
            package.name,
            number=self.picking._integration_package_number(package),
            weight_kg=Decimal(repr(round(kilograms_of(self.env, package.shipping_weight or 0.0), 4))),
        )

    @staticmethod
    def _is_kit_part(move):
        return move.product_id != move.sale_line_id.product_id

    def _report_kit(self, sale_line):
        self.env["integration.exception"]._report(
            self.backend,
            "fulfilment",
            self.env._(
                "%(transfer)s delivers parts of “%(product)s”; %(channel)s cannot be told of parts.",
                transfer=self.picking.name,
                product=sale_line.product_id.display_name,
                channel=self.backend.name,
            ),
            self.env._("Fulfil the line at the channel once all its parts have left."),
            group_key="kit",
            record=self.picking,
        )

    def _location_id(self):
        """The channel's place; "" for goods that a supplier sends to the customer."""
        warehouse = self.picking.picking_type_id.warehouse_id
        if self.picking.location_id.usage == "supplier" or not warehouse:
            return ""
        place = self.env["integration.stock.source"]._place_of(self.backend, warehouse)
        if place:
            return place.external_id
        raise ConfigurationError(
            f"{warehouse.name} is no location of {self.backend.name}",
            category="fulfilment",
            params={
                "cause": self.env._(
                    "%(channel)s cannot be told of %(transfer)s: the warehouse %(warehouse)s is none of its locations.",
                    channel=self.backend.name,
                    transfer=self.picking.name,
                    warehouse=warehouse.name,
                ),
                "group_key": f"warehouse:{warehouse.id}",
            },
        )

    def _carrier(self):
        """The channel's name of the carrier."""
        carrier = self.picking.carrier_id
        if not carrier:
            return ""
        mapped = self.env["integration.mapping"]._to_partner(self.backend, "carrier", carrier)
        return mapped or carrier.name

    def _urls(self):
        """Tracking number -> address. Carriers give one address, or a list in JSON."""
        numbers, url = self.numbers(), self.picking.carrier_tracking_url
        if not url or not numbers:
            return {}
        try:
            pairs = json.loads(url)
        except ValueError:
            return {numbers[0]: url} if len(numbers) == 1 else {}
        if len(pairs) != len(numbers):
            return {}
        return {number: pair[1] for number, pair in zip(numbers, pairs, strict=True)}


def fingerprint(document):
    """Digest of what a channel is told; equal means nothing new."""
    return digest(document.model_dump_json(exclude={"notify_customer", "known_as"}).encode())
