"""Products that are offered for the first time, over real HTTP against the local Shopify: made once."""

from __future__ import annotations

import base64
from decimal import Decimal

import pytest

from addons.connector_base.lib.errors import AmbiguousError, DataError, PermanentError
from addons.connector_oms.lib.documents import NewImage, NewListing, NewVariant

from .test_against_sandbox import served, shop  # noqa: F401  (fixtures)

PICTURE = NewImage(filename="chair.png", mimetype="image/png", data=base64.b64encode(b"\x89PNG\xff").decode())


def listing(*variants, **values):
    variants = variants or (NewVariant(sku="NEW-1", price=Decimal("12.50"), barcode="99", weight_kg=Decimal("0.25")),)
    given = {"reference": "odoo-7", "title": "Stuhl, grün", "currency": "USD", "variants": variants}
    return NewListing(**(given | values))


def offered(shop, document):  # noqa: F811
    (call,) = shop.adapter.prepare("catalogue.out", document)
    assert shop.adapter.lookup(call) is None
    return call, shop.adapter.send(call)


def listed(shop):  # noqa: F811
    return {product.sku: product for product in shop.adapter.list_products()}


def test_product_is_made_with_everything_that_it_has(shop):  # noqa: F811
    call, result = offered(shop, listing(description="<p>Good</p>", images=(PICTURE,), is_shown=True))
    made = listed(shop)["NEW-1"]
    (row,) = result.data["variants"]
    assert row == {
        "external_id": made.external_id,
        "stock_id": made.stock_id,
        "group_id": made.group_id,
        "sku": "NEW-1",
    }
    assert (made.title, made.price, made.barcode, made.weight_kg) == (
        "Stuhl, grün",
        Decimal("12.50"),
        "99",
        Decimal("0.25"),
    )
    assert (made.active, made.variant_title, made.tracked) == (True, "", True)
    assert call.meta["handle"].startswith("stuhl-grun-")


def test_it_waits_for_the_merchant_unless_it_is_to_be_shown(shop):  # noqa: F811
    offered(shop, listing())
    assert not listed(shop)["NEW-1"].active


def test_variants_have_the_values_of_their_options(shop):  # noqa: F811
    variants = [
        NewVariant(sku=f"NEW-{colour}-{size}", price=Decimal(9), options=(colour, size))
        for colour in ("Red", "Blue")
        for size in ("S", "M")
    ]
    __, result = offered(shop, listing(*variants, options=("Colour", "Size")))
    assert len(result.data["variants"]) == 4
    assert listed(shop)["NEW-Blue-M"].variant_title == "Blue / M"


@pytest.mark.parametrize("fault", ["close", "500_after"])
def test_product_whose_answer_was_lost_is_found(shop, fault):  # noqa: F811
    (call,) = shop.adapter.prepare("catalogue.out", listing())
    shop.oracle("faults", {"kind": fault, "operation": "productSet", "count": 1})
    with pytest.raises(AmbiguousError):
        shop.adapter.send(call)
    assert shop.adapter.lookup(call).data["variants"][0]["external_id"] == listed(shop)["NEW-1"].external_id


def test_sent_twice_it_is_one_product(shop):  # noqa: F811
    call, first = offered(shop, listing())
    assert shop.adapter.send(call) == first


def test_sku_that_the_shop_has_is_linked_not_made(shop):  # noqa: F811
    known = next(sku for sku in listed(shop) if sku)
    with pytest.raises(DataError, match="link it"):
        shop.adapter.prepare("catalogue.out", listing(NewVariant(sku=known, price=Decimal(1))))


def test_title_that_the_shop_does_not_take_says_so(shop):  # noqa: F811
    (call,) = shop.adapter.prepare("catalogue.out", listing(title=" "))
    with pytest.raises(PermanentError, match="blank"):
        shop.adapter.send(call)
