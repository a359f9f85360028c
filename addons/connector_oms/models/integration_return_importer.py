from odoo import models

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
        return entry

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

    def _explains(self, work, changed, added, dropped):
        """Whether refunds account for all that a document says less than the order.

        Only for orders that the warehouse has begun: what has not left is taken off the
        order itself.
        """
        order, document = work.sale, work.document
        if not document.refunds:
            return False
        absorbed = set(
            self.env["integration.refund"]
            .sudo()
            .search([("order_id", "=", order.id), ("state", "=", "absorbed")])
            .mapped("external_id")
        )
        live = [refund for refund in document.refunds if refund.external_id not in absorbed]
        given = sum(refund.amount for refund in live)
        total = document.totals.total + given
        if work.currency.compare_amounts(order.amount_total, float(total)):
            return False
        back = {}
        for refund in live:
            for line in refund.lines:
                if line.kind == "line":
                    back[line.line_id] = back.get(line.line_id, 0) + float(line.quantity)
        less = {
            line: line.product_uom_qty - values.get("product_uom_qty", line.product_uom_qty)
            for line, values in changed.items()
        }
        less |= {line: line.product_uom_qty for line in dropped}
        lines = {line: units for line, units in less.items() if not line.integration_external_id.startswith("charge/")}
        extra = [values for values in added if not values["integration_external_id"].startswith("charge/")]
        return not extra and all(
            line.product_uom_id.compare(units, back.get(line.integration_external_id, 0)) == 0
            for line, units in lines.items()
        )
