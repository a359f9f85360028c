"""A channel as its buyers see it: what it sells, changes, refunds and takes back."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.connector_oms.lib.documents import Cancellation, Refund, RefundLine, Return, ReturnLine
from odoo.addons.connector_oms.tests.builder import NOON, charge, line, order, tax

RATE = Decimal("0.19")
CENT = Decimal("0.01")


def rounded(amount):
    """To the cent, halves up, as the channel does."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass
class SoldLine:
    """Units of one product in an order.

    :ivar removed: units taken off before they were shipped
    :ivar given_back: units refunded after they were shipped
    """

    sku: str
    price: Decimal
    ordered: int
    place: str
    removed: int = 0
    given_back: int = 0
    announced: int = 0

    @property
    def owed(self):
        """Units that the order is still worth."""
        return self.ordered - self.removed - self.given_back

    def money(self, units):
        """(net, tax) of so many units."""
        return self.price * units, rounded(self.price * units * RATE)

    def document(self):
        """The canonical line."""
        net, amount = self.money(self.owed)
        return line(
            self.sku,
            self.owed,
            net,
            [tax(19, amount)] if self.owed else [],
            unit_price=self.price,
            ordered_quantity=Decimal(self.ordered),
            removed_quantity=Decimal(self.removed),
        )


@dataclass
class Sold:
    """An order at the channel."""

    number: int
    lines: dict
    version: int = 0
    is_cancelled: bool = False
    goodwill: Decimal = Decimal(0)
    refunds: list = field(default_factory=list)
    returns: list = field(default_factory=list)

    @property
    def external_id(self):
        """The channel's id."""
        return f"order-{self.number}"

    def document(self):
        """The order as it is now."""
        charges = [charge("adjustment", -self.goodwill, title="Goodwill")] if self.goodwill else []
        document = order(
            self.number,
            [sold.document() for sold in self.lines.values()],
            charges,
            minutes=self.version,
            refunds=tuple(self.refunds),
            returns=tuple(self.returns),
        )
        if self.is_cancelled:
            document = document.model_copy(update={"cancellation": Cancellation(cancelled_at=NOON, reason="customer")})
        return document

    def take_off(self, sku, units, before_shipping, back_for=""):
        """Refund units of a line.

        :param before_shipping: they had not left
        :param back_for: id of the return that they belong to
        """
        sold = self.lines[sku]
        net, amount = sold.money(sold.owed)
        if before_shipping:
            sold.removed += units
        else:
            sold.given_back += units
        left_net, left_amount = sold.money(sold.owed)
        part = RefundLine(
            kind="line",
            line_id=f"line-{sku}",
            quantity=Decimal(units),
            net_amount=net - left_net,
            taxes=(tax(19, amount - left_amount),),
        )
        self._book(net - left_net + amount - left_amount, part, back_for)

    def give(self, amount):
        """Refund a free amount."""
        self.goodwill += amount
        self._book(amount, RefundLine(kind="adjustment", net_amount=amount))

    def _book(self, amount, part, back_for=""):
        name = f"{self.number}-{len(self.refunds) + 1}"
        self.refunds.append(
            Refund(
                external_id=f"booking-{name}",
                refund_id=f"refund-{name}",
                return_id=back_for,
                refunded_at=NOON + timedelta(days=1, minutes=self.version),
                amount=amount,
                lines=(part,),
            )
        )

    def announce(self, sku, units):
        """Units of a line are to come back; the return's id."""
        name = f"{self.number}-{len(self.returns) + 1}"
        self.lines[sku].announced += units
        back = ReturnLine(external_id=f"rl-{name}", line_id=f"line-{sku}", quantity=Decimal(units), reason="Too small")
        self.returns.append(
            Return(
                external_id=f"return-{name}",
                name=f"#{self.number}-R{len(self.returns) + 1}",
                status="open",
                requested_at=NOON + timedelta(days=1),
                lines=(back,),
            )
        )
        return f"return-{name}"


class Shop:
    """A channel with its orders and what it has not told yet.

    :param backend: integration.backend
    :param channel: StockChannel with the levels
    :param flow: its flow ``order.in``
    :param places: the channel's names of its places
    :ivar outbox: documents that are still on their way; each may arrive twice, and late
    """

    def __init__(self, backend, channel, flow, places):
        self.backend, self.channel, self.flow, self.places = backend, channel, flow, places
        self.orders = {}
        self.outbox = []

    def tell(self, sold):
        """Something happened to an order: a document of it is on its way."""
        sold.version += 1
        self.outbox.append(sold.document())

    def level(self, sku, place):
        """Units on sale."""
        return self.channel.levels.get((f"stock-{sku}", place), 0)

    def take(self, sku, place, units):
        """Units are sold (negative ones: put back on sale)."""
        if (f"stock-{sku}", place) in self.channel.levels:
            self.channel.sell(f"stock-{sku}", units, place)
