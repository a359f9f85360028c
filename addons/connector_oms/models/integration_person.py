from odoo import api, models

#: tables with words of the customer about an order that came back
WORDS_OF_ORDERS = (
    """UPDATE integration_return_line l SET note = NULL FROM integration_return r
        WHERE r.id = l.return_id AND r.order_id = ANY(%(orders)s) AND l.note IS NOT NULL""",
    "UPDATE integration_refund_request SET note = NULL WHERE order_id = ANY(%(orders)s) AND note IS NOT NULL",
)


class IntegrationPerson(models.AbstractModel):
    """Orders are a person's, and with them their returns, and the messages and exceptions about all of them."""

    _inherit = "integration.person"

    @api.model
    def _records_of(self, partners):
        found = super()._records_of(partners)
        orders = self._orders_of(partners)
        about = [("order_id", "in", orders.ids)]
        return {
            **found,
            "sale.order": orders.ids,
            "integration.return": self.env["integration.return"].sudo().search(about).ids,
            "integration.refund.request": self.env["integration.refund.request"].sudo().search(about).ids,
        }

    def _orders_of(self, partners):
        orders = self.env["sale.order"].sudo()
        ways = ("partner_id", "partner_invoice_id", "partner_shipping_id")
        domain = ["|"] * (len(ways) - 1) + [(way, "in", partners.ids) for way in ways]
        return orders.search(domain) if partners else orders

    @api.model
    def _forget(self, email, name=""):
        """What the person said about goods that came back is forgotten, too."""
        self._require_admin()
        orders = self._orders_of(self._look(email, name).partners).filtered_domain([self._mine()])
        result = super()._forget(email, name)
        for statement in WORDS_OF_ORDERS:
            self.env.cr.execute(statement, {"orders": orders.ids})
        self.env.invalidate_all()
        return result
