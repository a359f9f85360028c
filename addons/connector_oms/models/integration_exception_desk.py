from odoo import api, fields, models

from odoo.addons.connector_base.lib.fixes import Fix
from odoo.addons.connector_base.models.integration_exception_fix import AGAIN

from ..lib.reports import BACK, COUNT, plain

CATEGORIES = [
    ("carrier", "Unknown delivery service"),
    ("uom", "Unknown unit of measure"),
    ("duplicate", "Perhaps a duplicate"),
    ("backorder", "Rest still to be delivered"),
    ("partial", "Partly in stock"),
    ("allocation", "Nothing in stock"),
    ("short", "Shipped short"),
    ("return", "Return"),
    ("pick", "Could not be picked"),
    ("discrepancy", "Counted differently"),
    ("automation", "Automation fault"),
    ("supplier_late", "Supplier is late"),
    ("blocked", "Product not to be sold"),
    ("credit", "Above the credit limit"),
    ("first", "Large first order"),
    ("gateway", "Payment to be looked at"),
    ("price", "Below the price list"),
    ("margin", "Margin too low"),
    ("taxfree", "No tax charged"),
    ("destination", "Not delivered to"),
    ("incomplete", "Customer's data missing"),
    ("supply", "Not all in stock"),
]
#: what rules of a backend hold orders for
RULED = frozenset(
    {"blocked", "credit", "first", "gateway", "price", "margin", "taxfree", "destination", "incomplete", "supply"}
)
ORDER = "sale.order"
TRANSFER = "stock.picking"
PURCHASE = "purchase.order"
LEVEL = "integration.stock.level"
#: what keeps an order that is in Odoo from being confirmed
HELD = frozenset({"fraud", "payment", "channel", "test", "shipped"}) | RULED
#: reports that a person may let stand as they are
TOLERABLE = frozenset(
    {"change", "cancel", "shipped", "short", "return", "pick", "discrepancy", "automation", "supplier_late", "stock"}
)


