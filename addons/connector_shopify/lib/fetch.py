"""From notifications to whole states: orders with all lines, products with all variants.

What is fetched is packed into bytes (packing.py) that ``decode`` reads later without a
call. An object that could not be read is packed as a problem, so that its neighbours of
the same call go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...connector_base.lib.errors import DataError
from . import const
from .client import ShopifyClient
from .ledger import needs_ledger
from .packing import pack, pack_problem
from .paging import Node, all_nodes, by_ids, next_cursor
from .values import nodes
from .webhook import subject

#: how often an order that changes while it is read is read again at once
TRIES = 3

Packed = dict[str, "bytes | None"]


class _ChangedMeanwhile(Exception):
    """The object is no longer what the first call said: its parts would not fit."""


def fetch(client: ShopifyClient, topic: str, raws: Mapping[int, bytes]) -> Mapping[int, bytes | None]:
    """Complete notifications of one flow, many in a call.

    A notification that names no object comes back as it is, and ``decode`` says what
    is wrong with it; one bad delivery must not stop those beside it.

    :param raws: message id -> bytes as received
    :return: message id -> bytes to decode, None where Shopify has no such object
    """
    read = READERS.get(topic)
    if read is None:
        return dict(raws)
    subjects = {key: subject(raw, topic) for key, raw in raws.items()}
    packed = read(client, list(dict.fromkeys(filter(None, subjects.values()))))
    return {key: packed.get(subjects[key]) if subjects[key] else raw for key, raw in raws.items()}


def read_orders(client: ShopifyClient, ids: Iterable[str]) -> Packed:
    """Orders by id, whole: all lines, and the ledger where the lines no longer tell.

    Orders that change between two calls about them are read again.
    """
    packed: Packed = {}
    waiting = list(ids)
    for _try in range(TRIES):
        waiting = _read_orders_once(client, waiting, packed)
        if not waiting:
            break
    for identifier in waiting:
        packed[identifier] = pack_problem("the order keeps changing while it is read")
    return packed


def _read_orders_once(client: ShopifyClient, ids: list[str], packed: Packed) -> list[str]:
    """Fill ``packed``; the ids of orders that changed meanwhile are given back."""
    whole: dict[str, dict[str, Any]] = {}
    changed: list[str] = []
    read = by_ids(client, "orders_by_id", ids, const.ORDERS_PER_CALL, lines=const.LINES_PER_ORDER)
    for node in read:
        if not node.value:
            packed[node.id] = _nothing(node)
            continue
        order = dict(node.value)
        try:
            _complete_lines(client, order)
        except _ChangedMeanwhile:
            changed.append(node.id)
        else:
            whole[node.id] = order
    changed += _add_returns(client, whole, packed)
    changed += _add_ledgers(client, whole, packed)
    for identifier, order in whole.items():
        if identifier not in changed and identifier not in packed:
            packed[identifier] = _pack_order(order)
    return changed


def _pack_order(order: Mapping[str, Any], **parts: Any) -> bytes:
    """An order with its returns, where it has some, and other parts."""
    returns = {"returns": order["returns"]} if "returns" in order else {}
    return pack({"order": {key: value for key, value in order.items() if key != "returns"}, **returns, **parts})


def _add_returns(client: ShopifyClient, whole: Mapping[str, dict[str, Any]], packed: Packed) -> list[str]:
    """Read what is announced to come back into the orders; give back those changed meanwhile."""
    wanted = [identifier for identifier, order in whole.items() if order.get("returnStatus") not in (None, "NO_RETURN")]
    changed = []
    read = by_ids(
        client,
        "order_returns",
        wanted,
        const.RETURNS_PER_CALL,
        returns=const.RETURNS_PER_ORDER,
        exchanges=const.EXCHANGES_PER_RETURN,
        lines=const.LINES_PER_RETURN,
    )
    for node in read:
        if not node.value:
            packed[node.id] = _nothing(node)
        elif node.value.get("updatedAt") != whole[node.id].get("updatedAt"):
            changed.append(node.id)
        elif (node.value["returns"].get("pageInfo") or {}).get("hasNextPage"):
            packed[node.id] = pack_problem("the order has more returns than are read")
        else:
            whole[node.id]["returns"] = nodes(node.value["returns"])
    return changed


def _nothing(node: Node) -> bytes | None:
    return pack_problem(node.problem) if node.problem else None


def _complete_lines(client: ShopifyClient, order: dict[str, Any]) -> None:
    """Read the lines beyond the first page into the order.

    :raises _ChangedMeanwhile: the order was changed since
    """
    connection = dict(order.get("lineItems") or {})
    after = next_cursor(connection)
    if after is None:
        return

    def check(data: Mapping[str, Any]) -> None:
        if (data.get("order") or {}).get("updatedAt") != order.get("updatedAt"):
            raise _ChangedMeanwhile

    path = ("order", "lineItems")
    more = all_nodes(client, "order_lines", path, const.MAX_ITEMS, after=after, check=check, id=order["id"])
    lines = [*nodes(connection), *more]
    order["lineItems"] = {"pageInfo": {"hasNextPage": False}, "nodes": lines}


def _add_ledgers(client: ShopifyClient, whole: Mapping[str, dict[str, Any]], packed: Packed) -> list[str]:
    """Pack the orders whose money needs the ledger; give back those changed meanwhile."""
    wanted = [i for i, order in whole.items() if i not in packed and _wants_ledger(order)]
    changed = []
    read = by_ids(
        client,
        "order_sales",
        wanted,
        const.LEDGERS_PER_CALL,
        agreements=const.AGREEMENTS_PER_ORDER,
        sales=const.SALES_PER_AGREEMENT,
    )
    for node in read:
        if not node.value:
            packed[node.id] = _nothing(node)
            continue
        order = whole[node.id]
        try:
            if node.value.get("updatedAt") != order.get("updatedAt"):
                raise _ChangedMeanwhile
            agreements = _complete_agreements(client, order, node.value["agreements"])
        except _ChangedMeanwhile:
            changed.append(node.id)
        else:
            packed[node.id] = _pack_order(order, agreements=agreements)
    return changed


def _wants_ledger(order: Mapping[str, Any]) -> bool:
    try:
        return needs_ledger(order)
    except DataError:
        return False  # its amounts cannot be read: ``decode`` says so, of this order alone


def _complete_agreements(
    client: ShopifyClient, order: Mapping[str, Any], connection: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """All agreements of an order with all their sales.

    An agreement is no node: its next sales are reached through the cursor before it.
    """
    agreements = []
    before: str | None = None
    while True:
        for edge in connection.get("edges") or ():
            agreements.append(_whole_agreement(client, order, edge["node"], before))
            before = edge["cursor"]
        if next_cursor(connection) is None:
            return agreements
        connection = _ledger_page(client, order, before, None, const.AGREEMENTS_PER_ORDER, const.SALES_PER_AGREEMENT)


def _whole_agreement(
    client: ShopifyClient,
    order: Mapping[str, Any],
    agreement: Mapping[str, Any],
    before: str | None,
) -> Mapping[str, Any]:
    sales = nodes(agreement.get("sales"))
    after = next_cursor(agreement.get("sales") or {})
    while after is not None:
        page = _ledger_page(client, order, before, after, 1, const.MAX_ITEMS)
        edges = page.get("edges") or ()
        if not edges or edges[0]["node"]["id"] != agreement["id"]:
            raise _ChangedMeanwhile
        more = edges[0]["node"].get("sales") or {}
        sales += nodes(more)
        after = next_cursor(more)
    return {**agreement, "sales": sales}


def _ledger_page(
    client: ShopifyClient,
    order: Mapping[str, Any],
    after_agreement: str | None,
    after_sale: str | None,
    agreements: int,
    sales: int,
) -> Mapping[str, Any]:
    answer = client.query(
        "order_sales_page",
        {
            "id": order["id"],
            "agreements": agreements,
            "afterAgreement": after_agreement,
            "sales": sales,
            "afterSale": after_sale,
        },
    )
    found = answer.data.get("order") or {}
    if found.get("updatedAt") != order.get("updatedAt"):
        raise _ChangedMeanwhile
    return found.get("agreements") or {}


def read_products(client: ShopifyClient, ids: Iterable[str]) -> Packed:
    """Products by id with all their variants."""
    packed: Packed = {}
    read = by_ids(
        client,
        "products_by_id",
        list(ids),
        const.PRODUCTS_PER_CALL,
        first=const.VARIANTS_PER_PRODUCT,
    )
    for node in read:
        if not node.value:
            packed[node.id] = _nothing(node)
            continue
        try:
            packed[node.id] = pack(_whole_product(client, node.value))
        except DataError as error:
            packed[node.id] = pack_problem(str(error))  # deleted between two pages
    return packed


def _whole_product(client: ShopifyClient, product: Mapping[str, Any]) -> Mapping[str, Any]:
    connection = product.get("variants") or {}
    variants = nodes(connection)
    after = next_cursor(connection)
    if after is not None:
        path = ("product", "variants")
        variants += all_nodes(client, "product_variants", path, const.MAX_ITEMS, after=after, id=product["id"])
    about = {name: product.get(name) for name in ("id", "updatedAt", "descriptionHtml")}
    return {"product": about, "variants": variants}


def read_payouts(client: ShopifyClient, ids: Iterable[str]) -> Packed:
    """Payouts by id with all that they are made of."""
    packed: Packed = {}
    for node in by_ids(client, "payouts_by_id", list(ids), const.PAYOUTS_PER_CALL):
        if not node.value:
            packed[node.id] = _nothing(node)
            continue
        path = ("shopifyPaymentsAccount", "balanceTransactions")
        query = f"payments_transfer_id:{node.value['legacyResourceId']}"
        rows = list(all_nodes(client, "balance_transactions", path, const.TRANSACTIONS_PER_PAGE, query=query))
        packed[node.id] = pack({"payout": node.value, "transactions": rows})
    return packed


#: flow -> how its objects are read
READERS: Mapping[str, Callable[[ShopifyClient, Iterable[str]], Packed]] = {
    const.ORDER_IN: read_orders,
    const.PRODUCT_IN: read_products,
    const.PAYOUT_IN: read_payouts,
}
