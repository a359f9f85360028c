"""One product is missing, many orders wait: the operator says once what the SKU means."""

from __future__ import annotations

from tests.e2e.browser.desk import Desk
from tests.e2e.hub import Hub

SKU = "SHOP-ONLY-1"
ORDERS = 12


def test_operator_maps_one_sku_and_all_orders_come_in(hub: Hub, operator: Desk):
    orders = hub.place("unknown_sku", count=ORDERS)
    hub.quiet()
    assert hub.sales(orders) == []
    messages = [row["id"] for order in orders for row in hub.messages(order)]
    waiting = [("message_id", "in", messages), ("state", "=", "open"), ("group_key", "=", SKU)]
    assert hub.odoo.count("integration.exception", waiting) == ORDERS
    # orders of other tests may wait for the same product
    all_of_it = [("message_id", "!=", False), ("state", "=", "open"), ("group_key", "=", SKU)]
    count = hub.odoo.count("integration.exception", all_of_it)
    product = hub.odoo.create("product.product", {"name": "Window display", "is_storable": True})

    operator.menu("Exceptions")
    cards = operator.page.get_by_role("link").filter(has_text=SKU)
    cards.filter(has_text=hub.shop.order(orders[0])["name"]).click()
    operator.press("Choose the product")
    dialog = operator.dialog("Choose the product")
    assert dialog.get_by_role("radio", name="All of the same cause").is_checked()
    operator.choose(dialog, "Product", "Window display")
    operator.press("Choose", dialog)

    operator.told(f"{count} messages are being tried again in the background.")
    operator.sees(f"{count} of {count}")
    hub.quiet()

    sales = hub.sales(orders, "integration_external_id")
    assert {row["integration_external_id"] for row in sales} == set(orders)
    assert len(sales) == ORDERS
    lines = [("order_id", "in", [row["id"] for row in sales]), ("product_id", "=", product)]
    assert hub.odoo.count("sale.order.line", lines) == ORDERS
    assert hub.odoo.count("integration.exception", waiting) == 0
    (mapping,) = hub.odoo.rows("integration.mapping", [("external_value", "=", SKU)], ["res_id"])
    assert mapping["res_id"] == product

    operator.menu("Exceptions")
    operator.page.get_by_role("searchbox").wait_for()
    operator.sees_not(cards)