class IntegrationException(models.Model):
    """The desk of orders and deliveries: further causes, and what puts each of them right."""

    _inherit = "integration.exception"

    category = fields.Selection(
        selection_add=CATEGORIES,
        ondelete={category: "set technical" for category, __ in CATEGORIES},
    )
    warehouse_id = fields.Many2one("stock.warehouse", index="btree_not_null")
    customer = fields.Char(groups="connector_base.group_operator")
    counted_units = fields.Float("Counted more or fewer", digits="Product Unit", readonly=True)

    @api.model
    def _fix_catalogue(self):
        decide, mapping = "integration.fix.decide", "integration.fix.map"
        text = self.env._
        return [
            Fix("map_product", text("Choose the product"), mapping, frozenset({"product"})),
            Fix("map_tax", text("Choose the tax"), mapping, frozenset({"tax"})),
            Fix("map_state", text("Choose the state"), mapping, frozenset({"address"}), ORDER, matches="state:"),
            Fix("map_carrier", text("Choose the delivery method"), mapping, frozenset({"carrier"}), ORDER),
            Fix("map_uom", text("Choose the unit"), mapping, frozenset({"uom"})),
            Fix("address", text("Correct the address"), "integration.fix.address", frozenset({"address"}), ORDER),
            Fix("customer", text("Choose the customer"), "integration.fix.customer", frozenset({"customer"}), ORDER),
            Fix("accept", text("Accept the difference"), decide, frozenset({"total"}), ORDER),
            Fix("link_order", text("Link to an order"), "integration.fix.link", frozenset({"duplicate"}), ORDER),
            Fix("release", text("It is no duplicate"), decide, frozenset({"duplicate"}), ORDER),
            Fix("recheck", text("Check again"), decide, RULED, ORDER),
            Fix("release", text("Release the order"), decide, HELD | {"address"}, ORDER),
            Fix("confirm", text("Confirm the order"), decide, frozenset({"confirm"}), ORDER),
            Fix(
                "reserve",
                text("Check availability"),
                decide,
                frozenset({"allocation", "partial", "pick", "stock"}),
                TRANSFER,
            ),
            Fix("deliver_rest", text("Deliver the rest"), decide, frozenset({"short"}), TRANSFER),
            Fix(
                "drop_rest",
                text("Cancel the rest"),
                decide,
                frozenset({"backorder", "partial", "allocation", "pick"}),
                TRANSFER,
            ),
            Fix(
                "route_choose",
                text("Choose how to ship it"),
                "integration.routing.choice",
                frozenset({"allocation", "partial"}),
            ),
            Fix("route_again", text("Route it again"), decide, frozenset({"allocation", "partial"})),
            Fix("new_date", text("Enter the new date"), "integration.fix.date", frozenset({"supplier_late"}), PURCHASE),
            Fix("send_back", text("Send it back"), decide, frozenset({"return"}), TRANSFER, matches=BACK),
            Fix("recount", text("Have it counted again"), decide, frozenset({"discrepancy"}), LEVEL, matches=COUNT),
            Fix("accept", text("Let it stand"), decide, TOLERABLE),
            *super()._fix_catalogue(),
            Fix(
                "link_order",
                text("Link to an order"),
                "integration.fix.link",
                frozenset({"product", "tax", "data", "technical"}),
                states=AGAIN,
                topics=frozenset({"order.in"}),
            ),
            Fix(
                "cancel_order",
                text("Cancel the order"),
                decide,
                HELD | {"address", "total", "duplicate", "change", "cancel", "confirm", "allocation"},
                ORDER,
            ),
        ]

    @api.model
    def _category_advice(self):
        text = self.env._
        return {
            **super()._category_advice(),
            "carrier": (
                text("The order names a delivery service that is not known here."),
                text("Choose the delivery method that it means."),
            ),
            "uom": (
                text("The partner uses a unit of measure that is not known here."),
                text("Choose the unit that it means."),
            ),
            "duplicate": (
                text("This order looks like one that came in another way."),
                text("Compare both. Link it to the other order, or release it if it is an order of its own."),
            ),
            "backorder": (
                text("Only a part has left. The rest waits."),
                text("Deliver it when it is there, or cancel the rest and tell the customer."),
            ),
            "partial": (
                text("Only a part of the goods is in stock."),
                text("Wait for the receipt, check again, or cancel the rest."),
            ),
            "allocation": (
                text("None of the goods is in stock, and the delivery is due."),
                text("Look for stock elsewhere, check again, or cancel the rest and tell the customer."),
            ),
            "short": (
                text("Less was shipped than ordered, and nothing follows."),
                text("Deliver the rest, or let it stand and refund the customer."),
            ),
            "return": (
                text("What came back is not what was announced."),
                text("Compare it with the order, agree with the customer, then let it stand."),
            ),
            "pick": (
                text("The goods could not be picked."),
                text("Look at the place. Have Odoo look for other stock, cancel the rest, or let it stand."),
            ),
            "discrepancy": (
                text("The warehouse counted something else than Odoo had."),
                text("Have it counted again: it closes by itself if that was a slip. Else let it stand."),
            ),
            "automation": (
                text("A machine of the warehouse reports a fault."),
                text("See to the machine; let it stand when its work was done by hand."),
            ),
            **self._rule_advice(),
            "supplier_late": (
                text("The supplier has not confirmed or not sent in time."),
                text("Ask the supplier for a new date and enter it."),
            ),
        }

    @api.model
    def _rule_advice(self):
        text = self.env._
        money = text("Agree with the customer, then check again; or a manager releases the order with a reason.")
        return {
            "blocked": (
                text("The order holds a product that is not to be sold."),
                text("Take it off at the channel, or release the order."),
            ),
            "credit": (
                text("With this order the customer would owe more than allowed."),
                text("Wait for a payment, or raise the customer's limit, then check again. Or a manager releases it."),
            ),
            "first": (
                text("A large first order of a new customer."),
                text("Check customer and address, then release the order or cancel it."),
            ),
            "gateway": (
                text("It was paid in a way that is to be looked at."),
                text("Look at the payment, then release the order."),
            ),
            "price": (text("Something was sold below the price list."), money),
            "margin": (text("The order earns less than it should."), money),
            "taxfree": (
                text("No tax was charged to a customer who is not exempt."),
                text("Set the fiscal position of the customer, or correct it at the channel; then check again."),
            ),
            "destination": (
                text("Nothing is delivered to this address."),
                text("Correct the address with the customer, then check again; or release the order."),
            ),
            "incomplete": (
                text("Something about the customer is missing."),
                text("Complete the contact, then check again."),
            ),
            "supply": (
                text("Not all of it is in stock."),
                text("It goes on by itself when there is enough. Or release it to ship what is there."),
            ),
        }

    def _cause_detail(self):
        """Taxes, states and units as people call them."""
        key = self.group_key or ""
        if self.category == "tax" and key.count("|") == 3:
            title, rate, country, __ = key.split("|")
            return f"{title} {rate} % {country}".strip()
        if self.category == "uom" and "|" in key:
            code, __, sku = key.partition("|")
            return f"{code} ({sku})" if sku else code
        if plain(key) != key:
            return plain(key)
        return super()._cause_detail()

    @api.model
    def _report(self, backend, category, cause="", suggestion="", record=None, **values):
        """Add where it is and whose order it concerns; fill in what is not said."""
        meaning, advice = self._category_advice().get(category, ("", ""))
        facts = self._business_facts(record) if record else {}
        values = {**facts, **values}
        return super()._report(backend, category, cause or meaning, suggestion or advice, record=record, **values)

    @api.model
    def _business_facts(self, record):
        """Warehouse and customer of what an exception is about."""
        record = record.sudo()
        if record._name == ORDER:
            return {"warehouse_id": record.warehouse_id.id, "customer": record.partner_id.display_name}
        if record._name == PURCHASE:
            return {"warehouse_id": record.picking_type_id.warehouse_id.id}
        if record._name == TRANSFER:
            warehouse = record.picking_type_id.warehouse_id
            return {"warehouse_id": warehouse.id, "customer": record.partner_id.display_name}
        if record._name == LEVEL:
            return {"warehouse_id": record.warehouse_id.id}
        return {}
