from odoo import fields, models
from odoo.exceptions import AccessError


class IntegrationBackend(models.Model):
    """How large a difference of money each role may accept."""

    _inherit = "integration.backend"

    accept_limit = fields.Monetary(
        "Operators accept differences up to",
        currency_field="company_currency_id",
        default=5.0,
        help="Of an order's total against the channel's. What is above needs a manager.",
    )
    accept_limit_manager = fields.Monetary(
        "Managers up to",
        currency_field="company_currency_id",
        help="0: whatever it is.",
    )

    def _check_difference(self, difference):
        """Refuse a difference that is above the user's limit.

        :param difference: in the company's currency
        :raises AccessError: a manager, or nobody, may accept it
        """
        self.ensure_one()
        backend = self.sudo()
        manager = self.env.user.has_group("connector_base.group_manager")
        limit = backend.accept_limit_manager if manager else backend.accept_limit
        unlimited = manager and not limit
        if unlimited or difference <= limit + 1e-6:
            return
        texts = {
            True: self.env._("The difference of %(amount)s is above the limit of %(limit)s. Correct the order."),
            False: self.env._(
                "The difference of %(amount)s is above your limit of %(limit)s. A manager has to accept it."
            ),
        }
        currency = backend.company_currency_id
        raise AccessError(texts[manager] % {"amount": currency.format(difference), "limit": currency.format(limit)})
