"""Orders in all shapes that hurt, each under its name."""

from __future__ import annotations

import random
from typing import Any

from ..build import build
from ..ledger import NextId
from . import goods, history, payment, people, prices
from .mold import SHAPES, Mold

__all__ = ["SHAPES", "generate", "goods", "history", "payment", "people", "prices"]


def generate(
    name: str,
    seed: int | str,
    data: dict[str, Any],
    ids: NextId,
    when: str,
    line_count: int | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An order of a shape and the steps that happen to it before it is imported.

    :param data: a catalogue as ``catalogue()`` makes it
    :param ids: gives the next id of a kind
    :param when: moment of the purchase, RFC 3339
    :param line_count: lines of shapes that leave it open
    :raises KeyError: no such shape
    """
    function = SHAPES[name]
    by_sku = {variant["sku"]: variant for variant in data["variants"]}
    ordinary = [v for v in data["variants"] if v["sku"].startswith("HUB-")]
    titles = {product["id"]: product["title"] for product in data["products"]}
    mold = Mold(random.Random(f"{name}/{seed}"), ordinary, by_sku, titles, line_count)
    spec = function(mold)
    return build(spec, ids, when), spec.steps
