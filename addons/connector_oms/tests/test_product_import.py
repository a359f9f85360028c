from psycopg2 import IntegrityError

from odoo.tools import mute_logger

from ..lib.documents import Product
from .builder import line, order
from .order_case import OrderCase


class TestProductImport(OrderCase):
    """What a channel lists is linked to what Odoo has."""

    def setUp(self):
        super().setUp()
        self.product_flow = self.make_flow("product.in")
        self.bindings = self.env["integration.product.binding"]

    def _list(self, *documents):
        self.adapter.decoder = Product.model_validate_json
        messages = self.env["integration.message"]
        for document in documents:
            messages |= self.receive(
                self.product_flow,
                None,
                key=f"{document.external_id}/{document.title}/{document.sku}",
                raw=document.model_dump_json().encode(),
            )
        self.drain(self.product_flow)
        self.adapter.decoder = self.order_decoder
        return messages

    def _product(self, sku, external_id="v1", **values):
        return Product(external_id=external_id, sku=sku, title="Shirt", **values)

    def _bound(self, external_id="v1"):
        return self.bindings.search([("external_id", "=", external_id)])

    def test_linked_by_sku_with_its_stock_id(self):
        self._list(self._product("SKU-A", stock_id="i1", group_id="p1", variant_title="Red"))
        binding = self._bound()
        self.assertEqual(binding.record_id, self.product_a)
        self.assertEqual((binding.stock_id, binding.group_id), ("i1", "p1"))
        self.assertEqual(binding.title, "Shirt / Red")

    def test_linked_by_barcode(self):
        product = self.make_product("X", barcode="4006381333931")
        self._list(self._product("", barcode="4006381333931"))
        self.assertEqual(self._bound().record_id, product)

    def test_later_news_refresh_the_link(self):
        self._list(self._product("SKU-A"))
        self._list(self._product("SKU-A2", stock_id="i9", active=False))
        binding = self._bound()
        self.assertEqual(binding.record_id, self.product_a)
        self.assertEqual((binding.sku, binding.stock_id, binding.is_listed), ("SKU-A2", "i9", False))

    def test_unknown_is_reported(self):
        messages = self._list(self._product("GONE"), self._product("SKU-B", "v2"))
        self.assertEqual(messages.mapped("state"), ["done", "done"])
        self.assertEqual(self.exceptions("product").group_key, "GONE")
        self.assertEqual(self._bound("v2").record_id, self.product_b)

    def test_unknown_is_created_by_policy(self):
        self.backend.product_policy = "create"
        self._list(self._product("NEW", barcode="123", weight_kg="1.5", price="9.99"))
        product = self._bound().record_id
        self.assertEqual((product.default_code, product.barcode), ("NEW", "123"))
        self.assertEqual((product.weight, product.list_price), (1.5, 9.99))

    def test_a_weight_is_kept_in_the_unit_of_odoo(self):
        self.env["ir.config_parameter"].sudo().set_param("product.weight_in_lbs", "1")
        self.backend.product_policy = "create"
        self._list(self._product("NEW", weight_kg="1.5"))
        self.assertAlmostEqual(self._bound().record_id.weight, 3.31, 2)

    def test_listed_twice(self):
        self._list(self._product("SKU-A"), self._product("SKU-A", "v2"))
        self.assertEqual(self._bound().record_id, self.product_a)
        self.assertFalse(self._bound("v2"))
        self.assertIn("twice", self.exceptions("product").cause)

    def test_sku_of_two_products(self):
        self.make_product("SKU-A")
        self._list(self._product("SKU-A"))
        self.assertFalse(self._bound())
        self.assertIn("2 products", self.exceptions("product").cause)

    def test_no_longer_sold_and_never_linked(self):
        self._list(self._product("GONE", active=False))
        self.assertFalse(self.exceptions("product"))

    def test_linking_a_product_lets_its_orders_go_on(self):
        messages = self.send(order(1, [line("GONE")]), order(2, [line("GONE")]))
        self._list(self._product("GONE"))
        self.assertEqual(len(self.exceptions("product")), 3)
        self.bindings.create(
            {
                "backend_id": self.backend.id,
                "external_id": "variant-GONE",
                "sku": "GONE",
                "record_id": self.product_b.id,
            }
        )
        self.drain(self.flow)
        self.assertEqual(messages.mapped("state"), ["done", "done"])
        self.assertFalse(self.exceptions("product"))

    @mute_logger("odoo.sql_db")
    def test_a_product_is_linked_once(self):
        self._list(self._product("SKU-A"))
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.bindings._bind(self.backend, {"v9": self.product_a})
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.bindings._bind(self.backend, {"v1": self.product_b})
