"""Orders in all shapes that hurt, each under its name."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from ..build import build
from ..ledger import NextId
from . import goods, history, payment, people, prices
from .mold import SHAPES, Goods, Mold

__all__ = ["SHAPES", "Goods", "generate", "goods", "history", "payment", "people", "prices"]


def generate(
    name: str,
    seed: int | str,
    stock: Goods,
    ids: NextId,
    when: str,
    line_count: int | None = None,
    wanted: Sequence[tuple[str, int]] = (),
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An order of a shape and the steps that happen to it before it is imported.

    :param stock: what can be sold, ``Goods.of`` a catalogue
    :param ids: gives the next id of a kind
    :param when: moment of the purchase, RFC 3339
    :param line_count: lines of shapes that leave it open
    :param wanted: (SKU, quantity) of the lines of such shapes
    :raises KeyError: no such shape
    """
    function = SHAPES[name]
    mold = Mold(random.Random(f"{name}/{seed}"), stock, line_count, wanted)
    spec = function(mold)
    return build(spec, ids, when), spec.steps
