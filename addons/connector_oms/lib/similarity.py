"""Which product a channel's title, SKU and barcode most likely mean. Pure.

Names are compared by their words, rare ones counting more; numbers and sizes are words,
too, so that "Bolt M8x20" is not "Bolt M8x25". Words are found through an index, and only
products that share a rare word are compared: 20,000 against 20,000 take seconds.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

#: how sure each kind of match is, of 100
BY_SKU, BY_BARCODE, BY_LOOSE_SKU, BY_NAME = 100, 98, 92, 85
#: a code that fits a product whose name says something quite different
DOUBT = 30
#: names that share less than this of their weight are not the same thing
LEAST = 0.45
#: products looked at for one title
CANDIDATES = 200

_WORD = re.compile(r"[a-z]+|\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Known:
    """A product that Odoo has."""

    id: int
    name: str
    sku: str = ""
    barcode: str = ""


@dataclass(frozen=True)
class Guess:
    """What is proposed for a thing of the channel.

    :ivar by: "sku", "barcode", "name" or "" for nothing
    :ivar score: 0 to 100
    :ivar others: further products, the likeliest first
    """

    product: int | None = None
    by: str = ""
    score: int = 0
    others: tuple[int, ...] = ()


def words(name: str) -> frozenset[str]:
    """The words of a name, without accents and case, numbers by themselves."""
    plain = unicodedata.normalize("NFKD", name or "").encode("ascii", "ignore").decode().lower()
    return frozenset(word.replace(",", ".") for word in _WORD.findall(plain))


def loose(code: str) -> str:
    """A code without what people write differently: case, blanks, dashes, leading zeros."""
    return re.sub(r"[^0-9A-Z]", "", (code or "").upper()).lstrip("0")


class Index:
    """Everything that Odoo sells, ready to be asked."""

    def __init__(self, products: Iterable[Known]):
        self.names: dict[int, frozenset[str]] = {}
        self.by_sku: dict[str, list[int]] = defaultdict(list)
        self.by_loose: dict[str, list[int]] = defaultdict(list)
        self.by_barcode: dict[str, list[int]] = defaultdict(list)
        self.by_word: dict[str, list[int]] = defaultdict(list)
        for product in products:
            self.names[product.id] = words(product.name)
            for word in self.names[product.id]:
                self.by_word[word].append(product.id)
            if product.sku:
                self.by_sku[product.sku].append(product.id)
                self.by_loose[loose(product.sku)].append(product.id)
            if product.barcode:
                self.by_barcode[product.barcode].append(product.id)
        count = len(self.names) or 1
        self.weight = {word: math.log(1 + count / len(ids)) for word, ids in self.by_word.items()}
        self.rare = math.log(1 + count)

    def guess(self, title: str, sku: str = "", barcode: str = "") -> Guess:
        """What is most likely meant."""
        wanted = words(title)
        kinds = (
            ("sku", BY_SKU, self.by_sku.get(sku) if sku else None),
            ("barcode", BY_BARCODE, self.by_barcode.get(barcode) if barcode else None),
            ("sku", BY_LOOSE_SKU, self.by_loose.get(loose(sku)) if loose(sku) else None),
            # the SKU may stand as barcode on the product
            ("barcode", BY_LOOSE_SKU, self.by_barcode.get(sku) if sku else None),
        )
        for by, sure, found in kinds:
            if found:
                return self._of_codes(by, sure, found, wanted)
        return self._of_names(wanted)

    def _of_codes(self, by: str, sure: int, found: list[int], wanted: frozenset[str]) -> Guess:
        ranked = sorted(found, key=lambda product: -self.likeness(wanted, product))
        likeness = self.likeness(wanted, ranked[0])
        score = sure if not wanted or likeness >= 0.2 else sure - DOUBT
        if len(ranked) > 1:
            score = min(score, 60)
        return Guess(ranked[0], by, score, tuple(ranked[1:4]))

    def _of_names(self, wanted: frozenset[str]) -> Guess:
        counts: Counter[int] = Counter()
        for word in sorted(wanted, key=lambda word: len(self.by_word.get(word, ())))[:4]:
            ids = self.by_word.get(word, ())
            if len(ids) <= 2000 or not counts:
                counts.update(ids)
        close = [product for product, __ in counts.most_common(CANDIDATES)]
        ranked = sorted(((self.likeness(wanted, product), -product) for product in close), reverse=True)[:4]
        ranked = [(likeness, -product) for likeness, product in ranked if likeness >= LEAST]
        if not ranked:
            return Guess()
        best, product = ranked[0]
        # two that are alike are both in doubt
        lead = best - ranked[1][0] if len(ranked) > 1 else 1.0
        score = round(BY_NAME * best * (1.0 if lead > 0.05 else 0.7))
        return Guess(product, "name", score, tuple(other for __, other in ranked[1:]))

    def likeness(self, wanted: frozenset[str], product: int) -> float:
        """Weight of the shared words in that of all words of both, 0 to 1."""
        have = self.names[product]
        union = wanted | have
        if not union:
            return 0.0
        whole = sum(self.weight.get(word, self.rare) for word in union)
        return sum(self.weight[word] for word in wanted & have) / whole
