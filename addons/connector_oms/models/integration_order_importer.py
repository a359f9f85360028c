from odoo import models

from ..lib.matching import address_checksum, buyer_name
from ..lib.money import owes_nothing
from ..lib.work import Work, ready
from .integration_order_values import naive

#: no mails, followers or field history for what a channel sends; nothing else is lost
IMPORT_CONTEXT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "integration_from_channel": True,
}


class IntegrationOrderImporter(models.AbstractModel):
    """Applies a batch of order documents in few ORM calls.

    First everything is found out by reading, then what nothing stands against is
    written: contacts, products, taxes, orders, confirmation; one call of each kind.
    """

    _name = "integration.order.importer"
    _description = "Applies orders"

    def _import(self, flow, batch):
        """Apply documents; says of every item what became of it.

        :param flow: integration.flow they came through
        :param batch: list of ``Inbound`` with canonical ``Order`` documents
        """
        self = self.with_context(**IMPORT_CONTEXT)
        backend = flow.backend_id.with_env(self.env)
        works = self._works(batch)
        self._find_orders(backend, works)
        todo = [work for work in works if self._is_due(backend, work)]
        self._leave_out(backend, works, todo)
        cancelled = [work for work in todo if work.sale and work.document.cancellation]
        live = [work for work in todo if work not in cancelled]
        plan = self._plan(backend, live)
        self.env["integration.partner.guard"]._guard(backend, live)
        going = self._going(live)
        self._create_base(backend, going, plan)
        self._create_orders(backend, [work for work in going if work.is_new])
        updater = self.env["integration.order.updater"]
        updater._update(backend, [work for work in going if not work.is_fresh])
        updater._cancel(backend, cancelled)
        self._confirm(backend, going)
        for work in going:
            if work.is_fresh:
                self.env["integration.return.importer"]._apply(backend, work, is_absorbed=True)
        self._finish(works)
        decided = [work for work in works if work.item.state != "deferred"]
        self.env["integration.order.claim"]._update(backend, decided)

    # what to do

    def _works(self, batch):
        """One work a document; of two documents of one order the older is left out."""
        works, newest = [], {}
        for item in batch:
            for document in item.documents:
                work = Work(item, document)
                item.subject = item.subject or document.number
                other = newest.get(document.external_id)
                if other and other.document.version > document.version:
                    other, work.note = None, self.env._("A newer message was applied instead.")
                elif other:
                    other.note = self.env._("A newer message was applied instead.")
                if not work.note:
                    newest[document.external_id] = work
                works.append(work)
            if not item.documents:
                item.done(note=self.env._("There was nothing in it."))
        return works

    def _find_orders(self, backend, works):
        bindings = self.env["integration.order.binding"].search_fetch(
            [
                ("backend_id", "=", backend.id),
                ("external_id", "in", [work.document.external_id for work in works]),
            ],
            ["external_id", "record_id", "version"],
        )
        known = {binding.external_id: binding for binding in bindings}
        unknown = {work.document.external_id for work in works} - set(known)
        over = self.env["integration.order.left.out"]._versions(backend, unknown) if unknown else {}
        for work in works:
            work.binding = known.get(work.document.external_id)
            work.over_since = over.get(work.document.external_id)
            if work.binding:
                work.sale = work.binding.record_id
                work.lines = {
                    line.integration_external_id: line for line in work.sale.order_line if line.integration_external_id
                }

    def _is_due(self, backend, work):
        """Whether a document has anything to say; the note says why not."""
        document = work.document
        if work.note:
            return False
        if work.sale and work.sale.integration_backend_id != backend:
            self._leave_linked(work)
        elif work.sale:
            if work.binding.version and naive(document.version) < work.binding.version:
                work.note = self.env._("Older than what Odoo has.")
        elif work.over_since and naive(document.version) <= work.over_since:
            work.note = self.env._("The order is over, as a newer message said: left out.")
        elif document.is_test and backend.test_order_policy == "skip":
            work.note = self.env._("A test order: left out.")
        elif self._is_over(document) and backend.closed_order_policy == "skip":
            work.note = self.env._("Cancelled before it was imported: left out.")
        return not work.note

    def _leave_out(self, backend, works, todo):
        """Remember which unknown orders are over, so that no older message brings them to life."""
        due = {id(work) for work in todo}
        versions = {
            work.document.external_id: naive(work.document.version)
            for work in works
            if not work.sale and id(work) not in due and self._is_over(work.document)
        }
        self.env["integration.order.left.out"]._keep(backend, versions)

    def _leave_linked(self, work):
        """An order that was entered another way, and linked by a person, is not ours to change."""
        work.note = self.env._("Linked to %s, which was entered another way: nothing was changed.", work.sale.name)
        if work.document.cancellation and work.sale.state != "cancel":
            work.currency = work.sale.currency_id
            work.report(
                "cancel",
                self.env._("The channel cancelled %s, which was entered another way.", work.sale.name),
                self.env._("Cancel the order by hand, or let it go and take it back as a return."),
                group_key=f"cancel:{work.document.external_id}",
            )

    def _is_over(self, document):
        """Whether nothing is to be sent or charged any more."""
        return bool(document.cancellation) or owes_nothing(document)

    # finding

    def _plan(self, backend, works):
        """Find everything these works need; reads only."""
        self._find_money(backend, works)
        self._find_places(backend, works)
        self.env["integration.partner.matcher"]._plan(backend, works)
        catalogue = self.env["integration.product.matcher"]._plan(backend, works)
        self.env["integration.uom.matcher"]._plan(backend, works)
        taxes = self.env["integration.tax.matcher"]._plan(backend, works)
        for work in works:
            self._find_holds(backend, work)
        self.env["integration.order.duplicates"]._hold(backend, works)
        return catalogue, taxes

    def _find_money(self, backend, works):
        """Currencies of orders, buyers and payments, in one query."""
        codes = {work.document.currency for work in works}
        codes |= {work.document.presentment_currency for work in works}
        codes |= {payment.currency for work in works for payment in work.document.payments}
        currencies = self.env["res.currency"].with_context(active_test=False)
        found = {
            currency.name: currency
            for currency in currencies.search_fetch(
                [("name", "in", list(codes))], ["name", "active", "rounding", "decimal_places"]
            )
        }
        for work in works:
            work.currencies = found
            work.currency = found.get(work.document.currency)
            strange = {payment.currency for payment in work.document.payments} - found.keys()
            for code in strange:
                work.block("data", self.env._("Odoo knows no currency %s.", code), group_key=code)
            if not work.currency or not work.currency.active:
                work.block(
                    "configuration",
                    self.env._("The currency %s is not active.", work.document.currency),
                    self.env._("Activate it in the accounting settings, then try again."),
                    group_key=f"currency:{work.document.currency}",
                )

    def _find_places(self, backend, works):
        """Warehouses by location and carriers by service code, each in one query."""
        default = backend.warehouse_id or self.env["stock.warehouse"].search(
            [("company_id", "=", backend.company_id.id)], limit=1
        )
        locations = self.env["integration.location.binding"]._find(
            backend, {work.document.location_id for work in works}
        )
        codes = {
            charge.code or charge.title
            for work in works
            for charge in work.document.charges
            if charge.kind == "shipping"
        }
        carriers = self._carriers(backend, codes - {""})
        for work in works:
            work.warehouse = locations.get(work.document.location_id) or default
            work.carrier = next(
                (
                    carriers[charge.code or charge.title]
                    for charge in work.document.charges
                    if charge.kind == "shipping" and (charge.code or charge.title) in carriers
                ),
                None,
            )
            self._report_carrier(backend, work, carriers)

    def _report_carrier(self, backend, work, carriers):
        """Have somebody say what an unknown delivery service means, where that matters."""
        unknown = {
            charge.code or charge.title
            for charge in work.document.charges
            if charge.kind == "shipping" and (charge.code or charge.title)
        } - carriers.keys()
        if unknown and not work.carrier and work.is_new and backend.carrier_policy == "report":
            name = min(unknown)
            work.report(
                "carrier",
                self.env._("The delivery service “%s” is not known here; the order has no delivery method.", name),
                self.env._("Choose the delivery method that it means."),
                group_key=name,
            )

    def _carriers(self, backend, codes):
        if not codes:
            return {}
        mappings = self.env["integration.mapping"].search_fetch(
            [
                ("backend_id", "=", backend.id),
                ("kind", "=", "carrier"),
                ("external_value", "in", list(codes)),
            ],
            ["external_value", "res_id"],
        )
        carriers = self.env["delivery.carrier"]
        return {mapping.external_value: carriers.browse(mapping.res_id) for mapping in mappings if mapping.res_id}

    def _find_holds(self, backend, work):
        """Why the order must not be confirmed yet."""
        document = work.document
        for hold in document.holds:
            work.hold(hold.kind, hold.reason)
        if backend.confirm_policy == "paid" and not backend._is_paid(document):
            work.hold("payment", self.env._("The order is not paid yet."))
        if document.is_test and backend.test_order_policy == "hold":
            work.hold("test", self.env._("This is a test order."))
        shipped = [line for line in document.lines if line.fulfilled_quantity]
        # an order that is not confirmed ships nothing from Odoo: what left, left elsewhere
        if shipped and (work.is_new or work.sale.state in ("draft", "sent")):
            titles = ", ".join(line.title for line in shipped[:3])
            work.hold(
                "shipped",
                self.env._("Already shipped elsewhere, in whole or in part: %s", titles),
            )

    # writing

    def _going(self, works):
        """The works to write: all documents of an item, or none."""
        stopped = {id(work.item) for work in works if work.problems or work.item.state == "deferred"}
        return [work for work in ready(works) if id(work.item) not in stopped]

    def _create_base(self, backend, works, plan):
        """What orders stand on: products, taxes, contacts."""
        if not works:
            return
        catalogue, taxes = plan
        self.env["integration.product.matcher"]._make(backend, works, catalogue)
        if taxes:
            self.env["integration.tax.matcher"]._make(backend, works, taxes)
        self.env["integration.partner.matcher"]._make(backend, works)

    def _create_orders(self, backend, works):
        """The new orders with lines, payments, links and holds."""
        if not works:
            return
        factory = self.env["integration.order.values"]
        shared = factory._shared(backend)
        orders = self.env["sale.order"].create([factory._order_values(backend, work, shared) for work in works])
        for work, order in zip(works, orders, strict=True):
            work.sale, work.is_fresh = order, True
        self.env["integration.order.binding"]._bind(
            backend,
            {work.document.external_id: work.sale for work in works},
            values={
                work.document.external_id: {
                    "version": naive(work.document.version),
                    "checksum": address_checksum(work.document),
                }
                for work in works
            },
        )
        payments = [values for work in works for values in factory._payments(backend, work, work.currencies)]
        self.env["integration.order.payment"].create(payments)
        over = [work for work in works if self._is_over(work.document)]
        self.env["sale.order"].union(*[work.sale for work in over])._action_cancel()
        checker = self.env["integration.order.checker"]
        self._apply_rules(backend, [work for work in works if work not in over])
        for work in works:
            if work in over:
                work.holds, work.notes = {}, []
                continue
            checker._check(backend, work)
            if work.holds:
                work.sale._integration_set_holds(work.holds)
                self._report_holds(work, work.holds)

    def _apply_rules(self, backend, works):
        """Hold the orders that fail a rule of the backend."""
        orders = self.env["sale.order"].union(*[work.sale for work in works])
        failed = self.env["integration.order.rule"]._judge(backend, orders)
        for work in works:
            for kind, reason in failed[work.sale].items():
                work.hold(kind, reason)

    def _report_holds(self, work, kinds):
        """One exception a hold, so that somebody looks.

        :param kinds: the holds that are new
        """
        for kind, reason in work.holds.items():
            if kind in kinds:
                work.report(kind, reason, self._advice(kind), work.hold_keys.get(kind, ""))

    def _advice(self, kind):
        return {
            "payment": self.env._("It goes on by itself when the channel reports the payment."),
            "fraud": self.env._("Check the order at the channel; release it here if it is fine."),
            "total": self.env._(
                "Compare the order with the channel's. Correct it there, or release the order "
                "if the difference is accepted."
            ),
            "address": self.env._("Correct the delivery contact, then release the order."),
            "duplicate": self.env._(
                "Compare both. Link it to the other order, or release it if it is an order of its own."
            ),
            "shipped": self.env._("Reduce the quantities to what is left to ship, then release."),
            **{kind: advice for kind, (__, advice) in self.env["integration.exception"]._rule_advice().items()},
        }.get(kind, self.env._("Release the order when it may go on."))

    def _confirm(self, backend, works):
        """Confirm what may be, as one record set."""
        if backend.confirm_policy == "manual":
            return
        orders = self.env["sale.order"].union(
            *[work.sale for work in works if work.sale and work.sale.state in ("draft", "sent")]
        )
        failed = self.env["integration.order.confirmer"]._confirm(orders)
        for work in works:
            if work.sale in failed:
                work.report(
                    "confirm",
                    self.env._("The order could not be confirmed: %s", failed[work.sale]),
                    self.env._("Correct it, then confirm the order."),
                )

    def _finish(self, works):
        """Tell every item what became of it."""
        stopped = {id(work.item) for work in works if work.problems}
        for work in works:
            if work.problems and not work.item.state:
                first, *others = work.problems
                work.item.block(**first, **self._facts(work))
                for problem in others:
                    work.item.report(**problem, **self._facts(work))
        for work in works:
            if id(work.item) in stopped or work.item.state == "deferred":
                continue
            work.item.done(work.sale, work.note)
            for note in work.notes:
                work.item.report(record=work.sale, **note)

    def _facts(self, work):
        """What the desk shows of an order that is not in Odoo."""
        return {"customer": buyer_name(work.document), "warehouse_id": work.warehouse.id if work.warehouse else False}
