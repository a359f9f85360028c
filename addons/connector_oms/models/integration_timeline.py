from odoo import api, models

#: business records of one chain that are told at most
RECORDS = 100


class IntegrationTimeline(models.AbstractModel):
    """What became of a chain in Odoo: orders, holds, purchases, transfers, shipments, invoices."""

    _inherit = "integration.timeline"

    @api.model
    def _chain_records(self, chain):
        found = super()._chain_records(chain)
        for model in ("sale.order", "stock.picking", "account.move"):
            # whoever may see the chain may know that these exist; opening them needs its own rights
            found[model] = (
                self.env[model]
                .sudo()
                .search(
                    [
                        ("integration_correlation", "in", list(chain.correlations)),
                        ("company_id", "in", self.env.companies.ids),
                    ],
                    order="id",
                    limit=RECORDS,
                )
            )
        found["purchase.order"] = self._purchases(chain, found["sale.order"])
        receipts = found["purchase.order"].picking_ids
        found["stock.picking"] |= receipts.filtered(lambda picking: picking.company_id in self.env.companies)[:RECORDS]
        return found

    def _purchases(self, chain, orders):
        """The purchase orders of the chain, and those that its orders led to."""
        return (
            self.env["purchase.order"]
            .sudo()
            .search(
                [
                    "|",
                    ("integration_correlation", "in", list(chain.correlations)),
                    ("reference_ids.sale_ids", "in", orders.ids),
                    ("company_id", "in", self.env.companies.ids),
                ],
                order="id",
                limit=RECORDS,
            )
        )

    def _title(self, chain):
        order = chain.records["sale.order"][:1]
        if order:
            return " · ".join(filter(None, dict.fromkeys([order.name, order.integration_number])))
        purchase = chain.records["purchase.order"][:1]
        if purchase:
            return " · ".join(filter(None, dict.fromkeys([purchase.name, purchase.partner_ref])))
        return super()._title(chain)

    def _entries(self, chain):
        entries = super()._entries(chain)
        pickings = chain.records["stock.picking"]
        for order in chain.records["sale.order"]:
            entries += self._told_order(order, pickings.filtered(lambda p, o=order: p.sale_id == o))
        entries += self._told_holds(chain.records["sale.order"])
        for purchase in chain.records["purchase.order"]:
            entries += self._told_purchase(purchase)
        for picking in pickings:
            entries += self._told_picking(picking)
        entries += self._told_shipments(pickings)
        entries += self._told_invoices(chain.records["account.move"])
        return [entry for entry in entries if entry["at"]]

    def _visible(self, record):
        """The record where the reader may open it, for the link."""
        return record if self.env[record._name].has_access("read") else None

    def _told_order(self, order, pickings):
        shown = self._visible(order)
        title = self.env._("Order %s created", order.name)
        yield self._entry(order.create_date, "fa-shopping-cart", title, "", "success", shown, rank=4)
        if pickings:
            title = self.env._("Order %s confirmed", order.name)
            yield self._entry(min(pickings.mapped("create_date")), "fa-check", title, "", "success", shown, rank=4)
        if order.state == "cancel":
            title = self.env._("Order %s cancelled", order.name)
            yield self._entry(order.write_date, "fa-ban", title, "", "warning", shown, rank=8)

    def _told_holds(self, orders):
        for hold in orders.integration_hold_ids:
            order = self._visible(hold.order_id)
            title = self.env._("Held: %s", hold.reason)
            yield self._entry(hold.create_date, "fa-hand-paper-o", title, "", "warning", order, rank=5)
            if hold.released_at:
                title = self.env._("Released: %s", hold.reason)
                person = hold.released_by_id.name or self.env._("by the channel")
                yield self._entry(
                    hold.released_at, "fa-unlock", title, hold.release_reason, "success", order, rank=5, person=person
                )

    def _told_purchase(self, purchase):
        shown = self._visible(purchase)
        title = self.env._("Purchase order %s made", purchase.name)
        facts = [purchase.partner_id.name, purchase.partner_ref]
        text = " · ".join(filter(None, facts))
        yield self._entry(purchase.create_date, "fa-shopping-basket", title, text, "success", shown, rank=4)
        title = self.env._("Purchase order %s confirmed", purchase.name)
        yield self._entry(purchase.date_approve, "fa-check", title, "", "success", shown, rank=5)
        if purchase.state == "cancel":
            title = self.env._("Purchase order %s cancelled", purchase.name)
            yield self._entry(purchase.write_date, "fa-ban", title, "", "warning", shown, rank=8)

    def _told_picking(self, picking):
        shown = self._visible(picking)
        title = self.env._("Transfer %s made", picking.name)
        yield self._entry(picking.create_date, "fa-truck", title, "", "info", shown, rank=5)
        if picking.state == "done":
            title = self.env._("Transfer %s done", picking.name)
            text = picking.carrier_tracking_ref and self.env._("Tracking %s", picking.carrier_tracking_ref)
            yield self._entry(picking.date_done, "fa-truck", title, text, "success", shown, rank=5)
        elif picking.state == "cancel":
            title = self.env._("Transfer %s cancelled", picking.name)
            yield self._entry(picking.write_date, "fa-ban", title, "", "warning", shown, rank=8)

    def _told_shipments(self, pickings):
        for binding in pickings.integration_shipment_ids:
            title = self.env._("%s knows the shipment", binding.backend_id.name)
            text = " · ".join(filter(None, [binding.external_id, binding.tracking]))
            yield self._entry(
                binding.synced_at, "fa-cube", title, text, "success", self._visible(binding.record_id), rank=9
            )

    def _told_invoices(self, moves):
        for move in moves:
            title = self.env._("Invoice %s made", move.name if move.name != "/" else "")
            yield self._entry(move.create_date, "fa-file-text-o", title, "", "info", self._visible(move), rank=6)
