import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

FLOW = "return.out"
#: what the external id of a return begins with while the channel does not know it
OURS = "odoo:"
#: step -> (states from which it can be taken, state after it)
STEPS = {
    "approve": (("requested",), "open"),
    "decline": (("requested",), "declined"),
    "close": (("inspected", "received", "open"), "closed"),
}
#: states in which goods can be sent instead: also before theirs have come
EXCHANGEABLE = ("open", "received", "inspected")


class IntegrationReturn(models.Model):
    """Returns that begin in Odoo, and what the channel is told of all of them."""

    _inherit = "integration.return"

    reference = fields.Char("Our reference", readonly=True, copy=False)
    is_told = fields.Boolean("Known at the channel", compute="_compute_is_told")
    can_tell = fields.Boolean(compute="_compute_is_told")
    is_exchanging = fields.Boolean("Replacement asked for", readonly=True, copy=False)
    can_exchange = fields.Boolean(compute="_compute_can_exchange")
    refund_request_ids = fields.One2many("integration.refund.request", "return_id", "Refunds asked for", readonly=True)

    _reference_uniq = models.Constraint("UNIQUE (reference)", "This reference is taken.")

    @api.depends("external_id", "backend_id")
    def _compute_is_told(self):
        for entry in self:
            entry.is_told = bool(entry.external_id) and not entry.external_id.startswith(OURS)
            entry.can_tell = bool(entry.backend_id._flow(FLOW))

    @api.model
    def _start(self, order, lines, exchanges=()):
        """A return that a person of ours enters for a customer: approved at once.

        :param lines: (sale.order.line, units, reason, note)
        :param exchanges: (product.product, units) of what is sent instead
        :return: the return; the channel is told in the same transaction
        """
        reference = f"R-{uuid.uuid4().hex[:10]}"
        entry = self.sudo().create(
            {
                "name": f"{order.integration_number or order.name} {reference}",
                "backend_id": order.integration_backend_id.id,
                "external_id": f"{OURS}{reference}",
                "reference": reference,
                "order_id": order.id,
                "requested_at": fields.Datetime.now(),
                "state": "open",
                "status": "open",
                "line_ids": [
                    fields.Command.create(
                        {
                            "external_id": f"{OURS}{number}",
                            "order_line_id": line.id,
                            "quantity": units,
                            "reason": reason,
                            "note": note,
                        }
                    )
                    for number, (line, units, reason, note) in enumerate(lines)
                ],
                "exchange_ids": [
                    fields.Command.create(
                        {"external_id": f"{OURS}{number}", "product_id": product.id, "quantity": units}
                    )
                    for number, (product, units) in enumerate(exchanges)
                ],
            }
        )
        entry._expect()
        entry._tell("announce")
        return entry

    def _tell(self, step):
        """Queue what the channel is to be told of this return."""
        self.ensure_one()
        self.env["integration.message"].sudo()._emit(
            self.backend_id._flow(FLOW),
            self,
            key=f"return-{self.id}-{step}-{uuid.uuid4().hex[:8]}",
            business_key=f"{self._name},{self.id}",
            payload=step.encode(),
        )

    def _adopt(self, external_id, name, lines, exchanges=()):
        """The channel has it: it is known by the channel's ids from now on.

        :param lines: [(id of the channel's line, id of the order line at the channel, units)]
        :param exchanges: [(id of what is sent instead, the channel's id of the product)]
        """
        self.ensure_one()
        if self.is_told:
            return
        self.write({"external_id": external_id, "name": name or self.name})
        free = self.line_ids
        for line_id, order_line_id, units in lines:
            same = free.filtered(
                lambda line, key=order_line_id: line.order_line_id.integration_external_id == key
            ).sorted(lambda line, units=units: line.quantity != units)[:1]
            if same:
                same.external_id = line_id
                free -= same
        bindings = self.env["integration.product.binding"].search(
            [("backend_id", "=", self.backend_id.id), ("external_id", "in", [key for __, key in exchanges])]
        )
        products = {binding.external_id: binding.record_id for binding in bindings}
        for exchange_id, key in exchanges:
            self._own_exchange(exchange_id, products.get(key))

    @api.model
    def _own(self, backend, notes):
        """The return of ours that the channel tells of; it is found by the reference in its notes."""
        waiting = self.search([("backend_id", "=", backend.id), ("external_id", "=like", f"{OURS}%")])
        return waiting.filtered(lambda entry: any(entry.reference in note for note in notes))[:1]

    def _own_exchange(self, external_id, product):
        """What we asked the channel to send instead, known by its id from now on; none when it is not ours."""
        waiting = self.exchange_ids.filtered(
            lambda exchange: exchange.external_id.startswith(OURS) and exchange.product_id == product
        )[:1]
        if waiting:
            waiting.external_id = external_id
        return waiting

    @api.depends("exchange_ids.order_line_id", "is_exchanging", "state", "external_id")
    def _compute_can_exchange(self):
        for entry in self:
            waits = entry.exchange_ids.filtered(lambda exchange: not exchange.order_line_id)
            entry.can_exchange = bool(
                waits and not entry.is_exchanging and entry.is_told and entry.can_tell and entry.state in EXCHANGEABLE
            )

    def action_exchange(self):
        """Button “Send the replacement”: the channel takes the goods off the order and puts others on it."""
        self.ensure_one()
        self._check_decides()
        if not self.can_exchange:
            raise UserError(self.env._("%s has nothing to be sent instead any more.", self.name))
        entry = self.sudo()
        entry.is_exchanging = True
        entry._tell("exchange")
        self.env["integration.audit"]._record(
            self, "return.exchange", after={"goods": ", ".join(entry.exchange_ids.product_id.mapped("display_name"))}
        )

    def action_approve(self):
        """Button “Approve”: the customer may send the goods."""
        self._step("approve")

    def action_decline(self):
        """Button “Decline”: the goods are not taken back."""
        self._step("decline")

    def action_close(self):
        """Button “Close”: nothing more is expected of it."""
        self._step("close")

    def _check_decides(self):
        if not (
            self.env.user.has_group("sales_team.group_sale_salesman")
            or self.env.user.has_group("connector_base.group_operator")
        ):
            raise AccessError(self.env._("You are not allowed to decide about returns."))
        self.check_access("read")

    def _step(self, step):
        self._check_decides()
        states, after = STEPS[step]
        for entry in self.sudo():
            if entry.state not in states:
                raise UserError(self.env._("%s is no longer in a state for this.", entry.name))
        before = [{"state": entry.state} for entry in self]
        for entry in self.sudo():
            entry._take_step(step, after)
        self.env["integration.audit"]._record(self, f"return.{step}", before=before, after={"state": after})

    def _take_step(self, step, after):
        self.write({"state": after, "status": after})
        if after in ("declined", "closed"):
            self.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")).action_cancel()
        else:
            self._expect()
        self._check_mismatch()
        if self.can_tell:
            self._tell(step)

    def _close_when_settled(self):
        """Close what is inspected and paid back, where the backend says so."""
        for entry in self.sudo():
            if entry.state == "inspected" and entry.refund_ids and entry.backend_id.return_close and entry.can_tell:
                entry._take_step("close", "closed")

    def action_refund(self):
        """Button “Refund”: pay the customer back through the channel."""
        self.ensure_one()
        return self.order_id._integration_refund_action({"default_return_id": self.id})
