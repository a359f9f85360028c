"""The local shop: its state, settings, ids and events in one place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from .generator import Goods, catalogue
from .jobs import Jobs
from .settings import DEFAULTS, merge
from .store import Store, stamp

#: first id of each kind, of the size that Shopify's have
FIRST_ID = {
    "Order": 6_100_000_000_001,
    "LineItem": 14_300_000_000_001,
    "OrderNumber": 1001,
    "ShippingLine": 5_200_000_000_001,
    "OrderTransaction": 7_400_000_000_001,
    "SalesAgreement": 9_100_000_000_001,
    "Sale": 16_800_000_000_001,
    "SaleTax": 17_900_000_000_001,
    "Refund": 930_000_000_001,
    "RefundLineItem": 640_000_000_001,
    "ShopifyPaymentsPayout": 110_000_000_001,
    "ShopifyPaymentsBalanceTransaction": 120_000_000_001,
    "Return": 26_000_000_001,
    "ReturnLineItem": 27_000_000_001,
    "ExchangeLineItem": 28_000_000_001,
    "Duty": 510_000_000_001,
    "AdditionalFee": 520_000_000_001,
    "LineItemGroup": 530_000_000_001,
    "FulfillmentOrder": 7_200_000_000_001,
    "FulfillmentOrderLineItem": 15_100_000_000_001,
    "FulfillmentHold": 540_000_000_001,
    "Fulfillment": 5_700_000_000_001,
    "FulfillmentLineItem": 15_600_000_000_001,
    "Customer": 8_300_000_000_001,
    "Company": 1_900_001,
    "CompanyLocation": 2_900_001,
    "CompanyContact": 3_900_001,
    "PriceList": 4_900_001,
    "BulkOperation": 5_900_000_000_001,
    "WebhookSubscription": 1_600_000_000_001,
    "InventoryAdjustmentGroup": 800_000_001,
}

#: called with (topic, resource)
Listener = Callable[[str, Any], None]


class Shop:
    """One shop.

    :param store: where its state lives
    :param seed: seed of generated orders that name none
    """

    def __init__(self, store: Store, seed: int = 1):
        self.store = store
        self.seed = seed
        self.jobs = Jobs(store)
        #: where it is served, for addresses of files
        self.base_url = ""
        self._goods: Goods | None = None
        self.listener: Listener | None = None
        with store.lock:
            if not store.all("location"):
                self.set_up()
            # a state of an earlier version lacks the newest ones
            store.put("setting", "all", {**copy.deepcopy(DEFAULTS), **self.settings})

    @property
    def settings(self) -> dict[str, Any]:
        """Present settings, see ``settings.DEFAULTS``."""
        return self.store.get("setting", "all")

    def change_settings(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Lay changes over the settings.

        :raises KeyError: a name that does not exist
        """
        return self.store.put("setting", "all", merge(self.settings, changes))

    def ids(self, kind: str) -> int:
        """The next id of a kind."""
        return self.store.next(f"id/{kind}", FIRST_ID.get(kind, 1))

    def set_up(self, variants: int = 40, stock: int = 250) -> None:
        """Fill an empty shop with settings, places, products and stock."""
        self.forget_goods()
        if not self.settings:
            self.store.put("setting", "all", copy.deepcopy(DEFAULTS))
        data = catalogue(variants, stock)
        moment = stamp()
        for kind in ("location", "product"):
            for document in data[f"{kind}s"]:
                self.store.put(kind, document["id"], {**document, "createdAt": moment, "updatedAt": moment})
        for variant in data["variants"]:
            self.add_variant(variant, moment)
        for level in data["levels"]:
            self.add_level(level["item"], level["location"], level["available"], moment)

    def add_variant(self, variant: dict[str, Any], moment: str) -> None:
        """Put a variant of the catalogue on sale."""
        self.forget_goods()
        self.store.put("variant", variant["id"], {**variant, "createdAt": moment, "updatedAt": moment})
        self.store.put(
            "item",
            variant["item"],
            {
                "id": variant["item"],
                "variant": variant["id"],
                "sku": variant["sku"],
                "tracked": variant["tracked"],
                "createdAt": moment,
                "updatedAt": moment,
            },
        )
        product = self.store.get("product", variant["product"])
        product.setdefault("variants", []).append(variant["id"])
        self.store.put("product", product["id"], product)

    def new_variant(self, sku: str, price: int, title: str, barcode: str | None = None) -> dict[str, Any]:
        """A product of one variant that was not in the catalogue.

        :param price: minor units of the shop's currency
        """
        handle = title.lower().replace(" ", "-")
        product = self.new_product(title, handle, vendor="Hub Goods")
        return self.sell(product["id"], sku=sku, price=price, barcode=barcode, grams=250)

    def new_product(self, title: str, handle: str, **values: Any) -> dict[str, Any]:
        """A product, still without variants."""
        moment = stamp()
        product = {
            "id": max(self.store.all("product")) + 1,
            "title": title,
            "vendor": "",
            "handle": handle,
            "productType": "",
            "status": "ACTIVE",
            "isGiftCard": False,
            "tags": [],
            "createdAt": moment,
            "updatedAt": moment,
            **values,
        }
        return self.store.put("product", product["id"], product)

    def sell(self, product: int, **values: Any) -> dict[str, Any]:
        """A variant of a product, with an inventory item of its own."""
        variant = {
            "id": max(self.store.all("variant")) + 1,
            "product": product,
            "item": max(self.store.all("item")) + 1,
            "barcode": None,
            "title": "Default Title",
            "taxable": True,
            "tracked": True,
            "requiresShipping": True,
            "grams": 0,
            "position": 1,
            **values,
        }
        self.add_variant(variant, stamp())
        return self.store.get("variant", variant["id"])

    def add_level(self, item: int, location: int, available: int, moment: str) -> dict[str, Any]:
        """Stock an item at a place."""
        return self.store.put(
            "level",
            f"{item}:{location}",
            {
                "item": item,
                "location": location,
                "active": True,
                "available": available,
                "committed": 0,
                "damaged": 0,
                "incoming": 0,
                "quality_control": 0,
                "reserved": 0,
                "safety_stock": 0,
                "createdAt": moment,
                "updatedAt": moment,
            },
        )

    @property
    def goods(self) -> Goods:
        """What can be sold, in the form that the generator takes."""
        if self._goods is None:
            rows = {f"{kind}s": list(self.store.all(kind).values()) for kind in ("product", "variant")}
            self._goods = Goods.of(rows)
        return self._goods

    def forget_goods(self) -> None:
        """The catalogue has changed: read it again when it is needed."""
        self._goods = None

    def by_sku(self, sku: str) -> dict[str, Any]:
        """The variant with a SKU.

        :raises ValueError: there is none
        """
        variant = self.goods.by_sku.get(sku)
        if variant is None:
            raise ValueError(f"no variant {sku!r}")
        return variant

    def emit(self, topic: str, resource: Any) -> None:
        """Tell the subscribers of ``topic`` (``orders/create``) about a thing."""
        if self.listener:
            self.listener(topic, resource)
