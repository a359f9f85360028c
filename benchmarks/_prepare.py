"""Run beside Odoo: make the database that every side of `orders` starts from.

Reads one JSON object (see ``Plan``), answers one: what the sides have to know.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from benchmarks import _odoo

STOCK = 100_000
CLIENT = {"id": "sandbox-client", "secret": "sandbox-secret"}


class Preparation:
    """Products with stock, customers, taxes, and a connected backend.

    :param env: environment of the system user
    :param plan: {shop_url, variants, customers, taxes}; without a shop nothing is connected
    """

    def __init__(self, env: Any, plan: dict[str, Any]):
        self.env = env
        self.plan = plan

    def run(self) -> dict[str, Any]:
        """Make everything; the caller commits."""
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1)
        products = self.products(warehouse)
        taxes = self.taxes()
        partners = self.customers()
        backend = self.backend(warehouse)
        from odoo.addons.connector_oms.lib.availability import availability_sql

        return {
            "backend_id": backend.id,
            "flow_id": backend._flow("order.in").id,
            "warehouse_id": warehouse.id,
            "picking_type_id": warehouse.out_type_id.id,
            "shipping_product_id": backend.shipping_product_id.id,
            "token": backend.webhook_token,
            "secret": CLIENT["secret"],
            "api_key": self.env["res.users.apikeys"].with_user(self.admin).sudo()._generate(None, "benchmark", None),
            "products": products,
            "partners": partners,
            "taxes": taxes,
            "availability_sql": availability_sql(of_products=True, expiry=False),
        }

    @property
    def admin(self) -> Any:
        """Whom the API client works as."""
        return self.env.ref("base.user_admin")

    def products(self, warehouse: Any) -> dict[str, int]:
        """{SKU: id} of storable products, all of them in stock."""
        rows = [row for row in self.plan["variants"] if row["sku"] and row["tracked"]]
        products = self.env["product.product"].create(
            [
                {
                    "name": f"{row['product_title']} ({row['title']})",
                    "default_code": row["sku"],
                    "barcode": row["barcode"],
                    "list_price": float(row["price"]),
                    "type": "consu",
                    "is_storable": True,
                    "taxes_id": False,
                }
                for row in rows
            ]
        )
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        quants.create(
            [
                {"product_id": product.id, "location_id": warehouse.lot_stock_id.id, "inventory_quantity": STOCK}
                for product in products
            ]
        ).action_apply_inventory()
        return dict(zip(products.mapped("default_code"), products.ids, strict=True))

    def taxes(self) -> dict[str, int]:
        """{rate in per cent: id} of the taxes on the orders."""
        taxes = self.env["account.tax"].create(
            [
                {
                    "name": title,
                    "invoice_label": title,
                    "amount": rate,
                    "amount_type": "percent",
                    "type_tax_use": "sale",
                    "price_include_override": "tax_excluded",
                }
                for title, rate in self.plan["taxes"]
            ]
        )
        return {f"{tax.amount:g}": tax.id for tax in taxes}

    def customers(self) -> dict[str, int]:
        """{e-mail: id} of the buyers, with every address they have ever sent anything to."""
        partners = {}
        for email, name, addresses in self.plan["customers"]:
            home, *others = [self._address(address) for address in addresses]
            partner = self.env["res.partner"].create({"name": name, "email": email, **home})
            self.env["res.partner"].create(
                [{"name": name, "parent_id": partner.id, "type": "delivery", **other} for other in others]
            )
            partners[email] = partner.id
        return partners

    def _address(self, address: dict[str, Any]) -> dict[str, Any]:
        country = self.env["res.country"].search([("code", "=", address["countryCodeV2"])])
        state = country.state_ids.filtered(lambda state: state.code == address["provinceCode"])
        return {
            "street": address["address1"],
            "street2": address["address2"] or False,
            "city": address["city"],
            "zip": address["zip"],
            "phone": address["phone"],
            "country_id": country.id,
            "state_id": state.id,
        }

    def backend(self, warehouse: Any) -> Any:
        """A connected backend whose products are matched; it looks for orders only when told to."""
        backend = self.env["integration.backend"].create(
            {
                "name": "Benchmark",
                "kind": "shopify",
                "environment": "test",
                "base_url": self.plan["shop_url"] or "http://127.0.0.1:9",
                "shopify_auth": "client",
                "shopify_client_id": CLIENT["id"],
                "shopify_client_secret": CLIENT["secret"],
                "warehouse_id": warehouse.id,
            }
        )
        backend.flow_ids.poll_minutes = 0
        return backend


def _connect(registry: Any, backend_id: int) -> None:
    """Press the buttons: what follows is committed by Odoo's own cursors."""
    with _odoo.environment(registry) as env:
        backend = env["integration.backend"].browse(backend_id)
        backend.action_connect()
    with _odoo.environment(registry) as env:
        env["integration.backend"].browse(backend_id)._flow("product.in")._job_match_products()


def _calm(registry: Any) -> None:
    """No job is left over, and Odoo's own schedules fall due tomorrow: they would hit one side by chance."""
    with _odoo.environment(registry) as env:
        from odoo import fields

        env.cr.execute("DELETE FROM queue_job")
        env.cr.execute(
            """UPDATE ir_cron SET nextcall = %s
                WHERE NOT id IN (SELECT res_id FROM ir_model_data
                                  WHERE model = 'ir.cron' AND module LIKE 'connector%%')""",
            (fields.Datetime.now() + timedelta(days=1),),
        )
        env.cr.execute("ANALYZE")


def main() -> None:
    """Prepare the database named on the command line."""
    conf, database = sys.argv[1:]
    registry = _odoo.open_registry(conf, database)
    plan = _odoo.hear()
    with _odoo.environment(registry) as env:
        env = env(user=env.ref("base.user_admin"), su=True, context={"tracking_disable": True})
        facts = Preparation(env, plan).run()
    if plan["shop_url"]:
        _connect(registry, facts["backend_id"])
    _calm(registry)
    _odoo.say(facts)


if __name__ == "__main__":
    main()
