from odoo import models

from ..lib.matching import address_checksum
from .integration_order_hold import HOLD_KINDS
from .integration_order_values import naive

#: holds that still mean something when the order is confirmed
LATE_HOLDS = ("fraud", "channel")


class IntegrationOrderUpdater(models.AbstractModel):
    """Applies newer documents to orders that Odoo has.

    Until the warehouse has begun, the channel's word is applied. After that it is
    put to a person, with what can be done about it.
    """

    _name = "integration.order.updater"
    _description = "Changes orders"

    def _update(self, backend, works):
        """Bring existing orders in line with their documents."""
        for work in works:
            self._update_one(backend, work)

    def _update_one(self, backend, work):
        order = work.sale
        self._write_facts(work)
        self._write_payments(backend, work)
        if order.state == "cancel":
            work.note = self.env._("The order is cancelled in Odoo.")
            is_absorbed = not order.invoice_ids
        else:
            is_absorbed = self._update_content(backend, work)
            self._update_holds(backend, work)
        self.env["integration.return.importer"]._apply(backend, work, is_absorbed)
        work.binding.write(
            {
                "version": naive(work.document.version),
                "checksum": address_checksum(work.document),
                "synced_at": self.env.cr.now(),
            }
        )

    # facts that touch nothing

    def _write_facts(self, work):
        facts = self.env["integration.order.values"]._facts(work)
        order = work.sale
        new = {}
        for name, value in facts.items():
            old = order[name].id if order._fields[name].type == "many2one" else order[name]
            if (old or False) != (value or False):
                new[name] = value
        if new:
            order.write(new)

    def _write_payments(self, backend, work):
        factory = self.env["integration.order.values"]
        known = {payment.external_id: payment for payment in work.sale.integration_payment_ids}
        fresh = []
        for values in factory._payments(backend, work, work.currencies):
            payment = known.get(values["external_id"])
            if not payment:
                fresh.append(values)
            elif payment.status != values["status"]:
                payment.write({"status": values["status"]})
        self.env["integration.order.payment"].create(fresh)

    # lines and addresses

    def _update_content(self, backend, work):
        """Apply lines and addresses, or put the difference to a person.

        What was credited stands in Odoo's order still, so it is put back on the document
        first. New refunds are taken off the order itself where that is possible; where it
        is not, they are to be credited, too.

        :return: whether the order's lines are now without what the new refunds took off
        """
        returns = self.env["integration.return.importer"]
        document, taxes = work.document, work.taxes
        known, fresh = returns._live(work)
        for refunds in [known, known + fresh] if fresh else [known]:
            done = (not refunds or returns._undo(work, refunds)) and self._apply_content(backend, work, bool(refunds))
            work.document, work.taxes = document, taxes
            if done:
                return refunds is known
        self._report_change(work)
        return False

    def _apply_content(self, backend, work, is_refunded):
        """Bring the order to what the document says, if nobody has to be asked.

        :param is_refunded: refunds were put back on the document
        """
        order = work.sale
        lines = self.env["integration.order.lines"]
        changed, added, dropped = lines._compare(work)
        moved = work.binding.checksum != address_checksum(work.document)
        draft = order.state in ("draft", "sent")
        if draft:
            lines._rewrite(work, changed, added, dropped)
        elif changed or added or dropped or moved:
            begun = order._integration_is_released()
            if begun and (moved or not lines._can_cut_the_rest(work, changed, added, dropped)):
                return False
            if not begun and not lines._can_adjust(changed, dropped):
                return False
            lines._adjust(work, changed, added, dropped)
        if moved:
            self._move(work)
        if is_refunded and not lines._stop_what_was_removed(work):
            self._report_too_late(work)
        else:
            self._heal(order, "change")
        if draft or changed or added or dropped:
            self._check_money(backend, work, draft)
        return True

    def _check_money(self, backend, work, draft):
        different = self.env["integration.order.checker"]._check(backend, work)
        if not draft and different:
            work.report("total", work.holds["total"], self.env._("Compare the order with the channel's."))
        elif not draft:
            self._heal(work.sale, "total")

    def _move(self, work):
        """Give the order, and its open transfers, the channel's new addresses."""
        values = {
            "partner_invoice_id": work.invoice_place.record.id,
            "partner_shipping_id": work.shipping_place.record.id,
        }
        order = work.sale.with_context(update_delivery_shipping_partner=True)
        order.write({name: value for name, value in values.items() if order[name].id != value})

    def _report_change(self, work):
        lines = self.env["integration.order.lines"]
        texts = lines._describe(work, *lines._compare(work))
        if work.binding.checksum != address_checksum(work.document):
            texts.append(self.env._("other address"))
        self._report(
            work,
            self.env._(
                "The channel changed %(order)s after its delivery was begun: %(changes)s.",
                order=work.sale.name,
                changes="; ".join(texts),
            ),
        )

    def _report_too_late(self, work):
        self._report(
            work,
            self.env._(
                "The channel took goods off %s before they were shipped, but they are being picked or have left.",
                work.sale.name,
            ),
        )

    def _report(self, work, cause):
        work.report(
            "change",
            cause,
            self.env._(
                "Choose: stop the delivery and change the order by hand; ship as it is and "
                "take the difference back as a return; or agree with the customer and resolve "
                "this with a reason."
            ),
            group_key=f"change:{work.document.external_id}",
        )

    # holds

    def _update_holds(self, backend, work):
        order = work.sale
        holds = work.holds
        if order.state == "sale":
            holds = {kind: reason for kind, reason in holds.items() if kind in LATE_HOLDS}
        else:
            self.env["integration.order.importer"]._apply_rules(backend, [work])
        work.holds = holds
        if not holds and not order.integration_hold_ids:
            return
        lifted, fresh = order._integration_set_holds(holds)
        if lifted:
            self._heal(order, *lifted)
        self.env["integration.order.importer"]._report_holds(work, fresh)

    def _heal(self, order, *categories):
        self.env["integration.exception"]._heal(record=order, categories=categories)

    # cancellation

    def _cancel(self, backend, works):
        """Cancel orders that the channel cancelled, while that is still possible."""
        for work in works:
            order = work.sale
            work.currency = order.currency_id
            order.write({"integration_financial_status": work.document.financial_status})
            work.binding.write({"version": naive(work.document.version)})
            if order.state == "cancel":
                work.note = self.env._("Cancelled already.")
            elif order._integration_is_released():
                self._report_late_cancel(work)
            else:
                self._cancel_one(work)
            posted = any(invoice.state == "posted" for invoice in order.invoice_ids)
            self.env["integration.return.importer"]._apply(backend, work, is_absorbed=not posted)

    def _cancel_one(self, work):
        order = work.sale
        # what hangs on a delivery (purchases, productions) is asked whether it goes, too:
        # which rights that takes no user of a backend can have beforehand
        order.sudo()._action_cancel()
        order._integration_set_holds({})
        self._heal(order, *(kind for kind, __ in HOLD_KINDS), "change", "confirm")
        if any(invoice.state == "posted" for invoice in order.invoice_ids):
            work.report(
                "cancel",
                self.env._("%s was cancelled by the channel and is invoiced.", order.name),
                self.env._("Make a credit note for the invoice."),
            )

    def _report_late_cancel(self, work):
        reason = work.document.cancellation.reason
        work.report(
            "cancel",
            self.env._(
                "The channel cancelled %(order)s after its delivery was begun%(reason)s.",
                order=work.sale.name,
                reason=f" ({reason})" if reason else "",
            ),
            self.env._("Choose: stop the delivery and cancel the order; or let it go and take it back as a return."),
            group_key=f"cancel:{work.document.external_id}",
        )
