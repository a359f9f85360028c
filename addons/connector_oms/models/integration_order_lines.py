from odoo import models
from odoo.tools import float_compare

from ..lib.matching import clean

#: fields of a line that the channel decides on, and how exactly they are compared
_NUMBERS = {"product_uom_qty": 4, "price_unit": 6}
_SILENT = {"sale_no_log_for_new_lines": True, "integration_defer_reservation": True}


class IntegrationOrderLines(models.AbstractModel):
    """Brings the lines of an order in line with a newer document."""

    _name = "integration.order.lines"
    _description = "Changes order lines"

    def _compare(self, work):
        """What the channel has changed about the lines.

        :return: (changed {line: values}, added [values], dropped lines)
        """
        factory = self.env["integration.order.values"]
        changed, added, seen = {}, [], set()
        for values in factory._lines(work):
            key = values["integration_external_id"]
            line = work.lines.get(key)
            seen.add(key)
            if not line:
                values.pop("analytic_distribution", None)
                added.append(values)
                continue
            new = self._news(line, values)
            if new:
                changed[line] = new
        dropped = work.sale.order_line.browse(
            line.id
            for key, line in work.lines.items()
            if key not in seen
            and not line.currency_id.is_zero(line.price_total)
            or key not in seen
            and line.product_uom_qty
        )
        return changed, added, dropped

    def _news(self, line, values):
        """The values that differ from the line's."""
        new = {
            name: values[name]
            for name, digits in _NUMBERS.items()
            if float_compare(line[name], values[name], precision_digits=digits)
        }
        if line.product_uom_id.id != values["product_uom_id"]:
            new["product_uom_id"] = values["product_uom_id"]
        if set(line.tax_ids.ids) != set(values["tax_ids"][0][2]):
            new["tax_ids"] = values["tax_ids"]
        if not _same_amounts(line.extra_tax_data, values["extra_tax_data"]):
            new["extra_tax_data"] = values["extra_tax_data"]
        if new:
            # the amounts hold for price and quantity together
            new.update(
                {name: values[name] for name in ("price_unit", "extra_tax_data", "discount")},
                integration_discount=values["integration_discount"],
            )
        return new

    def _describe(self, work, changed, added, dropped):
        """The changes in words."""
        texts = []
        for line, values in changed.items():
            quantity = values.get("product_uom_qty", line.product_uom_qty)
            if "product_uom_id" in values:
                unit = line.product_uom_id.browse(values["product_uom_id"])
                texts.append(
                    self.env._(
                        "%(what)s: %(old)s %(old_unit)s → %(new)s %(new_unit)s",
                        what=_title(line.name),
                        old=_plain(line.product_uom_qty),
                        old_unit=line.product_uom_id.name,
                        new=_plain(quantity),
                        new_unit=unit.name,
                    )
                )
            elif quantity != line.product_uom_qty:
                texts.append(
                    self.env._(
                        "%(what)s: %(old)s → %(new)s",
                        what=_title(line.name),
                        old=_plain(line.product_uom_qty),
                        new=_plain(quantity),
                    )
                )
            else:
                texts.append(self.env._("%s: other amounts", _title(line.name)))
        texts += [
            self.env._(
                "new: %(quantity)s × %(what)s",
                quantity=_plain(values["product_uom_qty"]),
                what=_title(values["name"]),
            )
            for values in added
        ]
        texts += [self.env._("%s: removed", _title(line.name)) for line in dropped]
        return texts

    # before confirmation

    def _rewrite(self, work, changed, added, dropped):
        """Apply to an order that is not confirmed."""
        for line, values in changed.items():
            line.write(values)
        self.env["sale.order.line"].create([{**values, "order_id": work.sale.id} for values in added])
        dropped.unlink()

    # after confirmation, before the warehouse has begun

    def _can_adjust(self, changed, dropped):
        """Whether quantities can go down without a return or a purchase hanging on it.

        Another unit is another quantity of moves that were made in the former one.
        """
        if any("product_uom_id" in values for values in changed.values()):
            return False
        return all(
            line.qty_invoiced <= quantity and self._moves_are_plain(line)
            for line, quantity in self._shrinking(changed, dropped).items()
        )

    def _shrinking(self, changed, dropped):
        """{line: its new quantity} of those that get smaller."""
        smaller = {
            line: values["product_uom_qty"]
            for line, values in changed.items()
            if values.get("product_uom_qty", line.product_uom_qty) < line.product_uom_qty
        }
        return smaller | dict.fromkeys(dropped, 0.0)

    def _can_cut_the_rest(self, work, changed, added, dropped):
        """Whether all that changed is units that have not left and that nobody has begun to pick.

        The channel has to say so of each line that gets smaller: what was given back
        afterwards is a matter of returns and refunds. What is sent instead of goods that
        come back is a delivery of its own.
        """
        known = {line.external_id: line for line in work.document.lines}
        smaller = self._shrinking(changed, dropped)
        instead = {key for entry in work.document.returns for one in entry.exchanges for key in one.line_ids}
        if any(values["integration_external_id"] not in instead for values in added) or set(changed) - set(smaller):
            return False
        for line, quantity in smaller.items():
            told = known.get(line.integration_external_id)
            if not told or told.ordered_quantity - told.removed_quantity != told.quantity:
                return False
            if max(line.qty_delivered, line.qty_invoiced) > quantity or not self._moves_are_plain(line, left=True):
                return False
        return not any(values.get("product_uom_id") for values in changed.values())

    def _moves_are_plain(self, line, left=False):
        """No move is done, picked or chained to another, and none is of a kit.

        :param left: look at what has not left only, and not at transfers that were begun
        """
        moves = line.move_ids.filtered(lambda move: move.state not in (("cancel", "done") if left else ("cancel",)))
        return all(
            move.state != "done"
            and not move.picked
            and not move.move_orig_ids
            and not move.move_dest_ids
            and self._is_move_of(move, line)
            and not (left and move.picking_id._integration_is_released())
            for move in moves
        )

    def _is_move_of(self, move, line):
        """Whether a move's quantity follows from its line's alone."""
        return move.product_id == line.product_id

    def _adjust(self, work, changed, added, dropped):
        """Apply to a confirmed order; transfers follow.

        Odoo answers a smaller quantity with a negative need, which becomes a return
        receipt when the transfer cannot take it back. So smaller quantities leave
        the transfers alone here, and the moves are cut down themselves.
        """
        order = work.sale.with_context(**_SILENT)
        was_locked = order.locked
        if was_locked:
            order.action_unlock()
        for line, values in changed.items():
            self._adjust_line(line.with_context(**_SILENT), values)
        for line in dropped:
            self._adjust_line(line.with_context(**_SILENT), {"product_uom_qty": 0.0})
        fresh = self.env["sale.order.line"].with_context(**_SILENT, skip_procurement=True)
        fresh = fresh.create([{**values, "order_id": order.id} for values in added])
        if fresh:
            self.env["integration.router"].sudo()._route_more(order.sudo(), fresh.sudo())
            fresh.with_context(skip_procurement=False)._action_launch_stock_rule()
        if was_locked:
            order.action_lock()

    def _stop_what_was_removed(self, work):
        """Ship no more of what the channel took off an order before it was shipped.

        :return: whether all of it could be stopped
        """
        stopped = True
        for told in work.document.lines:
            line = work.lines.get(told.external_id)
            if not line or not told.removed_quantity:
                continue
            wanted = float(told.ordered_quantity - told.removed_quantity)
            moves = line.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
            # what was cut off the order itself before is not open any more
            whole = line.qty_delivered + self._open_units(line, moves)
            surplus = whole - wanted
            if line.product_uom_id.compare(surplus, 0) <= 0:
                continue
            if moves and self._moves_are_plain(line, left=True):
                self._cut_moves(line, min(surplus, whole - line.qty_delivered), whole)
                stopped &= line.product_uom_id.compare(line.qty_delivered, wanted) <= 0
            else:
                stopped = False
        return stopped

    def _open_units(self, line, moves):
        """Units of a line that its open moves to the customer come to, in the line's unit."""
        out = moves.filtered(
            lambda move: move.location_dest_id.usage == "customer" and move.product_id == line.product_id
        )
        return sum(
            move.product_uom._compute_quantity(move.product_uom_qty, line.product_uom_id, round=False) for move in out
        )

    def _adjust_line(self, line, values):
        quantity = values.get("product_uom_qty", line.product_uom_qty)
        if quantity < line.product_uom_qty:
            self._cut_moves(line, line.product_uom_qty - quantity)
            line = line.with_context(skip_procurement=True)
        line.write(values)

    def _cut_moves(self, line, surplus, whole=None):
        """Take ``surplus`` units (of the line's unit) off the open moves, newest first.

        :param whole: units of the line that all its moves stand for; None for what the line says
        """
        # as with a cancelled order: other addons look into what they have hung on a move
        moves = line.sudo().move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        units = line.product_uom_id._compute_quantity(surplus, line.product_id.uom_id, round=False)
        self._cut(moves, units)

    def _cut(self, moves, surplus):
        """Take ``surplus`` units (of the product's unit) off moves of one product, newest first."""
        for move in moves.sorted("id", reverse=True):
            if surplus <= 0:
                break
            uom, own = move.product_uom, move.product_id.uom_id
            quantity = uom._compute_quantity(move.product_uom_qty, own, round=False)
            cut = min(quantity, surplus)
            surplus -= cut
            if float_compare(cut, quantity, precision_digits=6) >= 0:
                move._action_cancel()
                continue
            reserved = bool(move.quantity)
            left = own._compute_quantity(quantity - cut, uom, rounding_method="HALF-UP")
            move.write({"product_uom_qty": left})
            move._integration_cut_feeders(cut)
            if reserved:
                move._action_assign()
        moves.picking_id.filtered(lambda picking: picking.state == "cancel")._integration_heal_waiting()


def _same_amounts(old, new):
    """Whether two ``extra_tax_data`` stand for the same money."""
    if not old or not new:
        return bool(old) == bool(new)
    names = ("quantity", "manual_total_excluded_currency", "manual_tax_amounts")
    return all(old.get(name) == new.get(name) for name in names)


def _title(name):
    return clean((name or "").split("\n", 1)[0])


def _plain(quantity):
    return f"{quantity:g}"
