"""Products found for a batch of lines, and what follows: links to make, products to create.

Records are opaque here; of a product only ``default_code`` and ``barcode`` are read.
"""

from __future__ import annotations

from .matching import clean


class Planned:
    """A product that is to be created for the lines that stand on it."""

    def __init__(self, external_id, sku, title, values):
        self.external_id = external_id
        self.sku = sku
        self.title = title
        self.values = values
        self.record = None


class Catalogue:
    """What was found for a batch of lines, and what follows from it.

    :param bound: {external id: product}
    :ivar chosen: {SKU or external id: product that a person mapped it to}
    """

    def __init__(self, bound):
        self.bound = bound
        self.taken = {}
        self.chosen = {}
        self.links = {}
        self.planned = {}
        self._by_sku = {}
        self._by_barcode = {}

    def add(self, product):
        """Note a product under its codes."""
        self._by_sku.setdefault(product.default_code, []).append(product)
        self._by_barcode.setdefault(product.barcode, []).append(product)

    def by_code(self, sku, barcode=""):
        """What a person chose for this SKU, else its products, else those of the barcode.

        The SKU may also stand as barcode on a product.
        """
        if sku and sku in self.chosen:
            return [self.chosen[sku]]
        for codes, code in (
            (self._by_sku, sku),
            (self._by_barcode, barcode),
            (self._by_barcode, sku),
        ):
            if code and codes.get(code):
                return codes[code]
        return []

    def link(self, external_id, product, sku, title, **values):
        """Have a product linked, unless it stands for another id of the channel already.

        :return: whether it will be
        """
        owner = self.taken.setdefault(product.id, external_id)
        if owner != external_id:
            return False
        self.links[external_id] = (product, {"sku": sku, "title": clean(title), **values})
        return True

    def plan(self, external_id, sku, title, ships, **values):
        """The product to be created for these lines; one for all lines of a variant."""
        key = external_id or f"sku:{sku}"
        if key not in self.planned:
            self.planned[key] = Planned(
                external_id,
                sku,
                title,
                {
                    "name": clean(title) or sku,
                    "default_code": sku or False,
                    "type": "consu" if ships else "service",
                    "is_storable": ships,
                    "taxes_id": [],
                    **values,
                },
            )
        return self.planned[key]
