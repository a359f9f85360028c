from decimal import Decimal

from odoo import models

from ..lib.money import ZERO, Difference, document_differences, tax_total, to_decimal, untaxed


class IntegrationOrderChecker(models.AbstractModel):
    """Holds an order against its document: to the cent, or a person looks at it."""

    _name = "integration.order.checker"
    _description = "Checks orders"

    def _check(self, backend, work):
        """Hold the order of ``work`` when any amount differs from the channel's.

        The order is kept as it came; nothing is ever balanced silently.

        :return: the differences found
        """
        tolerance = Decimal(repr(backend.money_tolerance or 0.0))
        differences = document_differences(work.document, tolerance)
        differences += [
            difference
            for difference in self._order_differences(work)
            if abs(difference.expected - difference.found) > tolerance
        ]
        if differences:
            work.hold("total", self._describe(work, differences))
        return differences

    def _order_differences(self, work):
        """Differences between what Odoo reckons and the channel's amounts."""
        order = work.sale
        digits = work.currency.decimal_places
        lines = {line.integration_external_id or line.id: line for line in order.order_line}
        for key, part in work.wanted():
            line = lines.pop(key, None)
            subtotal = to_decimal(line.price_subtotal, digits) if line else ZERO
            total = to_decimal(line.price_total, digits) if line else ZERO
            yield Difference(key, untaxed(part), subtotal)
            yield Difference(key, untaxed(part) + tax_total(part), total)
        for key, line in lines.items():
            if line.price_total:
                yield Difference(str(key), ZERO, to_decimal(line.price_total, digits))
        totals = work.document.totals
        yield Difference("tax", totals.tax, to_decimal(order.amount_tax, digits))
        yield Difference("total", totals.total, to_decimal(order.amount_total, digits))

    def _describe(self, work, differences):
        """The greatest of these differences in words."""
        worst = max(differences, key=lambda entry: abs(entry.expected - entry.found))
        names = {
            "lines": self.env._("sum of the lines"),
            "charges": self.env._("sum of the charges"),
            "tax": self.env._("tax"),
            "total": self.env._("total"),
        }
        return self.env._(
            "%(what)s: the channel says %(expected)s, the parts come to %(found)s %(currency)s.",
            what=names.get(worst.what, self.env._("line %s", worst.what)),
            expected=worst.expected,
            found=worst.found,
            currency=work.currency.name,
        )
