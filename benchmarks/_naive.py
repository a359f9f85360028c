"""One client of Odoo's external API that brings orders in, as a middleware does: order by order.

For each order four searches, one create, one confirmation; Odoo reserves with the
confirmation. Nothing is asked twice that the client could remember for the whole run,
except what may have changed.
"""

from __future__ import annotations

import sys
from typing import Any

from benchmarks import _odoo
from benchmarks._shop import Shop, parts
from benchmarks.common import Json2


class Client:
    """Brings orders in.

    :param facts: {url, database, api_key, shop_url, shipping_product_id}
    """

    def __init__(self, facts: dict[str, Any]):
        self.odoo = Json2(facts["url"], facts["database"], facts["api_key"])
        self.shop = Shop(facts["shop_url"])
        self.shipping_product_id = facts["shipping_product_id"]

    def bring(self, ids: list[str]) -> int:
        """Bring these orders in: how many were new."""
        return sum(self._order(order) for order in self.shop.read(ids))

    def _order(self, order: dict[str, Any]) -> bool:
        odoo, rows = self.odoo, parts(order)
        if odoo.call("sale.order", "search", domain=[("client_order_ref", "=", order["name"])], limit=1):
            return False
        partner_id = odoo.call("res.partner", "search", domain=[("email", "=", order["email"])], limit=1)[0]
        skus = [row["sku"] for row in rows if row["sku"]]
        found = odoo.call(
            "product.product",
            "search_read",
            domain=[("default_code", "in", skus)],
            fields=["default_code"],
        )
        products = {row["default_code"]: row["id"] for row in found}
        rates = sorted({rate for row in rows for rate in row["rates"]})
        found = odoo.call(
            "account.tax",
            "search_read",
            domain=[("type_tax_use", "=", "sale"), ("amount", "in", rates)],
            fields=["amount"],
        )
        taxes = {row["amount"]: row["id"] for row in found}
        values = {
            "partner_id": partner_id,
            "client_order_ref": order["name"],
            "order_line": [
                (
                    0,
                    0,
                    {
                        "product_id": products.get(row["sku"], self.shipping_product_id),
                        "name": row["name"],
                        "product_uom_qty": row["quantity"],
                        "price_unit": row["price"],
                        "tax_ids": [(6, 0, [taxes[rate] for rate in row["rates"]])],
                    },
                )
                for row in rows
            ],
        }
        made = odoo.call("sale.order", "create", vals_list=[values])
        odoo.call("sale.order", "action_confirm", ids=made)
        return True


def main() -> None:
    """Hear facts, then lists of order ids; answer each with how many were brought in."""
    client = Client(_odoo.hear())
    while (ids := _odoo.hear()) is not None:
        _odoo.say(client.bring(ids))
    sys.exit(0)


if __name__ == "__main__":
    main()
