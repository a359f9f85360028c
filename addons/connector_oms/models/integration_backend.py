from odoo import api, fields, models

#: service products of this addon a new backend starts with: field -> external id
DEFAULT_PRODUCTS = {
    "shipping_product_id": "connector_oms.product_shipping",
    "tip_product_id": "connector_oms.product_tip",
    "duty_product_id": "connector_oms.product_duty",
    "fee_product_id": "connector_oms.product_fee",
    "rounding_product_id": "connector_oms.product_rounding",
    "adjustment_product_id": "connector_oms.product_adjustment",
    "custom_product_id": "connector_oms.product_custom",
    "gift_card_product_id": "connector_oms.product_gift_card",
}


def _service(label, help_text=""):
    """A field for one of the products that money without goods is booked on."""
    return fields.Many2one(
        "product.product",
        label,
        domain=[("type", "=", "service")],
        check_company=True,
        help=help_text,
    )


class IntegrationBackend(models.Model):
    """How the orders of a backend are treated."""

    _inherit = "integration.backend"
    _check_company_auto = True

    confirm_policy = fields.Selection(
        [("manual", "By hand"), ("paid", "When paid"), ("always", "At once")],
        "Confirm orders",
        required=True,
        default="paid",
        tracking=True,
        help="Orders that are held are never confirmed, whatever stands here.",
    )
    authorized_is_paid = fields.Boolean("An authorized payment is enough", default=True)
    test_order_policy = fields.Selection(
        [("hold", "Import and hold"), ("import", "Treat like real ones"), ("skip", "Leave out")],
        "Test orders",
        required=True,
        default="hold",
    )
    closed_order_policy = fields.Selection(
        [("skip", "Leave out"), ("import", "Import as cancelled")],
        "Orders that were over before they arrived",
        required=True,
        default="skip",
        help="Cancelled, or refunded as a whole, before Odoo had them.",
    )
    order_name_policy = fields.Selection(
        [("channel", "The channel's number"), ("odoo", "Odoo's own sequence")],
        "Number orders by",
        required=True,
        default="channel",
    )
    order_prefix = fields.Char("Prefix", help="Put before the channel's number, so that two shops stay apart.")
    team_id = fields.Many2one("crm.team", "Sales team", check_company=True)
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        help="Kept on orders in its currency, for lines a person adds later. The channel's prices always count.",
    )
    payment_term_id = fields.Many2one("account.payment.term", "Payment terms")
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        help="For orders whose location is not linked to a warehouse.",
    )

    guest_policy = fields.Selection(
        [("match", "Recognise by e-mail"), ("create", "A contact for each order")],
        "Guests",
        required=True,
        default="match",
    )
    match_email = fields.Boolean("Recognise customers by e-mail", default=True)
    match_vat = fields.Boolean("Recognise companies by tax ID", default=True)
    private_customers = fields.Boolean(
        "Keep customers to this company",
        help="New contacts then cannot be seen by other companies.",
    )

    product_policy = fields.Selection(
        [("report", "Open an exception"), ("create", "Create the product")],
        "Unknown products",
        required=True,
        default="report",
    )
    custom_line_policy = fields.Selection(
        [("product", "Use the product for custom items"), ("report", "Open an exception")],
        "Lines typed by hand",
        required=True,
        default="product",
    )
    tax_policy = fields.Selection(
        [("report", "Open an exception"), ("create", "Create the tax")],
        "Unknown taxes",
        required=True,
        default="report",
    )
    carrier_policy = fields.Selection(
        [("ignore", "Leave the delivery method empty"), ("report", "Open an exception")],
        "Unknown delivery services",
        required=True,
        default="ignore",
    )
    money_tolerance = fields.Monetary(
        "Tolerated difference",
        currency_field="company_currency_id",
        help="Totals that differ by more hold the order. 0: to the cent.",
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")

    shipping_product_id = _service("Shipping")
    tip_product_id = _service("Tip")
    duty_product_id = _service("Customs duty")
    fee_product_id = _service("Fee")
    rounding_product_id = _service("Cash rounding")
    adjustment_product_id = _service("Adjustment")
    custom_product_id = _service("Custom item")
    gift_card_product_id = _service("Gift card sold", "Set an income account of type liability on it.")
    order_count = fields.Integer(compute="_compute_order_count")

    def _compute_order_count(self):
        counts = dict(
            self.env["integration.order.binding"]._read_group(
                [("backend_id", "in", self.ids)], ["backend_id"], ["__count"]
            )
        )
        for backend in self:
            backend.order_count = counts.get(backend, 0)

    @api.model_create_multi
    def create(self, vals_list):
        """Fill in the service products that come with this addon."""
        backends = super().create(vals_list)
        backends.sudo()._fill_products()
        return backends

    def _fill_products(self):
        for name, external_id in DEFAULT_PRODUCTS.items():
            product = self.env.ref(external_id, raise_if_not_found=False)
            if product:
                self.filtered(lambda backend, name=name: not backend[name])[name] = product

    def _charge_product(self, kind):
        """The product a charge is booked on.

        :param kind: ``kind`` of a canonical charge
        :return: product.product, empty when none is set
        """
        self.ensure_one()
        return self[f"{kind}_product_id"]

    def _is_paid(self, order):
        """Whether a canonical order counts as paid under this backend's policy."""
        self.ensure_one()
        settled = {"paid", "partially_refunded", "refunded"}
        if self.authorized_is_paid:
            settled.add("authorized")
        return order.financial_status in settled

    def action_open_orders(self):
        """Smart button: the orders that came from this backend."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        action["domain"] = [("integration_backend_id", "=", self.id)]
        action["context"] = {"create": False}
        return action
