from odoo import models


class SaleOrder(models.Model):
    """What is wrong with a channel's order, and what people do about it."""

    _name = "sale.order"
    _inherit = ["sale.order", "integration.exception.mixin"]

    def _integration_difference(self):
        """By how much Odoo's amounts differ from the channel's, in the company's currency."""
        self.ensure_one()
        differences = (
            self.integration_source_total - self.amount_total,
            self.integration_source_tax - self.amount_tax,
        )
        worst = max(abs(difference) for difference in differences)
        company = self.company_id
        return self.currency_id._convert(worst, company.currency_id, company, self.date_order or self.create_date)

    def _integration_worth(self):
        """What the order comes to in the company's currency."""
        self.ensure_one()
        return self.amount_total / (self.currency_rate or 1.0)

    def _integration_note(self, text):
        """Put what a person decided into the orders' log, under that person's name."""
        for order in self.sudo():
            order.message_post(body=text, author_id=self.env.user.partner_id.id)
