from odoo import api, fields, models

KINDS = [
    ("incomplete", "Customer: e-mail, telephone or tax ID is missing"),
    ("destination", "Address: another country, or a post-office box"),
    ("price", "Price: below the price list"),
    ("taxfree", "Tax: a customer who is not exempt pays none"),
    ("gateway", "Payment: to be looked at by hand"),
    ("credit", "Credit: above the customer's limit"),
    ("first", "Fraud: a first order above an amount"),
    ("supply", "Availability: not all of it is in stock"),
    ("margin", "Margin: below a percentage"),
    ("blocked", "Products: not to be sold"),
]
#: rules whose holds only a manager may release: they give money away
MANAGER_KINDS = frozenset({"credit", "margin", "price"})


class IntegrationOrderRule(models.Model):
    """A check that an order of a channel has to pass before it is confirmed.

    Each failing check is a hold of its own kind, with an exception of its own. It is
    lifted when the check passes later, or by a person with a reason.
    """

    _name = "integration.order.rule"
    _description = "Rule for orders of a channel"
    _order = "backend_id, sequence, id"
    _rec_name = "kind"

    backend_id = fields.Many2one("integration.backend", "Channel", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, "Check", required=True)
    amount = fields.Monetary(help="Orders of more are held.")
    percent = fields.Float(help="Price: so much below the list is allowed. Margin: at least this.")
    needs_email = fields.Boolean("E-mail", default=True)
    needs_phone = fields.Boolean("Telephone")
    needs_vat = fields.Boolean("Tax ID of companies")
    country_ids = fields.Many2many("res.country", string="Countries", help="That are delivered to. Empty: all.")
    no_boxes = fields.Boolean("No post-office boxes")
    gateways = fields.Char("Payment methods", help="Separated by commas, as the channel calls them.")
    product_ids = fields.Many2many("product.product", string="Products")
    categ_ids = fields.Many2many("product.category", string="Categories", help="With those below them.")

    _kind_uniq = models.UniqueIndex("(backend_id, kind) WHERE active", "The channel has such a rule already.")
    _sane = models.Constraint(
        "CHECK (percent BETWEEN 0 AND 100 AND amount >= 0)",
        "Percentages lie between 0 and 100, amounts are not negative.",
    )

    @api.model
    def _judge(self, backend, orders):
        """What these orders fail, all checks of the backend.

        :param orders: sale.order that are not confirmed
        :return: {order: {kind: reason}}
        """
        failed = {order: {} for order in orders}
        for rule in self.sudo().search([("backend_id", "=", backend.id)]):
            check = getattr(rule, f"_fails_{rule.kind}")
            for order, reason in check(orders.sudo()).items():
                failed[order.with_env(orders.env)][rule.kind] = reason
        return failed

    # the checks: {order: why} of those that fail

    def _fails_incomplete(self, orders):
        found = {}
        for order in orders:
            buyer = order.partner_id
            company = buyer.commercial_partner_id
            missing = [
                name
                for name, lacks in (
                    (self.env._("e-mail"), self.needs_email and not (buyer.email or company.email)),
                    (
                        self.env._("telephone"),
                        self.needs_phone and not (buyer.phone or order.partner_shipping_id.phone),
                    ),
                    (self.env._("tax ID"), self.needs_vat and company.is_company and not company.vat),
                )
                if lacks
            ]
            if missing:
                found[order] = self.env._("The customer's %s is missing.", ", ".join(missing))
        return found

    def _fails_destination(self, orders):
        found = {}
        for order in orders:
            place = order.partner_shipping_id
            if self.country_ids and place.country_id not in self.country_ids:
                found[order] = self.env._(
                    "Nothing is delivered to %s.", place.country_id.name or self.env._("no country")
                )
            elif self.no_boxes and _is_box(f"{place.street or ''} {place.street2 or ''}"):
                found[order] = self.env._("The address is a post-office box.")
        return found

    def _fails_price(self, orders):
        found = {}
        for order in orders:
            pricelist = order.pricelist_id or self.backend_id.pricelist_id
            if not pricelist:
                continue
            for line in order.order_line.filtered(lambda line: line.product_id and not line.is_delivery):
                listed = pricelist._get_product_price(
                    line.product_id, line.product_uom_qty or 1.0, currency=order.currency_id, uom=line.product_uom_id
                )
                least = listed * (1 - self.percent / 100)
                paid = line.price_subtotal / line.product_uom_qty if line.product_uom_qty else listed
                if listed and order.currency_id.compare_amounts(paid, least) < 0:
                    found[order] = self.env._(
                        "“%(product)s” was sold for %(paid)s, the list says %(listed)s.",
                        product=line.product_id.display_name,
                        paid=order.currency_id.format(paid),
                        listed=order.currency_id.format(listed),
                    )
                    break
        return found

    def _fails_taxfree(self, orders):
        return {
            order: self.env._("No tax was charged, and the customer is not exempt.")
            for order in orders
            if order.amount_untaxed
            and not order.amount_tax
            and not order.partner_id.with_company(order.company_id).property_account_position_id
            and (not order.fiscal_position_id or order.fiscal_position_id != self.backend_id.exempt_position_id)
            and order.partner_shipping_id.country_id == order.company_id.country_id
        }

    def _fails_gateway(self, orders):
        named = {name.strip().lower() for name in (self.gateways or "").split(",") if name.strip()}
        found = {}
        for order in orders:
            used = {payment.gateway for payment in order.integration_payment_ids if payment.gateway}
            caught = [name for name in used if name.lower() in named]
            if caught:
                found[order] = self.env._("Paid by %s.", ", ".join(sorted(caught)))
        return found

    def _fails_credit(self, orders):
        """Invoices that are not paid, orders that are not invoiced, and this one, against the limit."""
        found, running = {}, {}
        for order in orders.sorted("id"):
            customer = order.partner_id.commercial_partner_id.with_company(order.company_id)
            if not customer.use_partner_credit_limit or order.integration_financial_status == "paid":
                continue
            worth = order._integration_worth()
            if customer not in running:
                running[customer] = self._owed(customer, orders)
            running[customer] += worth
            if order.company_id.currency_id.compare_amounts(running[customer], customer.credit_limit) > 0:
                found[order] = self.env._(
                    "%(customer)s would owe %(owed)s, the limit is %(limit)s.",
                    customer=customer.name,
                    owed=order.company_id.currency_id.format(running[customer]),
                    limit=order.company_id.currency_id.format(customer.credit_limit),
                )
        return found

    def _owed(self, customer, orders):
        """Invoices that are not paid, and confirmed orders that are not invoiced, in the company's currency."""
        others = self.env["sale.order"].search(
            [
                ("partner_id", "child_of", customer.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "sale"),
                ("invoice_status", "!=", "invoiced"),
                ("id", "not in", orders.ids),
            ]
        )
        return customer.credit + sum(order.amount_to_invoice / (order.currency_rate or 1.0) for order in others)

    def _fails_first(self, orders):
        found = {}
        large = orders.filtered(lambda order: order._integration_worth() > self.amount)
        if not large:
            return found
        customers = large.partner_id.commercial_partner_id
        groups = self.env["sale.order"]._read_group(
            [("partner_id", "child_of", customers.ids), ("state", "=", "sale"), ("id", "not in", orders.ids)],
            ["partner_id"],
        )
        known = {partner.commercial_partner_id for (partner,) in groups}
        for order in large:
            if order.partner_id.commercial_partner_id not in known:
                found[order] = self.env._(
                    "The first order of this customer, for %s.", order.currency_id.format(order.amount_total)
                )
        return found

    def _fails_supply(self, orders):
        lines = orders.order_line.filtered(lambda line: line.product_id.is_storable)
        warehouses = self.backend_id._integration_routing_warehouses() | orders.warehouse_id
        free = self.env["integration.stock.availability"]._available(lines.product_id, warehouses)
        left = {}
        for (product, __), units in free.items():
            left[product] = left.get(product, 0.0) + units
        found = {}
        for line in lines:
            # the order's own units are counted as taken already
            if line.product_id.uom_id.compare(left[line.product_id.id], 0) < 0:
                found.setdefault(line.order_id, self.env._("Not enough in stock: %s.", line.product_id.display_name))
        return found

    def _fails_margin(self, orders):
        found = {}
        for order in orders:
            rate = order.currency_rate or 1.0
            sold = order.amount_untaxed / rate
            cost = sum(
                line.product_id.with_company(order.company_id).standard_price
                * line.product_uom_id._compute_quantity(line.product_uom_qty, line.product_id.uom_id, round=False)
                for line in order.order_line
            )
            if sold and (sold - cost) / sold * 100 < self.percent:
                found[order] = self.env._(
                    "The margin is %(margin)s %%, at least %(least)s %% are wanted.",
                    margin=f"{(sold - cost) / sold * 100:.1f}",
                    least=f"{self.percent:g}",
                )
        return found

    def _fails_blocked(self, orders):
        categories = (
            self.env["product.category"].search([("id", "child_of", self.categ_ids.ids)]) if self.categ_ids else []
        )
        found = {}
        for order in orders:
            blocked = order.order_line.product_id.filtered(
                lambda product: product in self.product_ids or product.categ_id in categories
            )
            if blocked:
                found[order] = self.env._("Not to be sold: %s.", ", ".join(blocked.mapped("display_name")[:3]))
        return found


def _is_box(street):
    words = street.lower().replace(".", "").replace(" ", "")
    return words.startswith(("pobox", "postbox", "postfach", "postofficebox", "bp")) and any(c.isdigit() for c in words)
