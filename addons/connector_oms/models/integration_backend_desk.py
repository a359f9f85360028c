from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class IntegrationBackend(models.Model):
    """How large a difference of money each role may accept, and what is reported to people at all."""

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
    late_awaited_hours = fields.Integer(
        "Purchases that customers wait for (hours late)",
        default=4,
        help="Reported when the goods are not here so long after their planned arrival. 0: not reported.",
    )
    late_hours = fields.Integer(
        "Other purchases of its products (hours late)",
        default=48,
        help="The same for goods that nobody waits for yet. 0: not reported.",
    )
    count_limit_units = fields.Float(
        "Counts that change more than (units)",
        digits="Product Unit",
        default=10,
        help="Of a product this channel is offered, in one warehouse. 0: units do not matter.",
    )
    count_limit_value = fields.Monetary(
        "Counts that change more than (value)",
        currency_field="company_currency_id",
        default=100.0,
        help="The same by what the difference cost. 0: the value does not matter.",
    )

    @api.constrains("late_awaited_hours", "late_hours", "count_limit_units", "count_limit_value")
    def _check_reported(self):
        for backend in self:
            limits = (backend.late_awaited_hours, backend.late_hours, backend.count_limit_units)
            if min(*limits, backend.count_limit_value) < 0:
                raise ValidationError(self.env._("What is reported to people is not negative."))

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
