"""Exchanges, over real HTTP against the local Shopify: sent once, booked as they are."""

from __future__ import annotations

from decimal import Decimal

import pytest

from addons.connector_base.lib.errors import AmbiguousError, DataError, PermanentError
from addons.connector_oms.lib.documents import ReturnExecution, ReturnPart, ReturnRequestExchange

from .test_against_sandbox import served, shop  # noqa: F401  (fixtures)
from .test_give_back import entered, prepare, request, shipped
from .test_money import differences


def replacement(shop, document):  # noqa: F811
    """A variant that is not on the order."""
    taken = {line.product_id for line in document.lines}
    return next(one for one in shop.adapter.list_products() if one.external_id not in taken and one.sku)


def announced(shop):  # noqa: F811
    """A shipped order, a return of one unit, another product to be sent: (order, its document, return, product)."""
    order, document = shipped(shop)
    other = replacement(shop, document)
    asked = request(order, document.lines[0])
    asked = asked.model_copy(update={"exchanges": (ReturnRequestExchange(product_id=other.external_id, quantity=1),)})
    result = shop.adapter.send(prepare(shop, asked))
    (entry,) = entered(shop, order)
    assert result.data["exchanges"] == [{"id": entry.exchanges[0].external_id, "product_id": other.external_id}]
    return order, document, entry, other


def execution(order, entry, **values):
    given = {
        "reference": "x-1",
        "order_id": order,
        "return_id": entry.external_id,
        "lines": (ReturnPart(external_id=entry.lines[0].external_id, quantity=1),),
        "exchanges": (ReturnPart(external_id=entry.exchanges[0].external_id, quantity=1),),
    }
    return ReturnExecution(**(given | values))


def test_what_is_to_be_sent_is_known_before_it_is_on_the_order(shop):  # noqa: F811
    order, document, entry, other = announced(shop)
    (exchange,) = entry.exchanges
    assert (exchange.product_id, exchange.quantity, exchange.line_ids) == (other.external_id, 1, ())
    (now,) = shop.read(order)
    assert now.totals == document.totals


def test_replacement_is_a_line_of_the_order_and_no_refund(shop):  # noqa: F811
    order, document, entry, other = announced(shop)
    call = prepare(shop, execution(order, entry))
    assert shop.adapter.lookup(call) is None
    shop.adapter.send(call)
    assert shop.adapter.lookup(call).external_id == entry.external_id
    assert shop.adapter.prepare("return.out", execution(order, entry)) == [], "it is on the order already"
    (now,) = shop.read(order)
    (exchange,) = now.returns[0].exchanges
    (new,) = (line for line in now.lines if line.external_id in exchange.line_ids)
    assert (new.product_id, new.quantity) == (other.external_id, 1)
    (refund,) = now.refunds
    assert [(line.line_id, line.quantity) for line in refund.lines] == [(document.lines[0].external_id, 1)]
    assert refund.return_id == entry.external_id
    assert not differences(now)
    taxes = sum(tax.amount for tax in new.taxes if not tax.included)
    assert now.totals.total == document.totals.total - refund.amount + new.net_amount + Decimal(taxes)


@pytest.mark.parametrize("fault", ["close", "500_after"])
def test_exchange_whose_answer_was_lost_is_found(shop, fault):  # noqa: F811
    order, __, entry, __ = announced(shop)
    call = prepare(shop, execution(order, entry))
    shop.oracle("faults", {"kind": fault, "operation": "returnProcess", "count": 1})
    with pytest.raises(AmbiguousError):
        shop.adapter.send(call)
    assert shop.adapter.lookup(call).external_id == entry.external_id
    assert len(shop.read(order)[0].lines) == 3


def test_exchange_of_a_closed_return_is_refused(shop):  # noqa: F811
    order, __, entry, __ = announced(shop)
    call = prepare(shop, execution(order, entry))
    key = order.rsplit("/", 1)[1]
    shop.oracle(f"orders/{key}/return", {"return": entry.external_id, "step": "close"})
    with pytest.raises(PermanentError, match="CLOSED"):
        shop.adapter.send(call)


def test_unknown_return(shop):  # noqa: F811
    order, __, entry, __ = announced(shop)
    with pytest.raises(DataError):
        shop.adapter.prepare("return.out", execution(order, entry, return_id="gid://shopify/Return/1"))


def test_merchant_who_exchanges_at_the_shop(shop):  # noqa: F811
    order, document = shipped(shop)
    other = replacement(shop, document)
    key = order.rsplit("/", 1)[1]
    rows = {"lines": [{"line": 0, "quantity": 1}], "exchange": [{"sku": other.sku, "quantity": 2}]}
    shop.oracle(f"orders/{key}/return", rows)
    (entry,) = entered(shop, order)
    shop.oracle(f"orders/{key}/return", {"return": entry.external_id, "step": "process"})
    (now,) = shop.read(order)
    assert [one.quantity for one in now.returns[0].exchanges] == [2]
    assert len(now.lines) == len(document.lines) + 1 - (document.lines[0].quantity == 1)
    assert not differences(now)
