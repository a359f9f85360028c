"""Orders in the form of Shopify's GraphQL answers, from few words.

Amounts are in cents here. Shopify's way of reckoning is done again, independently of
the code under test: tax is rounded per line, what is refunded is taken cumulatively.
"""

from __future__ import annotations

import itertools
from decimal import ROUND_HALF_UP, Decimal

TAX = ("State tax", "0.0725")


def money(cents: int, presentment: int | None = None) -> dict:
    """A MoneyBag; amounts as Shopify writes them: no needless zeros."""
    bag = {"shopMoney": {"amount": amount(cents), "currencyCode": "USD"}}
    seen = cents if presentment is None else presentment
    return bag | {"presentmentMoney": {"amount": amount(seen), "currencyCode": "EUR"}}


def amount(cents: int) -> str:
    """12.5 for 1250."""
    text = f"{Decimal(cents).scaleb(-2):f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def rounded(value: Decimal) -> int:
    """Whole cents, halves up."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def tax_of(cents: int, rate: str, included: bool) -> int:
    """Tax on (or in) an amount, rounded once."""
    rate = Decimal(rate)
    return rounded(cents * rate / (1 + rate) if included else cents * rate)


def share(cents: int, count: int, of: int) -> int:
    """What of an amount for ``of`` units falls on the first ``count``."""
    return rounded(Decimal(cents * count) / of) if of else 0


class OrderBuilder:
    """Builds one order.

    :param included: prices contain tax
    """

    _ids = itertools.count(1)

    def __init__(self, included: bool = False, **fields):
        self.included = included
        self.number = next(self._ids)
        self.id = f"gid://shopify/Order/{self.number}"
        self.lines: list[dict] = []
        self.shipping: list[dict] = []
        self.sales: list[tuple[str, dict]] = []
        self.fields = fields
        self.extra = 0  # what is due beside lines and shipping
        self.subtotal = self.shipping_now = self.tax_total = 0

    def gid(self, kind: str) -> str:
        """A new identifier."""
        return f"gid://shopify/{kind}/{self.number}{next(self._ids):04d}"

    def line(self, price=1000, quantity=1, discount=0, taxes=(TAX,), **fields) -> str:
        """Add a line of ``quantity`` units at ``price`` less ``discount`` altogether."""
        total = price * quantity
        net = total - discount
        tax_lines = [self._tax(title, rate, net) for title, rate in taxes]
        line = {
            "id": self.gid("LineItem"),
            "sku": "SKU-1",
            "title": "Ball",
            "variantTitle": "Default Title",
            "quantity": quantity,
            "currentQuantity": quantity,
            "unfulfilledQuantity": quantity,
            "nonFulfillableQuantity": 0,
            "requiresShipping": True,
            "isGiftCard": False,
            "variant": {"id": "gid://shopify/ProductVariant/7"},
            "lineItemGroup": None,
            "customAttributes": [],
            "originalUnitPriceSet": money(price),
            "originalTotalSet": money(total),
            "discountAllocations": [{"allocatedAmountSet": money(discount)}] if discount else [],
            "taxLines": tax_lines,
        } | fields
        self.lines.append(line)
        self.subtotal += net
        self._sale("ORDER", "PRODUCT", net, tax_lines, quantity, lineItem={"id": line["id"]})
        return line["id"]

    def ship(self, price=500, discount=0, taxes=(TAX,)) -> str:
        """Add a shipping line."""
        net = price - discount
        tax_lines = [self._tax(title, rate, net) for title, rate in taxes]
        line = {
            "id": self.gid("ShippingLine"),
            "title": "Standard",
            "code": "standard",
            "isRemoved": False,
            "originalPriceSet": money(price),
            "discountedPriceSet": money(net),
            "currentDiscountedPriceSet": money(net),
            "discountAllocations": [],
            "taxLines": tax_lines,
        }
        self.shipping.append(line)
        self.shipping_now += net
        self._sale("ORDER", "SHIPPING", net, tax_lines, 1, shippingLine={"id": line["id"]})
        return line["id"]

    def tip(self, cents: int) -> str:
        """Add a tip: Shopify lists it among the lines, but not in the subtotal."""
        identifier = self.line(cents, 1, taxes=(), title="Tip", requiresShipping=False)
        self.sales.pop()
        self.subtotal -= cents
        self._sale("ORDER", "TIP", cents, [], 1, lineItem={"id": identifier})
        self.fields["totalTipReceivedSet"] = money(cents)
        self.extra += cents
        return identifier

    def duty(self, cents: int) -> None:
        """Add a duty with its own tax."""
        tax_lines = [self._tax("GST", "0.05", cents)]
        duty = {"id": self.gid("Duty"), "harmonizedSystemCode": "9503"}
        self._sale("ORDER", "DUTY", cents, tax_lines, None, duty=duty)
        self.fields |= {
            "originalTotalDutiesSet": money(cents),
            "currentTotalDutiesSet": money(cents),
        }
        self.extra += cents

    def remove(self, index: int, units: int, reason: str = "REFUND") -> None:
        """Refund (or edit away) units of a line that were not shipped yet."""
        line = self.lines[index]
        ordered, before = line["quantity"], line["currentQuantity"]
        after = before - units
        net = self._line_net(line)
        part = share(net, before, ordered) - share(net, after, ordered)
        taxes = []
        for tax in line["taxLines"]:
            whole = cents(tax["priceSet"])
            taken = share(whole, before, ordered) - share(whole, after, ordered)
            taxes.append({**tax, "priceSet": money(-taken)})
        line["currentQuantity"] = line["unfulfilledQuantity"] = after
        line["nonFulfillableQuantity"] = ordered - after
        self.subtotal -= part
        self._sale(reason, "PRODUCT", -part, taxes, -units, lineItem={"id": line["id"]})
        if reason == "ORDER_EDIT":
            self.fields["edited"] = True

    def refund_shipping(self, index: int, part: int) -> None:
        """Give back some of a shipping line; the ledger does not say which line."""
        line = self.shipping[index]
        before = cents(line["currentDiscountedPriceSet"])
        line["currentDiscountedPriceSet"] = money(before - part)
        self.shipping_now -= part
        taxes = [{**tax, "priceSet": money(-tax_of(part, tax["rate"], self.included))} for tax in line["taxLines"]]
        self._sale("REFUND", "SHIPPING", -part, taxes, None, shippingLine=None)

    def adjust(self, part: int, in_total: bool) -> None:
        """A refund of a free amount.

        :param in_total: whether Shopify's total holds it
        """
        self._sale("REFUND", "ADJUSTMENT", part, [], None)
        self.extra += part if in_total else 0

    def _line_net(self, line) -> int:
        taken = sum(cents(part["allocatedAmountSet"]) for part in line["discountAllocations"])
        return cents(line["originalTotalSet"]) - taken

    def _tax(self, title: str, rate: str, net: int) -> dict:
        tax = tax_of(net, rate, self.included)
        return {"title": title, "rate": float(rate), "priceSet": money(tax)}

    def _sale(self, reason, kind, net, tax_lines, quantity, **what) -> None:
        taxes = sum(cents(tax["priceSet"]) for tax in tax_lines)
        self.tax_total += taxes
        sale = {
            "id": self.gid("Sale"),
            "lineType": kind,
            "quantity": quantity,
            "totalAmount": money(net if self.included else net + taxes),
            "totalTaxAmount": money(taxes),
            "taxes": [
                {
                    "id": self.gid("SaleTax"),
                    "amount": tax["priceSet"],
                    "taxLine": {"title": tax["title"], "rate": tax["rate"]},
                }
                for tax in tax_lines
            ],
        }
        self.sales.append((reason, sale | what))

    def agreements(self) -> list[dict]:
        """The ledger, one agreement for each event."""
        found: list[dict] = []
        for reason, sale in self.sales:
            if not found or found[-1]["reason"] != reason:
                found.append(
                    {
                        "id": self.gid("Agreement"),
                        "happenedAt": "2026-05-05T08:00:00Z",
                        "reason": reason,
                        "sales": [],
                    }
                )
            found[-1]["sales"].append(sale)
        return found

    def total(self) -> int:
        """What the order comes to now."""
        on_top = 0 if self.included else self.tax_total
        return self.subtotal + self.shipping_now + self.extra + on_top

    def build(self) -> dict:
        """The order as ``orders_by_id`` answers it."""
        lines = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": self.lines}
        shipping = {"pageInfo": {"hasNextPage": False}, "nodes": self.shipping}
        parts = {"lineItems": lines, "shippingLines": shipping, "taxesIncluded": self.included}
        return PLAIN | {"id": self.id, "name": f"#{self.number}"} | parts | self._totals() | self.fields

    def _totals(self) -> dict:
        total = self.total()
        original = sum(self._line_net(line) for line in self.lines)
        return {
            "totalPriceSet": money(total + original if self.removed() else total),
            "currentTotalPriceSet": money(total, total * 9 // 10),
            "currentSubtotalPriceSet": money(self.subtotal),
            "currentShippingPriceSet": money(self.shipping_now),
            "currentTotalTaxSet": money(self.tax_total),
            "totalRefundedSet": money(0),
            "totalTipReceivedSet": money(0),
        }

    def removed(self) -> bool:
        """Whether anything was taken away."""
        return any(reason != "ORDER" for reason, _sale in self.sales)

    def packed(self) -> dict:
        """The order with its ledger, as ``fetch`` packs it."""
        return {"order": self.build(), "agreements": self.agreements()}


def cents(bag: dict) -> int:
    """The shop's cents of a MoneyBag."""
    return int(Decimal(bag["shopMoney"]["amount"]).scaleb(2))


