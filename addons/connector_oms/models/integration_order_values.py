from datetime import timezone
from decimal import Decimal

from odoo import fields, models
from odoo.fields import Command

from ..lib.documents import Charge
from ..lib.matching import clean, line_description
from ..lib.money import untaxed

UTC = timezone.utc
#: fields of addons that need not be there: papers for quotations that are never sent
NO_DEFAULTS = {"quotation_document_ids": False, "sale_order_template_id": False}


class IntegrationOrderValues(models.AbstractModel):
    """Turns a document, with all that was found for it, into field values.

    Everything Odoo would compute from products, pricelists and contacts is given,
    both because the channel's word counts and because computing it costs queries.
    """

    _name = "integration.order.values"
    _description = "Values of orders"

    def _order_values(self, backend, work, shared):
        """Values of a new order, lines and payments included.

        :param shared: ``_shared`` of the batch
        """
        document = work.document
        partner = work.buyer.record
        shipping = work.shipping_place.record
        values = {
            **self._facts(work),
            "company_id": backend.company_id.id,
            "integration_backend_id": backend.id,
            "integration_external_id": document.external_id,
            "integration_correlation": work.item.message.correlation_id,
            "integration_currency_id": work.currency.id,
            "partner_id": partner.id,
            "partner_invoice_id": work.invoice_place.record.id,
            "partner_shipping_id": shipping.id,
            "date_order": naive(document.placed_at),
            **self._terms(backend, work),
            "user_id": False,
            "team_id": backend.team_id.id,
            "warehouse_id": work.warehouse.id,
            "carrier_id": work.carrier.id if work.carrier else False,
            "require_signature": False,
            "require_payment": False,
            "prepayment_percent": 1.0,
            "validity_date": False,
            "preferred_payment_method_line_id": False,
            "origin": backend.name,
            "order_line": [Command.create(vals) for vals in self._lines(work, shared)],
        }
        if backend.order_name_policy == "channel":
            values["name"] = f"{backend.order_prefix or ''}{document.number}"
        # optional fields whose defaults are looked up order by order
        values.update(shared["defaults"])
        exempt = backend.exempt_position_id if document.customer and document.customer.tax_exempt else None
        values["fiscal_position_id"] = exempt.id if exempt else self._position(work, shared)
        return values

    def _terms(self, backend, work):
        """Price list, payment terms, deadline, and whether it leaves in parts."""
        customer = work.buyer.record.commercial_partner_id.with_company(backend.company_id)
        own = backend.company_terms and customer.is_company
        pricelist = self._pricelist(backend, work)
        if own and customer.specific_property_product_pricelist.currency_id == work.currency:
            pricelist = customer.specific_property_product_pricelist
        terms = {
            "pricelist_id": pricelist.id,
            "payment_term_id": (own and customer.property_payment_term_id or backend.payment_term_id).id,
            "commitment_date": backend._ship_by(naive(work.document.placed_at), work.carrier),
        }
        if (work.buyer.record | customer).filtered("integration_one_delivery"):
            terms["picking_policy"] = "one"
        return terms

    def _position(self, work, shared):
        """The fiscal position as Odoo finds it, once for all alike buyers."""
        buyer, place = work.buyer.record, work.shipping_place.record
        manual = place.property_account_position_id or buyer.property_account_position_id
        key = (
            (buyer.vat or "")[:2],
            buyer.country_id.id,
            bool(place.vat),
            place.country_id.id,
            place.state_id.id,
            shared["by_zip"] and place.zip,
        )
        if manual or not shared["has_positions"]:
            return manual.id
        known = shared["positions"]
        if key not in known:
            positions = self.env["account.fiscal.position"]
            known[key] = positions._get_fiscal_position(buyer, place).id
        return known[key]

    def _shared(self, backend):
        """What a batch asks once: features that nobody uses need no computing."""
        positions = self.env["account.fiscal.position"]
        positions = positions.search([*positions._check_company_domain(backend.company_id), ("auto_apply", "=", True)])
        distributions = self.env["account.analytic.distribution.model"].sudo()
        present = self.env["sale.order"]._fields
        return {
            "has_positions": bool(positions),
            "by_zip": any(position.zip_from for position in positions),
            "positions": {},
            "has_analytics": bool(distributions.search_count([], limit=1)),
            "defaults": {name: value for name, value in NO_DEFAULTS.items() if name in present},
        }

    def _pricelist(self, backend, work):
        pricelist = backend.pricelist_id
        same = pricelist and pricelist.currency_id == work.currency
        return pricelist if same else pricelist.browse()

    def _facts(self, work):
        """What the channel may change at any time without touching lines or addresses."""
        document = work.document
        presentment = work.currencies.get(document.presentment_currency)
        return {
            "integration_number": document.number,
            "integration_placed_at": naive(document.placed_at),
            "integration_source": document.source,
            "integration_tags": ", ".join(document.tags),
            "integration_discounts": ", ".join(
                clean(discount.code or discount.title) for discount in document.discounts
            ),
            "integration_presentment_currency_id": presentment.id if presentment else False,
            "integration_presentment_total": float(document.presentment_total),
            "integration_source_tax": float(document.totals.tax),
            "integration_source_total": float(document.totals.total),
            "integration_refunded": float(document.refunded_amount),
            "integration_financial_status": document.financial_status,
            "client_order_ref": clean(document.po_number) or document.number,
            "integration_note": document.note,
        }

    # lines

    def _lines(self, work, shared=None):
        """Values of all wanted lines, in the document's order."""
        shared = shared or {"has_analytics": True}
        rows = []
        for sequence, (key, part) in enumerate(work.wanted(), start=10):
            values = self._line(work, key, part)
            values["sequence"] = sequence
            if not shared["has_analytics"]:
                values["analytic_distribution"] = False
            rows.append(values)
        return rows

    def _line(self, work, key, part):
        """Values of one line: product, text, and the exact money."""
        product = work.products[key]
        is_charge = isinstance(part, Charge)
        quantity = Decimal(1) if is_charge else part.quantity
        values = {
            "integration_external_id": key,
            "product_id": product.id,
            "product_uom_id": (work.units.get(key) or product.uom_id).id,
            "product_uom_qty": float(quantity),
            "customer_lead": product.sale_delay,
            "discount": 0.0,
            "integration_discount": float(part.discount_amount),
            **self._money(work, key, part, quantity),
        }
        if is_charge:
            values["name"] = clean(part.title) or product.display_name
            values["is_delivery"] = part.kind == "shipping"
        else:
            values["name"] = line_description(part.title, part.bundle_title, part.attributes)
            values["integration_list_price"] = float(part.unit_price)
        return values

    def _money(self, work, key, part, quantity):
        """Unit price, taxes and manual tax amounts that land on the channel's cents.

        The unit price is kept at full precision and the discount at 0: rounded unit
        prices and two-digit percentages put about half of all discounted orders a
        cent off. Odoo takes the tax amounts of ``extra_tax_data`` as they are.
        """
        pairs = work.taxes.get(key, [])
        base = untaxed(part)
        amounts = {}
        for tax, given in pairs:
            amounts[tax] = amounts.get(tax, Decimal(0)) + given.amount
        # in the tax's own terms, which need not be the channel's
        inside = sum((amount for tax, amount in amounts.items() if tax.price_include), Decimal(0))
        price = float((base + inside) / quantity) if quantity else float(base + inside)
        values = {
            "price_unit": price,
            "tax_ids": [Command.set([tax.id for tax in amounts])],
            "extra_tax_data": False,
        }
        if amounts:
            values["extra_tax_data"] = {
                "currency_id": work.currency.id,
                "price_unit": price,
                "discount": 0.0,
                "quantity": float(quantity),
                "manual_total_excluded_currency": float(base),
                "manual_tax_amounts": {
                    str(tax.id): {
                        "tax_amount_currency": float(amount),
                        "base_amount_currency": float(base),
                    }
                    for tax, amount in amounts.items()
                },
            }
        return values

    # payments

    def _payments(self, backend, work, currencies):
        """Values of the order's payments.

        :param currencies: {code: res.currency}
        """
        return [
            {
                "order_id": work.sale.id,
                "backend_id": backend.id,
                "external_id": payment.external_id,
                "kind": payment.kind,
                "status": payment.status,
                "gateway": payment.gateway,
                "amount": float(payment.amount),
                "currency_id": currencies[payment.currency].id,
                "is_gift_card": payment.is_gift_card,
                "processed_at": naive(payment.processed_at),
            }
            for payment in work.document.payments
        ]


def naive(moment):
    """An aware time as Odoo keeps it: naive UTC, whole seconds; False for none."""
    if not moment:
        return False
    return fields.Datetime.to_datetime(moment.astimezone(UTC).replace(tzinfo=None, microsecond=0))
