from decimal import Decimal

from odoo import models

from ..lib.catalogue import Planned
from ..lib.documents import OrderLine
from ..lib.matching import clean, normal_code
from ..lib.money import quantum

#: by which share of a quantity Odoo's decimal places may change what is kept in stock
LOSS = Decimal("0.01")


class IntegrationUomMatcher(models.AbstractModel):
    """Finds the unit that a line is sold in. A line without one is in the product's own.

    A code may mean something else for one product than for the others (a case of six,
    a case of twelve): ``CODE|SKU`` is looked up before ``CODE``.
    """

    _name = "integration.uom.matcher"
    _description = "Finds units of measure"

    def _plan(self, backend, works):
        """Give every wanted line that names a unit what it means; reads only, once a batch."""
        wanted = [
            (work, key, part)
            for work in works
            for key, part in work.wanted()
            if isinstance(part, OrderLine) and clean(part.unit_code)
        ]
        if not wanted:
            return
        known = self._mapped(backend, {value for __, __, line in wanted for value in self._values(line)})
        for work, key, line in wanted:
            unit = next((known[value] for value in self._values(line) if value in known), None)
            if not unit:
                self._block_unknown(work, line)
            elif work.products.get(key):
                self._settle(work, key, line, unit)

    def _values(self, line):
        """What the unit of a line may stand under in the mappings, the most exact first."""
        code = clean(line.unit_code)
        return f"{code}|{normal_code(line.sku) or line.product_id}", code

    def _mapped(self, backend, values):
        """{partner's value: unit} of what people have said, in one query."""
        mappings = self.env["integration.mapping"].sudo()
        mappings = mappings.search_fetch(
            [("backend_id", "=", backend.id), ("kind", "=", "uom"), ("external_value", "in", list(values))],
            ["external_value", "res_id"],
        )
        units = self.env["uom.uom"].browse([mapping.res_id for mapping in mappings if mapping.res_id])
        there = set(units.exists().ids) if units else set()
        return {m.external_value: units.browse(m.res_id) for m in mappings if m.res_id in there}

    def _settle(self, work, key, line, unit):
        """Take the unit, where the product can be sold in it."""
        own = self._own_unit(work.products[key], unit)
        if not unit._has_common_reference(own):
            self._block_family(work, line, unit, own)
        elif self._loses(line.quantity, unit, own):
            self._block_rounded(work, line, unit, own)
        else:
            work.units[key] = unit

    def _own_unit(self, product, unit):
        """The unit a product is kept in; one to be created gets a unit that this one can be turned into."""
        if not isinstance(product, Planned):
            return product.uom_id
        pieces = self.env.ref("uom.product_uom_unit")
        own = pieces if unit._has_common_reference(pieces) else unit
        return self.env["uom.uom"].browse(product.values.setdefault("uom_id", own.id))

    def _loses(self, quantity, unit, own):
        """Whether Odoo's decimal places cannot hold what was ordered, or too little of it in stock."""
        step = quantum(self.env["decimal.precision"].precision_get("Product Unit"))
        exact = quantity * Decimal(repr(unit.factor)) / Decimal(repr(own.factor))
        return quantity % step != 0 or abs(exact - exact.quantize(step)) > exact * LOSS

    # what people are told

    def _block_unknown(self, work, line):
        code = clean(line.unit_code)
        work.block(
            "uom",
            self.env._(
                "“%(title)s” is ordered in “%(code)s”, a unit not known here.", title=clean(line.title), code=code
            ),
            self.env._("Choose the unit that “%s” means.", code),
            group_key=code,
        )

    def _block_family(self, work, line, unit, own):
        work.block(
            "uom",
            self.env._(
                "“%(title)s” is ordered in %(unit)s (“%(code)s”), but kept in %(own)s: "
                "one cannot be turned into the other.",
                title=clean(line.title),
                unit=unit.name,
                code=clean(line.unit_code),
                own=own.name,
            ),
            self.env._(
                "Choose the unit that “%s” means for this product, or correct the product's unit and try again.",
                clean(line.unit_code),
            ),
            group_key=self._values(line)[0],
        )

    def _block_rounded(self, work, line, unit, own):
        work.block(
            "uom",
            self.env._(
                "%(quantity)s %(unit)s of “%(title)s” are no exact number of %(own)s with Odoo's decimal places.",
                quantity=f"{line.quantity.normalize():f}",
                unit=unit.name,
                title=clean(line.title),
                own=own.name,
            ),
            self.env._(
                "Keep the product in a smaller unit, or raise the decimal accuracy “Product Unit”, then try again."
            ),
            group_key=self._values(line)[0],
        )
