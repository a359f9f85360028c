"""Every document is valid, costs what the client thinks, and stays in the limits."""

from __future__ import annotations

import json
import re

import pytest

from addons.connector_shopify.lib import const
from addons.connector_shopify.lib.operations import COSTS, QUERIES, operation

from .schemas import CostModel, graphql, real_schema, subset_schema

NAMES = sorted(path.stem for path in QUERIES.glob("*.graphql"))
#: variables that decide what a document costs, at the sizes the code uses
SIZES = {
    "orders_by_id": {"lines": const.LINES_PER_ORDER},
    "balance_transactions": {"first": const.TRANSACTIONS_PER_PAGE},
    "payouts": {"first": const.PAYOUTS_PER_CALL},
    "order_returns": {
        "returns": const.RETURNS_PER_ORDER,
        "lines": const.LINES_PER_RETURN,
        "exchanges": const.EXCHANGES_PER_RETURN,
    },
    "order_sales": {"agreements": const.AGREEMENTS_PER_ORDER, "sales": const.SALES_PER_AGREEMENT},
    "order_sales_page": {
        "agreements": const.AGREEMENTS_PER_ORDER,
        "sales": const.SALES_PER_AGREEMENT,
    },
    "fulfillment_orders": {"first": const.FULFILLMENT_ORDERS, "lines": const.FULFILLMENT_LINES},
    "fulfillments": {"first": const.FULFILLMENTS, "lines": const.FULFILLMENT_LINES},
    "products_by_id": {"first": const.VARIANTS_PER_PRODUCT},
    "returnable_items": {"first": const.FULFILLMENTS_RETURNABLE, "lines": const.LINES_PER_RETURN},
    "price_list_prices": {"first": const.LIST_PRICES_PER_CALL},
    "return_create": {"lines": const.LINES_PER_RETURN, "exchanges": const.EXCHANGES_PER_RETURN},
    "return_exchanges": {"exchanges": const.EXCHANGES_PER_RETURN},
    "refunds_of_order": {"first": const.REFUNDS_PER_ORDER},
    "bulk_operations": {"first": const.BULK_LISTED},
}
IDS_PER_CALL = {
    "orders_by_id": const.ORDERS_PER_CALL,
    "order_sales": const.LEDGERS_PER_CALL,
    "products_by_id": const.PRODUCTS_PER_CALL,
    "inventory_levels": const.MAX_ITEMS,
    "variants_by_id": const.VARIANTS_PER_CALL,
}


def document(name):
    return graphql.parse((QUERIES / f"{name}.graphql").read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", const.VALIDATED_VERSIONS)
def test_documents_are_valid_in_the_real_schema(version):
    schema = real_schema(version)
    problems = {name: [error.message for error in graphql.validate(schema, document(name))] for name in NAMES}
    assert not {name: found for name, found in problems.items() if found}


@pytest.mark.parametrize("version", const.VALIDATED_VERSIONS)
def test_documents_use_nothing_deprecated(version):
    from graphql.validation import NoDeprecatedCustomRule

    schema = real_schema(version)
    found = {
        name: [error.message for error in graphql.validate(schema, document(name), [NoDeprecatedCustomRule])]
        for name in NAMES
    }
    assert not {name: messages for name, messages in found.items() if messages}


def test_documents_are_valid_in_the_subset_of_the_repository():
    schema = subset_schema()
    problems = {name: [error.message for error in graphql.validate(schema, document(name))] for name in NAMES}
    assert not {name: found for name, found in problems.items() if found}


def test_costs_are_those_of_shopifys_model():
    schema = real_schema(const.API_VERSION)
    found = {}
    for name in NAMES:
        sizes = {"first": const.MAX_ITEMS, "ids": ["x"], **SIZES.get(name, {})}
        one = CostModel(schema, document(name), sizes).cost()
        two = CostModel(schema, document(name), {**sizes, "ids": ["x", "y"]}).cost()
        found[name] = (2 * one - two, two - one)
    assert found == COSTS


def test_model_agrees_with_a_cost_that_shopify_reported():
    text = "{product(id: 1) {variants(first: 250) {nodes {inventoryItem {id tracked}}}}}"
    model = CostModel(real_schema(const.API_VERSION), graphql.parse(text), {})
    assert model.cost() == 25


@pytest.mark.parametrize("name", NAMES)
def test_no_call_asks_for_more_than_shopify_allows(name):
    ids = ["x"] * IDS_PER_CALL.get(name, 0)
    assert operation(name).cost({"ids": ids}) <= const.MAX_QUERY_COST


@pytest.mark.parametrize("name", NAMES)
def test_one_operation_a_file_named_after_it(name):
    operations = [node for node in document(name).definitions if isinstance(node, graphql.OperationDefinitionNode)]
    assert [node.name.value for node in operations] == ["".join(part.capitalize() for part in name.split("_"))]


def test_fragments_of_one_name_are_the_same_everywhere():
    texts: dict[str, set[str]] = {}
    for name in NAMES:
        for node in document(name).definitions:
            if isinstance(node, graphql.FragmentDefinitionNode):
                texts.setdefault(node.name.value, set()).add(graphql.print_ast(node))
    assert not {name: found for name, found in texts.items() if len(found) > 1}


def test_bytes_are_the_same_for_the_same_variables_and_carry_no_comment():
    chosen = operation("order_state")
    body = chosen.body({"id": "gid://shopify/Order/1"})
    assert body == chosen.body({"id": "gid://shopify/Order/1"})
    request = json.loads(body)
    assert request["variables"] == {"id": "gid://shopify/Order/1"}
    assert not re.search(r"^\s*#", request["query"], re.MULTILINE)


def test_mutations_are_known_as_such():
    mutations = {name for name in NAMES if operation(name).is_mutation}
    assert mutations == {
        "bulk_operation_run_mutation",
        "fulfillment_create",
        "fulfillment_tracking_update",
        "inventory_activate",
        "inventory_set_quantities",
        "order_cancel",
        "product_set",
        "price_list_fixed_prices_add",
        "product_update",
        "product_variants_bulk_update",
        "refund_create",
        "return_approve",
        "return_close",
        "return_create",
        "return_decline",
        "return_process",
        "staged_uploads_create",
        "webhook_subscription_create",
        "webhook_subscription_delete",
        "webhook_subscription_update",
    }
