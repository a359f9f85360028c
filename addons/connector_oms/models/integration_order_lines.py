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
        shrinking = [
            (line, values["product_uom_qty"])
            for line, values in changed.items()
            if values.get("product_uom_qty", line.product_uom_qty) < line.product_uom_qty
        ] + [(line, 0.0) for line in dropped]
        return all(line.qty_invoiced <= quantity and self._moves_are_plain(line) for line, quantity in shrinking)

    def _moves_are_plain(self, line):
        """No move is done, picked or chained to another, and none is of a kit."""
        moves = line.move_ids.filtered(lambda move: move.state != "cancel")
        return all(
            move.state != "done"
            and not move.picked
            and not move.move_orig_ids
            and not move.move_dest_ids
            and move.product_id == line.product_id
            for move in moves
        )

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
        self.env["sale.order.line"].with_context(**_SILENT).create(
            [{**values, "order_id": order.id} for values in added]
        )
        if was_locked:
            order.action_lock()

    def _adjust_line(self, line, values):
        quantity = values.get("product_uom_qty", line.product_uom_qty)
        if quantity < line.product_uom_qty:
            self._cut_moves(line, line.product_uom_qty - quantity)
            line = line.with_context(skip_procurement=True)
        line.write(values)

    def _cut_moves(self, line, surplus):
        """Take ``surplus`` units (of the line's unit) off the open moves, newest first."""
        # as with a cancelled order: other addons look into what they have hung on a move
        moves = line.sudo().move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        for move in moves.sorted("id", reverse=True):
            if surplus <= 0:
                break
            uom, line_uom = move.product_uom, line.product_uom_id
            quantity = uom._compute_quantity(move.product_uom_qty, line_uom, round=False)
            cut = min(quantity, surplus)
            surplus -= cut
            if float_compare(cut, quantity, precision_digits=6) >= 0:
                move._action_cancel()
                continue
            reserved = bool(move.quantity)
            left = line_uom._compute_quantity(quantity - cut, uom, rounding_method="HALF-UP")
            move.write({"product_uom_qty": left})
            if reserved:
                move._action_assign()


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
