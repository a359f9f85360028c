"""A connected Shopify backend whose shop lives in memory."""

from unittest.mock import patch

from odoo.addons.connector_base.settings import option as real_option
from odoo.addons.connector_base.tests.common import KEY, MemoryAdapter
from odoo.addons.connector_oms.lib.documents import Location, Product

SECRET = "shpss_0123456789abcdef0123456789abcdef"
DOMAIN = "hub-goods.myshopify.com"


class ShopInMemory(MemoryAdapter):
    """The parts of the adapter that the backend's own buttons use."""

    def __init__(self):
        super().__init__()
        self.products = []
        self.places = [
            Location(external_id="gid://shopify/Location/1", name="Reno"),
            Location(external_id="gid://shopify/Location/2", name="Elsewhere"),
        ]

    def list_products(self):
        """What ``products`` holds."""
        return iter(self.products)

    def list_locations(self):
        """What ``places`` holds."""
        return self.places

    def add_product(self, number, sku):
        """One more variant."""
        self.products.append(
            Product(
                external_id=f"gid://shopify/ProductVariant/{number}",
                stock_id=f"gid://shopify/InventoryItem/{number}",
                group_id=f"gid://shopify/Product/{number}",
                sku=sku,
                title=f"Thing {number}",
            )
        )


class ShopifyMixin:
    """A running Shopify backend; cursors of their own become savepoints."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        patcher = patch(
            "odoo.addons.connector_base.settings.option",
            lambda name, default=None: KEY if name == "secret_keys" else real_option(name, default),
        )
        patcher.start()
        cls.addClassCleanup(patcher.stop)
        cls.backend = cls.env["integration.backend"].create(
            {
                "name": "Web shop",
                "kind": "shopify",
                "base_url": f"https://{DOMAIN}",
                "shopify_client_id": "id",
                "shopify_client_secret": SECRET,
                "shopify_domain": DOMAIN,
            }
        )
        cls.backend.sudo().fingerprint = cls.backend._database_fingerprint()
        cls.backend.state = "running"
        # what the shop sends has to be worked off with the rights of a service user
        cls.backend.user_id = cls.backend._make_service_user()
        if not cls._registry_patched:
            cls.registry_enter_test_mode_cls()

    def shop_in_memory(self):
        """Put a shop in memory behind the backend for this test."""
        shop = ShopInMemory()
        patcher = patch.object(self.registry["integration.backend"], "_build_adapter_shopify", lambda backend: shop)
        patcher.start()
        self.addCleanup(patcher.stop)
        return shop
