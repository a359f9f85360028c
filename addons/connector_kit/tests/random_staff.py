"""What people in the warehouse and in the office may do, one step at a time."""

from odoo.addons.connector_oms.wizards.integration_return_inspection import FATES


class RandomStaff:
    """Mixin of ``RandomWorld``."""

    # what the warehouse does

    def step_ship(self):
        """A delivery leaves, in whole or in part."""
        picking = self._picking([("picking_type_code", "=", "outgoing")])
        if not picking:
            return ""
        picking.action_assign()
        if not any(picking.move_ids.mapped("quantity")):
            return ""
        partly = self.chance(0.3)
        moves = picking.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        for move in moves:
            if partly and not move.bom_line_id:
                move.quantity = self.dice.randint(0, int(move.quantity))
            move.picked = bool(move.quantity)
        if any(move.picked for move in moves):
            picking.with_context(skip_backorder=True).button_validate()
        return picking.name

    def _picking(self, domain):
        return self.pick(
            self.env["stock.picking"].search(
                [*domain, ("company_id", "=", self.company.id), ("state", "not in", ("done", "cancel", "draft"))],
                limit=25,
                order="id desc",
            )
        )

    def step_receipt(self):
        """Goods come in from a vendor."""
        house = self.pick(self.houses.values())
        units = self.dice.randint(3, 30)
        self._move(self.env.ref("stock.stock_location_suppliers"), house.lot_stock_id, units, house.in_type_id)
        return f"{house.name} + {units}"

    def step_transfer(self):
        """Goods go from one warehouse to another."""
        source, target = self.dice.sample(sorted(self.houses), 2)
        source, target = self.houses[source], self.houses[target]
        self._move(
            source.lot_stock_id, target.lot_stock_id, self.dice.randint(1, 5), source.int_type_id, self.chance(0.7)
        )
        return f"{source.name} to {target.name}"

    def _move(self, source, target, units, picking_type, at_once=True):
        product = self.pick((self.product_a, self.product_b, self.c))
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": units,
                "product_uom": product.uom_id.id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "picking_type_id": picking_type.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm(merge=False)
        if at_once:
            self._finish(move)

    def _finish(self, moves):
        moves._action_assign()
        for move in moves:
            move.picked = bool(move.quantity)
        moves.filtered("picked")._action_done()

    def step_arrive_transfer(self):
        """A transfer that was begun, or a purchase, arrives."""
        move = self.pick(
            self.env["stock.move"].search(
                [
                    ("company_id", "=", self.company.id),
                    ("state", "in", ("confirmed", "partially_available", "assigned")),
                    "|",
                    ("picking_code", "=", "internal"),
                    "&",
                    ("picking_code", "=", "incoming"),
                    "|",
                    ("location_id.usage", "=", "transit"),
                    ("purchase_line_id", "!=", False),
                ]
            )
        )
        if not move:
            return ""
        self._finish(move)
        return f"{move.product_id.default_code} {move.state}"

    def step_call_off(self):
        """A transfer that was to bring goods for an order does not take place."""
        move = self.pick(
            self.env["stock.move"].search(
                [
                    ("company_id", "=", self.company.id),
                    ("location_dest_id.usage", "=", "transit"),
                    ("state", "not in", ("done", "cancel")),
                ]
            )
        )
        if not move:
            return ""
        move.picking_id.action_cancel()
        return move.product_id.default_code

    def step_purchase(self):
        """The buyer orders what was asked for, or does not."""
        purchase = self.pick(
            self.env["purchase.order"].search([("company_id", "=", self.company.id), ("state", "=", "draft")])
        )
        if not purchase:
            return ""
        if self.chance(0.2):
            purchase.button_cancel()
        else:
            purchase.button_confirm()
        return f"{purchase.name} {purchase.state}"

    def step_count(self):
        """Somebody counts a shelf and finds more or less."""
        quant = self.pick(
            self.env["stock.quant"].search(
                [("location_id", "in", [house.lot_stock_id.id for house in self.houses.values()])]
            )
        )
        if not quant:
            return ""
        quant.with_context(inventory_mode=True).inventory_quantity = max(0, quant.quantity + self.dice.randint(-6, 4))
        quant.action_apply_inventory()
        return f"{quant.product_id.default_code} {quant.quantity}"

    def step_receive_return(self):
        """Goods of a return are received, in whole or in part."""
        picking = self._picking([("integration_return_id", "!=", False)])
        if not picking:
            return ""
        for move in picking.move_ids.filtered(lambda move: move.state not in ("done", "cancel")):
            move.quantity = move.product_uom_qty if self.chance(0.8) else max(1, move.product_uom_qty - 1)
            move.picked = True
        picking.with_context(skip_backorder=True, cancel_backorder=self.chance(0.5)).button_validate()
        return picking.name

    def step_inspect(self):
        """What came back goes where it belongs."""
        entry = self.pick(self.env["integration.return"].search([("state", "=", "received")]))
        if not entry:
            return ""
        wizard = self.env["integration.return.inspection"].create(
            self.env["integration.return.inspection"]
            .with_context(default_return_id=entry.id)
            .default_get(["return_id", "line_ids"])
        )
        for row in wizard.line_ids:
            fate = self.pick(FATES)
            row.write({**dict.fromkeys(FATES, 0), fate: row.received})
        wizard.action_apply()
        return entry.name

    # what the office does

    def step_invoice(self):
        """An order is invoiced as far as it can be."""
        found = self.any_sold(lambda shop, sold: self.sale(shop, sold).invoice_status == "to invoice")
        if not found:
            return ""
        sale = self.sale(*found)
        self.touched.add((found[0], found[1].external_id))
        sale._create_invoices(final=True).action_post()
        return sale.name

    def step_settings(self):
        """Somebody changes shares, buffers or rules."""
        shop, house = self.pick(self.shops), self.pick(self.houses.values())
        record, name, value = self.pick(
            (
                (shop.backend, "stock_weight", self.dice.randint(1, 4)),
                (shop.backend, "stock_priority", self.dice.randint(1, 9)),
                (shop.backend, "stock_buffer_units", self.dice.randint(0, 2)),
                (house, "integration_buffer_units", self.dice.randint(0, 3)),
                (house, "integration_short_units", self.dice.choice((0, 0, 3))),
            )
        )
        record[name] = value
        return f"{record.name}: {name} {value}"
