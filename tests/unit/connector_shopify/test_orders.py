"""Orders in the shapes that hurt: parties, holds, payments, bundles, broken input."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from addons.connector_base.lib.errors import DataError, TransientError
from addons.connector_oms.lib.documents import Address
from addons.connector_shopify.lib.decode import decode
from addons.connector_shopify.lib.packing import pack_problem

from .builders import ADDRESS, CUSTOMER, OrderBuilder, money


def built(**fields):
    builder = OrderBuilder()
    builder.line(1000)
    return builder.build() | fields


def document(order):
    (found,) = decode("order.in", json.dumps({"order": order}).encode())
    return found


def line_of(**fields):
    builder = OrderBuilder()
    builder.line(1000, **fields)
    return document(builder.build()).lines[0]


def test_the_plain_facts():
    order = document(
        built(
            note="Ring twice",
            tags=["vip", "b"],
            poNumber="PO-9",
            sourceName="web",
            test=True,
            retailLocation={"id": "gid://shopify/Location/4"},
            customAttributes=[{"key": "Gift", "value": "yes"}, {"key": "_ga", "value": "1"}],
        )
    )
    assert order.number.startswith("#")
    assert order.version == datetime(2026, 11, 1, 9, tzinfo=timezone.utc)
    assert order.placed_at == datetime(2026, 11, 1, 7, 59, 58, tzinfo=timezone.utc)
    assert order.note == "Ring twice\nGift: yes"
    assert (order.tags, order.po_number, order.source) == (("vip", "b"), "PO-9", "web")
    assert order.is_test
    assert order.location_id == "gid://shopify/Location/4"
    assert order.financial_status == "paid"
    assert order.holds == ()
    assert order.cancellation is None


def test_a_customer_with_addresses():
    order = document(built(customer=CUSTOMER, billingAddress=ADDRESS, shippingAddress=ADDRESS))
    assert order.customer.external_id == CUSTOMER["id"]
    assert (order.customer.name, order.customer.email) == ("Ada Lovelace", "ada@example.com")
    assert order.shipping_address == Address(
        name="Ada Lovelace",
        street="12 St James's Square",
        city="London",
        zip="SW1Y 4JH",
        state_code="ENG",
        state_name="England",
        country_code="GB",
        phone="+44 20 7946 0000",
    )
    assert order.lines[0].taxes[0].country_code == "GB"


def test_a_guest_has_a_name_and_no_id():
    order = document(built(shippingAddress=ADDRESS))
    assert order.customer.external_id == ""
    assert (order.customer.name, order.customer.email) == ("Ada Lovelace", "ada@example.com")


def test_a_nameless_customer_is_not_named_after_the_email():
    nobody = CUSTOMER | {"firstName": None, "lastName": None, "displayName": "ada@example.com"}
    assert document(built(customer=nobody)).customer.name == ""


def test_a_sale_over_the_counter_may_have_no_buyer_at_all():
    order = document(built(email=None))
    assert order.customer is None
    assert order.email == ""
    assert order.shipping_address is None


def test_a_company_with_its_branch_and_tax_number():
    entity = {
        "company": {"id": "gid://shopify/Company/1", "name": "Engines Ltd"},
        "location": {
            "id": "gid://shopify/CompanyLocation/2",
            "name": "Works",
            "taxSettings": {"taxRegistrationId": "GB123456789", "taxExempt": True},
        },
    }
    buyer = document(built(customer=CUSTOMER, purchasingEntity=entity)).customer
    assert buyer.company.name == "Engines Ltd"
    assert buyer.company.location_id == "gid://shopify/CompanyLocation/2"
    assert buyer.vat == "GB123456789"
    assert buyer.tax_exempt


@pytest.mark.parametrize(
    ("country", "code", "expected"),
    [
        ("GB", "ENG", "ENG"),
        ("JP", "JP-13", "13"),
        ("MX", "DF", "CMX"),
        ("US", "ca", "CA"),
        ("SG", None, ""),
        ("XX", "??", "??"),
    ],
)
def test_state_codes_in_the_form_of_iso_3166_2(country, code, expected):
    place = ADDRESS | {"countryCodeV2": country, "provinceCode": code}
    assert document(built(shippingAddress=place)).shipping_address.state_code == expected


def test_an_unknown_state_or_country_keeps_its_name():
    place = ADDRESS | {"countryCodeV2": "ZZ", "provinceCode": None, "province": "Atlantis"}
    found = document(built(shippingAddress=place)).shipping_address
    assert (found.country_code, found.state_code, found.state_name) == (None, "", "Atlantis")


def test_names_in_any_script():
    place = ADDRESS | {"firstName": "花子", "lastName": "山田", "city": "São Paulo 🏙"}
    found = document(built(shippingAddress=place)).shipping_address
    assert (found.name, found.city) == ("花子 山田", "São Paulo 🏙")


@pytest.mark.parametrize(
    ("fields", "kinds"),
    [
        ({"risk": {"recommendation": "CANCEL"}}, ["fraud"]),
        ({"risk": {"recommendation": "INVESTIGATE"}}, ["fraud"]),
        ({"risk": {"recommendation": "NONE"}}, []),
        ({"displayFinancialStatus": "PENDING"}, ["payment"]),
        ({"displayFinancialStatus": "EXPIRED"}, ["payment"]),
        ({"displayFinancialStatus": "AUTHORIZED"}, []),
        ({"displayFinancialStatus": None}, ["payment"]),
        ({"displayFulfillmentStatus": "ON_HOLD"}, ["channel"]),
        ({"shippingAddress": ADDRESS | {"validationResultSummary": "ERROR"}}, ["address"]),
        (
            {"risk": {"recommendation": "CANCEL"}, "displayFinancialStatus": "PENDING"},
            ["fraud", "payment"],
        ),
    ],
)
def test_reasons_not_to_ship(fields, kinds):
    assert [hold.kind for hold in document(built(**fields)).holds] == kinds


def test_a_free_order_without_a_payment_is_paid():
    builder = OrderBuilder(displayFinancialStatus=None)
    builder.line(0, taxes=())
    order = document(builder.build())
    assert (order.financial_status, order.holds) == ("paid", ())


def test_payments_by_card_gift_card_and_cash():
    def entry(number, kind, gateway, cents, status="SUCCESS"):
        return {
            "id": f"gid://shopify/OrderTransaction/{number}",
            "kind": kind,
            "status": status,
            "gateway": gateway,
            "processedAt": "2026-11-01T08:00:00Z",
            "amountSet": money(cents),
        }

    order = document(
        built(
            transactions=[
                entry(1, "AUTHORIZATION", "shopify_payments", 600),
                entry(2, "CAPTURE", "shopify_payments", 600, "PENDING"),
                entry(3, "SALE", "gift_card", 400),
                entry(4, "SALE", "cash", 500),
                entry(5, "CHANGE", "cash", 27),
                entry(6, "SUGGESTED_REFUND", "cash", 9),
                entry(7, "REFUND", "shopify_payments", 100, "ERROR"),
            ]
        )
    )
    found = [(entry.kind, entry.status, entry.amount) for entry in order.payments]
    assert found == [
        ("authorization", "success", Decimal(6)),
        ("capture", "pending", Decimal(6)),
        ("sale", "success", Decimal(4)),
        ("sale", "success", Decimal(5)),
        ("refund", "success", Decimal("0.27")),
        ("refund", "failure", Decimal(1)),
    ]
    assert [entry.is_gift_card for entry in order.payments].index(True) == 2
    assert order.payments[0].currency == "USD"


def test_discounts_as_the_customer_saw_them():
    entries = [
        {"targetType": "LINE_ITEM", "code": "TEN", "value": {"percentage": 10.0}},
        {
            "targetType": "SHIPPING_LINE",
            "title": "Free shipping",
            "value": {"amount": "5.0", "currencyCode": "EUR"},
        },
    ]
    first, second = document(built(discountApplications={"nodes": entries})).discounts
    assert (first.title, first.code, first.value_type) == ("TEN", "TEN", "percentage")
    assert (first.value, first.target) == (Decimal(10), "lines")
    assert (second.title, second.value_type, second.target) == (
        "Free shipping",
        "fixed",
        "shipping",
    )


def test_a_cancelled_order_says_when_and_why():
    order = document(built(cancelledAt="2026-11-02T08:00:00Z", cancelReason="FRAUD"))
    assert order.cancellation.cancelled_at == datetime(2026, 11, 2, 8, tzinfo=timezone.utc)
    assert order.cancellation.reason == "fraud"


def test_a_line_typed_by_hand_has_no_product():
    line = line_of(variant=None, sku=None, title="Engraving")
    assert (line.product_id, line.sku, line.title) == ("", "", "Engraving")


def test_a_variant_is_named_and_the_only_one_is_not():
    assert line_of(variantTitle="Red / L").title == "Ball - Red / L"
    assert line_of(variantTitle="Default Title").title == "Ball"


def test_lines_of_a_bundle_belong_together():
    group = {"id": "gid://shopify/LineItemGroup/1", "title": "Kit", "quantity": 1}
    line = line_of(lineItemGroup=group)
    assert (line.bundle_id, line.bundle_title) == (group["id"], "Kit")


def test_a_gift_card_that_is_sold_is_a_line():
    line = line_of(isGiftCard=True, requiresShipping=False)
    assert line.is_gift_card
    assert not line.requires_shipping


def test_attributes_given_twice_are_both_kept():
    pairs = [
        {"key": "Name", "value": "A"},
        {"key": "Name", "value": "B"},
        {"key": "Empty", "value": None},
    ]
    assert line_of(customAttributes=pairs).attributes == {"Name": "A\nB", "Empty": ""}


@pytest.mark.parametrize(
    ("ordered", "current", "waiting", "never", "expected"),
    [
        (5, 5, 5, 0, 0),  # nothing shipped
        (5, 5, 3, 0, 2),  # two shipped
        (5, 4, 4, 1, 0),  # one refunded before it was shipped
        (5, 4, 2, 1, 2),  # and two shipped
        (5, 4, 0, 0, 4),  # all shipped, one came back
        (5, 0, 0, 5, 0),  # all removed
        (1, 1, 0, 1, 0),  # cannot be shipped at all
    ],
)
def test_units_shipped_of_those_still_owed(ordered, current, waiting, never, expected):
    line = line_of(
        quantity=ordered,
        currentQuantity=current,
        unfulfilledQuantity=waiting,
        nonFulfillableQuantity=never,
    )
    assert line.fulfilled_quantity == expected


def test_the_same_variant_twice_stays_two_lines():
    builder = OrderBuilder()
    builder.line(1000)
    builder.line(1000, discount=100)
    lines = document(builder.build()).lines
    assert len({line.external_id for line in lines}) == 2
    assert {line.product_id for line in lines} == {"gid://shopify/ProductVariant/7"}


def test_three_hundred_lines():
    builder = OrderBuilder()
    for _line in range(300):
        builder.line(199, 2, discount=3)
    assert len(document(builder.build()).lines) == 300


def test_an_order_that_was_not_read_whole_is_refused():
    order = built()
    order["lineItems"]["pageInfo"]["hasNextPage"] = True
    with pytest.raises(DataError, match="more lineItems"):
        document(order)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"currencyCode": "dollars"}, "currency"),
        ({"updatedAt": "yesterday"}, "version"),
        ({"displayFinancialStatus": "ODD"}, "financial_status"),
        ({"currentTotalPriceSet": {"shopMoney": {"amount": "much"}}}, "not a number"),
        ({"lineItems": {"nodes": [{"id": "x"}]}}, "not of the form"),
    ],
)
def test_what_cannot_be_read_says_which_field(fields, words):
    with pytest.raises(DataError, match=words):
        document(built(**fields))


def test_a_validation_error_does_not_repeat_the_value():
    with pytest.raises(DataError) as caught:
        document(built(presentmentCurrencyCode="secret-value"))
    assert "secret-value" not in str(caught.value)


def test_an_order_that_could_not_be_read_is_tried_again():
    with pytest.raises(TransientError, match="Shopify has trouble"):
        decode("order.in", pack_problem("Shopify has trouble"))


def test_an_unknown_flow_is_refused():
    with pytest.raises(DataError, match="no flow"):
        decode("invoice.in", b"{}")
