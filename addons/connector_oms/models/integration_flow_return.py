from datetime import timezone

from odoo import models
from odoo.exceptions import UserError

from ..lib.documents import (
    RefundRequest,
    RefundRequestLine,
    ReturnExecution,
    ReturnPart,
    ReturnRequest,
    ReturnRequestExchange,
    ReturnRequestLine,
    ReturnStep,
)
from ..lib.documents.returns import Reason


class IntegrationFlow(models.Model):
    """Telling the channel of returns and refunds that were decided here: the flow ``return.out``."""

    _inherit = "integration.flow"

    def _build_return_out(self, message):
        """What a message stands for; None when it no longer holds."""
        record = self.env[message.res_model].sudo().browse(message.res_id).exists()
        if not record:
            return None
        if message.res_model == "integration.refund.request":
            return self._refund_request(record)
        step = message._raws()[message.id].decode()
        if step == "announce":
            return None if record.is_told else self._return_request(record)
        if not record.is_told:
            return None
        if step == "exchange":
            return self._return_execution(message, record)
        return ReturnStep(
            reference=f"return-{message.id}",
            order_id=record.order_id.integration_external_id,
            return_id=record.external_id,
            step=step,
        )

    def _return_request(self, entry):
        words = set(Reason.__args__)
        return ReturnRequest(
            reference=entry.reference,
            order_id=entry.order_id.integration_external_id,
            requested_at=entry.requested_at.replace(tzinfo=timezone.utc),
            lines=tuple(
                ReturnRequestLine(
                    line_id=line.order_line_id.integration_external_id,
                    quantity=int(line.quantity),
                    reason=line.reason if line.reason in words else "other",
                    note=line.note or "",
                )
                for line in entry.line_ids
            ),
            exchanges=tuple(
                ReturnRequestExchange(product_id=self._listed_id(exchange), quantity=int(exchange.quantity))
                for exchange in entry.exchange_ids
            ),
        )

    def _listed_id(self, exchange):
        """The channel's id of what is sent instead.

        :raises UserError: it does not list the product (any more)
        """
        binding = self.env["integration.product.binding"]._sold(exchange.return_id.backend_id, exchange.product_id)
        if not binding:
            raise UserError(
                self.env._("“%s” is not linked to anything that the channel sells.", exchange.product_id.display_name)
            )
        return binding.external_id

    def _return_execution(self, message, entry):
        """What came back, or is announced where nothing has come yet, and what goes out instead."""
        waits = entry.exchange_ids.filtered(lambda exchange: not exchange.order_line_id)
        if not waits:
            return None
        return ReturnExecution(
            reference=f"return-{message.id}",
            order_id=entry.order_id.integration_external_id,
            return_id=entry.external_id,
            lines=tuple(
                ReturnPart(external_id=line.external_id, quantity=int(line.received or line.quantity))
                for line in entry.line_ids
            ),
            exchanges=tuple(
                ReturnPart(external_id=exchange.external_id, quantity=int(exchange.quantity)) for exchange in waits
            ),
        )

    def _refund_request(self, request):
        if request.state != "waiting":
            return None
        return RefundRequest(
            reference=request.reference,
            key=request.key,
            order_id=request.order_id.integration_external_id,
            lines=tuple(RefundRequestLine(**line) for line in request.lines or ()),
            shipping=request.shipping,
            amount=request.currency_id.round(request.amount),
            note=request.note or "",
        )

    def _settle_return_out(self, message, results):
        """Keep the channel's ids of what it took over.

        :param results: ``external_id`` of a call's result is the return or the refund; ``data`` of
            an announcement holds ``name``, ``lines``: [{id, line_id, quantity}], and
            ``exchanges``: [{id, product_id}]
        """
        record = self.env[message.res_model].sudo().browse(message.res_id).exists()
        if not record or not results:
            return
        __, result = results[0]
        if message.res_model == "integration.refund.request":
            record.write({"state": "done", "external_id": result.external_id})
            refunds = self.env["integration.refund"].sudo()
            refunds.search([("refund_id", "=", result.external_id)])._belong(record)
        elif not record.is_told and result.data.get("lines") is not None:
            rows = [(row["id"], row["line_id"], row["quantity"]) for row in result.data["lines"]]
            exchanges = [(row["id"], row["product_id"]) for row in result.data.get("exchanges", ())]
            record._adopt(result.external_id, result.data.get("name"), rows, exchanges)
