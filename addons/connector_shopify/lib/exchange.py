"""Exchanges: with a return, other goods are put on the order instead of those that come back.

Admin API: what is to be sent is named when the return is entered (``exchangeLineItems``);
``returnProcess`` takes what came back off the order, puts the replacement on it with a
fulfilment order of its own, and books both in the ledger as one agreement. It takes no
idempotency key; what is on the order says whether it has taken place.
"""

from __future__ import annotations

from datetime import datetime

from ...connector_base.lib.adapter import Call, CallResult
from ...connector_base.lib.errors import DataError
from ...connector_oms.lib.documents import ReturnExecution
from . import const
from .client import ShopifyClient, user_error
from .operations import operation
from .values import nodes

CATEGORY = "return"


def prepare(client: ShopifyClient, execution: ReturnExecution) -> list[Call]:
    """The call that exchanges; none when all of it is on the order already.

    :raises DataError: Shopify does not know the return (any more)
    """
    on_order = _on_order(client, execution.return_id)
    waiting = [one for one in execution.exchanges if not on_order.get(one.external_id)]
    if not waiting:
        return []
    given = {
        "returnId": execution.return_id,
        "returnLineItems": [{"id": one.external_id, "quantity": one.quantity} for one in execution.lines],
        "exchangeLineItems": [{"id": one.external_id, "quantity": one.quantity} for one in waiting],
    }
    return [
        Call(
            key=execution.reference,
            operation="return_process",
            body=operation("return_process").body({"input": given}),
            meta={
                "order_id": execution.order_id,
                "return_id": execution.return_id,
                "exchanges": [one.external_id for one in waiting],
            },
        )
    ]


def _on_order(client: ShopifyClient, return_id: str) -> dict[str, bool]:
    """{exchange id: whether it is a line of the order}"""
    variables = {"id": return_id, "exchanges": const.EXCHANGES_PER_RETURN}
    entry = client.query("return_exchanges", variables).data.get("return")
    if entry is None:
        raise DataError("Shopify does not know the return (any more)", category=CATEGORY)
    return {row["id"]: bool(row.get("lineItems")) for row in nodes(entry.get("exchangeLineItems"))}


def send(client: ShopifyClient, call: Call) -> CallResult:
    """Exchange.

    :raises AmbiguousError: it may have worked
    """
    payload = client.mutate(call.operation, call.body, safe=False).data.get("returnProcess") or {}
    params = {"order": call.meta["order_id"]}
    error = user_error(payload.get("userErrors") or [], category=CATEGORY, params=params)
    if error:
        raise error
    return CallResult(call.meta["return_id"])


def find(client: ShopifyClient, call: Call, now: datetime) -> CallResult | None:
    """Whether what a call was to send is on the order."""
    on_order = _on_order(client, call.meta["return_id"])
    return CallResult(call.meta["return_id"]) if all(map(on_order.get, call.meta["exchanges"])) else None
