from odoo import models

from ..lib.matching import clean


class IntegrationOrderDuplicates(models.AbstractModel):
    """Notices an order that has come in another way already: another channel, or by hand.

    The same customer, the same total, and the same number or the customer's own
    reference: one of these alone happens every day, all together hardly ever.
    """

    _name = "integration.order.duplicates"
    _description = "Notices orders that came twice"

    def _hold(self, backend, works):
        """Hold the new orders among these that look like one Odoo has; one query a batch."""
        for work in works:
            # whoever decides is a person: the channel's next message lifts nothing
            standing = work.sale and work.sale.integration_hold_ids.filtered(
                lambda hold: hold.kind == "duplicate" and not hold.released_at
            )
            if standing:
                work.hold("duplicate", standing[0].reason)
        fresh = [work for work in works if work.is_new and not work.problems and work.buyer and work.buyer.record]
        if not fresh:
            return
        found = self._candidates(
            backend.company_id,
            backend,
            {clean(work.document.number) for work in fresh},
            {clean(work.document.po_number) for work in fresh} - {""},
            {work.buyer.record.commercial_partner_id.id for work in fresh},
        )
        for work in fresh:
            twin = next((order for order in found if self._is_twin(work, order)), None)
            if twin:
                work.hold("duplicate", self._text(twin), f"twin:{twin.id}")

    def _candidates(self, company, backend, numbers, references, partner_ids):
        orders = self.env["sale.order"]
        domain = [
            ("company_id", "=", company.id),
            ("partner_id.commercial_partner_id", "in", list(partner_ids)),
            ("integration_backend_id", "!=", backend.id),
            ("state", "!=", "cancel"),
            "|",
            ("integration_number", "in", list(numbers)),
            ("client_order_ref", "in", list(numbers | references)),
        ]
        return orders.search(domain, order="id desc", limit=100)

    def _is_twin(self, work, order):
        document = work.document
        names = {clean(order.integration_number), clean(order.client_order_ref)} - {""}
        same_name = names & {clean(document.number), clean(document.po_number)}
        same_buyer = order.partner_id.commercial_partner_id == work.buyer.record.commercial_partner_id
        same_currency = order.currency_id == work.currency
        return bool(
            same_name
            and same_buyer
            and same_currency
            and not order.currency_id.compare_amounts(order.amount_total, float(document.totals.total))
        )

    def _text(self, twin):
        return self.env._(
            "It looks like %(order)s (%(origin)s): same customer, same number, same total.",
            order=twin.name,
            origin=twin.integration_backend_id.name or self.env._("entered by hand"),
        )

    def _twin_of(self, order):
        """The order that a held one looks like, as its exception says; else empty."""
        exception = (
            self.env["integration.exception"]
            .sudo()
            .search(
                [
                    ("res_model", "=", order._name),
                    ("res_id", "=", order.id),
                    ("category", "=", "duplicate"),
                    ("state", "=", "open"),
                ],
                limit=1,
            )
        )
        number = (exception.group_key or "").removeprefix("twin:")
        return order.browse(int(number) if number.isdigit() else []).exists()