ADDRESS = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "name": "Ada Lovelace",
    "company": None,
    "address1": "12 St James's Square",
    "address2": "",
    "city": "London",
    "zip": "SW1Y 4JH",
    "province": "England",
    "provinceCode": "ENG",
    "countryCodeV2": "GB",
    "phone": "+44 20 7946 0000",
}
CUSTOMER = {
    "id": "gid://shopify/Customer/9",
    "displayName": "Ada Lovelace",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "locale": "en",
    "taxExempt": False,
    "defaultEmailAddress": {"emailAddress": "ada@example.com"},
    "defaultPhoneNumber": None,
}
PLAIN = {
    "createdAt": "2026-11-01T08:00:00Z",
    "processedAt": "2026-11-01T07:59:58Z",
    "updatedAt": "2026-11-01T09:00:00Z",
    "cancelledAt": None,
    "cancelReason": None,
    "edited": False,
    "test": False,
    "dutiesIncluded": False,
    "currencyCode": "USD",
    "presentmentCurrencyCode": "EUR",
    "displayFinancialStatus": "PAID",
    "displayFulfillmentStatus": "UNFULFILLED",
    "email": "ada@example.com",
    "phone": None,
    "tags": [],
    "customer": None,
    "purchasingEntity": None,
    "billingAddress": None,
    "shippingAddress": None,
    "risk": {"recommendation": "ACCEPT"},
    "additionalFees": [],
    "discountApplications": {"nodes": []},
    "transactions": [],
}
