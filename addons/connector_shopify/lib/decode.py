"""Bytes to canonical documents, one function for all flows. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from ...connector_base.lib.errors import DataError
from . import const
from .notices import backend_notice, privacy_request
from .orders import order
from .packing import unpack
from .payouts import payout
from .products import product


def decode(topic: str, raw: bytes, currency: str | None = None) -> list[Any]:
    """The canonical documents in what ``fetch`` gave.

    :param topic: the hub's flow code
    :param currency: the shop's, for prices of products
    :raises DataError: it cannot be read as ``topic``, with what is wrong
    :raises TransientError: Shopify could not give the object this time
    """
    decoder = DECODERS.get(topic)
    if decoder is None:
        raise DataError(f"{topic} is no flow that comes from Shopify")
    try:
        return decoder(raw, currency)
    except ValidationError as error:
        raise DataError(_explain(error), category="format", params={"reason": "invalid"}) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        # an answer of another shape than the documents ask for
        raise DataError(
            f"the {topic} is not of the form that was asked for: {error!r}"[:300],
            category="format",
            params={"reason": "shape"},
        ) from error


def _order(raw: bytes, currency: str | None) -> list[Any]:
    return [order(unpack(raw, "order"))]


def _products(raw: bytes, currency: str | None) -> list[Any]:
    packed = unpack(raw, "product")
    shared = {"description": packed["product"].get("descriptionHtml")}
    return [product(variant, currency).model_copy(update=shared) for variant in packed["variants"]]


def _explain(error: ValidationError) -> str:
    """The first problems in plain words, without the values (they may be personal)."""
    rows = [
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False)[:5]
    ]
    return "the document is not valid: " + "; ".join(rows)


DECODERS: dict[str, Callable[[bytes, str | None], list[Any]]] = {
    const.ORDER_IN: _order,
    const.PRODUCT_IN: _products,
    const.PAYOUT_IN: lambda raw, currency: [payout(unpack(raw, "payout"))],
    const.PRIVACY_IN: lambda raw, currency: [privacy_request(raw)],
    const.BACKEND_IN: lambda raw, currency: [backend_notice(raw)],
}
