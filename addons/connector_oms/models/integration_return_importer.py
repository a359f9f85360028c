from odoo import models

from ..lib.give_back import without
from .integration_order_values import naive


class IntegrationReturnImporter(models.AbstractModel):
    """Keeps the returns and refunds of orders as the channel tells them, each once."""

    _name = "integration.return.importer"
    _description = "Applies returns and refunds"

    def _apply(self, backend, work, is_absorbed):
        """Take over what a document tells of returns and refunds.

        :param is_absorbed: what the new refunds took off stands in the order's lines
        """
        document = work.document
        if not document.refunds and not document.returns:
            return
        importer = self.sudo()
        homes = {entry.external_id: importer._apply_return(backend, work, entry) for entry in document.returns}
        fresh = importer._new_refunds(backend, work, homes, is_absorbed)
        fresh._credit()
        for entry in homes.values():
            entry._check_mismatch()

    def _apply_return(self, backend, work, document):
        returns = self.env["integration.return"]
        entry = returns.search([("backend_id", "=", backend.id), ("external_id", "=", document.external_id)])
        own = entry or returns._own(backend, [line.note for line in document.lines])
        if own and not entry:
            entry = own
            rows = [(line.external_id, line.line_id, float(line.quantity)) for line in document.lines]
            exchanges = [(one.external_id, one.product_id) for one in document.exchanges]
            entry._adopt(document.external_id, document.name, rows, exchanges)
        if not entry:
            state = {"closed": "closed", "declined": "declined", "cancelled": "cancelled"}.get(document.status)
            entry = returns.create(
                {
                    "name": document.name or document.external_id,
                    "backend_id": backend.id,
                    "external_id": document.external_id,
                    "order_id": work.sale.id,
                    "requested_at": naive(document.requested_at),
                    "state": state or document.status,
                    "status": document.status,
                    "line_ids": [(0, 0, self._line_values(work, line)) for line in document.lines],
                }
            )
            entry._expect()
        elif entry.status != document.status:
            entry._follow(document.status)
        self._apply_exchanges(backend, work, entry, document.exchanges)
        return entry

    def _apply_exchanges(self, backend, work, entry, exchanges):
        """Keep what is sent instead, and the lines of the order that it became."""
        known = {exchange.external_id: exchange for exchange in entry.exchange_ids}
        products = self.env["integration.product.binding"].search(
            [("backend_id", "=", backend.id), ("external_id", "in", [one.product_id for one in exchanges])]
        )
        products = {binding.external_id: binding.record_id for binding in products}
        for one in exchanges:
            line = work.sale.order_line.filtered(lambda line, ids=one.line_ids: line.integration_external_id in ids)[:1]
            values = {"order_line_id": line.id, "quantity": float(one.quantity)}
            product = line.product_id or products.get(one.product_id)
            if product:
                values["product_id"] = product.id
            exchange = known.get(one.external_id) or entry._own_exchange(one.external_id, product)
            if not exchange:
                exchange.create({"return_id": entry.id, "external_id": one.external_id, **values})
            elif any(_differs(exchange[name], value) for name, value in values.items()):
                exchange.write(values)

    def _line_values(self, work, line):
        found = work.sale.order_line.filtered(lambda one: one.integration_external_id == line.line_id)
        return {
            "external_id": line.external_id,
            "order_line_id": found.id,
            "quantity": float(line.quantity),
            "reason": line.reason,
            "note": line.note,
        }

    def _new_refunds(self, backend, work, homes, is_absorbed):
        refunds = self.env["integration.refund"]
        known = set(
            refunds.search(
                [
                    ("backend_id", "=", backend.id),
                    ("external_id", "in", [one.external_id for one in work.document.refunds]),
                ]
            ).mapped("external_id")
        )
        return refunds.create(
            [
                {
                    "backend_id": backend.id,
                    "external_id": one.external_id,
                    "refund_id": one.refund_id or False,
                    "order_id": work.sale.id,
                    "return_id": homes[one.return_id].id if one.return_id in homes else False,
                    "refunded_at": naive(one.refunded_at),
                    "currency_id": work.currency.id,
                    "amount": float(one.amount),
                    "state": "absorbed" if is_absorbed or not one.amount else "due",
                    "document": one.model_dump(mode="json"),
                }
                for one in work.document.refunds
                if one.external_id not in known
            ]
        )

    # what Odoo's order still says

    def _live(self, work):
        """Refunds that Odoo's order still holds, and those that nobody has decided on.

        :return: (known, new): lists of canonical ``Refund``
        """
        if not work.document.refunds:
            return [], []
        rows = (
            self.env["integration.refund"]
            .sudo()
            .search_fetch([("order_id", "=", work.sale.id)], ["external_id", "state"])
        )
        states = {row.external_id: row.state for row in rows}
        live = [one for one in work.document.refunds if states.get(one.external_id) not in (None, "absorbed")]
        return live, [one for one in work.document.refunds if one.external_id not in states]

    def _undo(self, work, refunds):
        """Put refunds back on a work's document; the caller keeps the former one.

        :return: whether it could be done: each part has a line of the order, each tax is known there
        """
        work.document = without(work.document, refunds)
        work.taxes = dict(work.taxes)
        for key, part in work.wanted():
            line = work.lines.get(key)
            if key not in work.products:
                if not line:
                    return False
                work.products[key] = line.product_id
                work.units[key] = line.product_uom_id
            pairs = self._tax_pairs(work.taxes.get(key, []), part, line)
            if pairs is None:
                return False
            work.taxes[key] = pairs
        return True

    def _tax_pairs(self, planned, part, line):
        """[(account.tax, amount)] of a part that refunds were put back on; None where a tax is unknown."""
        by_tax = {(given.title, given.rate, given.included): tax for tax, given in planned}
        pairs = []
        for given in part.taxes:
            tax = by_tax.get((given.title, given.rate, given.included))
            if not tax and line:
                rate = round(float(given.rate) * 100, 4)
                tax = line.tax_ids.filtered(lambda tax, rate=rate: round(tax.amount, 4) == rate)[:1]
            if not tax:
                return None
            pairs.append((tax, given))
        return pairs


def _differs(field_value, value):
    return (field_value.id if hasattr(field_value, "ids") else field_value) != value
