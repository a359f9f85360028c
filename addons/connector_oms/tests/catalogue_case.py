"""A channel in memory that lists products, for the tests of keeping them in step."""

import json
from decimal import Decimal

from odoo.addons.connector_base.lib.adapter import Call, CallResult
from odoo.addons.connector_base.lib.errors import AmbiguousError
from odoo.addons.connector_base.tests.common import MemoryAdapter

from ..lib.documents import PriceList, Product
from .order_case import OrderCase

NAMES = {"price": "price", "barcode": "barcode", "weight_kg": "weight", "title": "title", "description": "description"}


class ListingChannel(MemoryAdapter):
    """Holds variants; ``refuse`` says which values it does not take.

    :ivar shown: {external id: values of a canonical Product}
    :ivar taken: (external id, field, value) it took over, in order
    :ivar refuse: {(external id, field): message}
    :ivar leave_out: (external id, field) that the next call does not carry after all
    """

    def __init__(self):
        super().__init__()
        self.shown = {}
        self.taken = []
        self.refuse = {}
        self.leave_out = set()
        self.asked = []
        self.list_prices = {}
        self.lists = 0

    def read_products(self, external_ids, descriptions=False):
        """What is listed now."""
        self.asked.append(list(external_ids))
        return {key: self._listed(key, descriptions) for key in external_ids if key in self.shown}

    def list_products(self, descriptions=False):
        """All that is listed."""
        self.lists += 1
        for key in list(self.shown):
            yield self._listed(key, descriptions)

    def _listed(self, key, descriptions):
        values = {**self.shown[key], **({} if descriptions else {"description": None})}
        return Product(external_id=key, **values)

    def list_price_lists(self):
        """The further price lists."""
        return [PriceList(external_id="pl-gold", name="Gold customers", currency="USD")]

    def read_list_prices(self, list_id, external_ids):
        """Fixed prices of a further list."""
        found = self.list_prices.get(list_id, {})
        return {key: found[key] for key in external_ids if key in found}

    def prepare(self, topic, document):
        """One call for each product of the channel."""
        groups = {}
        for entry in document.listings:
            groups.setdefault(entry.group_id, []).append(entry)
        return [self._call(document.reference, group_id, entries) for group_id, entries in groups.items()]

    def _call(self, reference, group_id, entries):
        values = [
            {"external_id": entry.external_id, "field": name, "value": str(getattr(entry, attribute))}
            for entry in entries
            for attribute, name in NAMES.items()
            if getattr(entry, attribute) is not None
        ]
        values += [
            {"external_id": entry.external_id, "field": f"list:{one.list_id}", "value": str(one.price)}
            for entry in entries
            for one in entry.list_prices
        ]
        return Call(
            key=f"{reference}:{group_id}",
            operation="set",
            body=json.dumps(values).encode(),
            meta={"values": values},
        )

    def send(self, call):
        """Take the values over, after what the script says."""
        self.sent.append(call)
        step = self.script.pop(0) if self.script else None
        if step == "lost":
            self._apply(call)
            raise AmbiguousError("the answer was lost")
        if isinstance(step, Exception):
            raise step
        unsent = [{"external_id": key, "field": name} for key, name in self.leave_out]
        refused = self._apply(call)
        self.leave_out = set()
        return CallResult(data={"refused": refused, "unsent": unsent})

    def _apply(self, call):
        refused = []
        for item in call.meta["values"]:
            key = item["external_id"], item["field"]
            if key in self.leave_out:
                continue
            if key in self.refuse:
                refused.append({"external_id": key[0], "field": key[1], "message": self.refuse[key]})
                continue
            if item["field"].startswith("list:"):
                self.list_prices.setdefault(item["field"][5:], {})[key[0]] = Decimal(item["value"])
                self.taken.append((*key, item["value"]))
                continue
            attribute = {name: attribute for attribute, name in NAMES.items()}[item["field"]]
            number = attribute in ("price", "weight_kg")
            self.shown[key[0]][attribute] = Decimal(item["value"]) if number else item["value"]
            self.taken.append((*key, item["value"]))
        return refused

    def lookup(self, call):
        """Whether all of a call is shown."""
        self.lookups.append(call)
        held = all(
            str(self.shown[item["external_id"]][attribute]) == item["value"]
            for item in call.meta["values"]
            for attribute, name in NAMES.items()
            if name == item["field"]
        )
        return CallResult(data={"refused": []}) if held else None


class CatalogueCase(OrderCase):
    """Two products on a price list in dollars, linked to a channel that shows the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adapter = ListingChannel()
        cls.out = cls.make_flow("catalogue.out", tier="2")
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "Shop prices", "currency_id": cls.env.ref("base.USD").id, "company_id": cls.company.id}
        )
        cls.backend.pricelist_id = cls.pricelist
        cls.product = cls.product_a
        cls.product.write({"list_price": 20.0, "barcode": "4006381333931", "weight": 0.25, "name": "Shirt"})
        cls.env["integration.product.binding"]._bind(
            cls.backend, {"v1": cls.product}, values={"v1": {"group_id": "p1", "sku": "SKU-A"}}
        )

    def setUp(self):
        super().setUp()
        self.show("v1")

    def show(self, key, **values):
        """Let the channel list a variant: like Odoo's, but for these values."""
        self.adapter.shown[key] = {
            "title": "Shirt",
            "group_id": f"p{key[1:]}",
            "sku": "SKU-A",
            "price": Decimal("20.00"),
            "currency": "USD",
            "barcode": "4006381333931",
            "weight_kg": Decimal("0.250"),
            "description": "",
            **values,
        }

    def work(self):
        """Commit, the rounds, everything sent that is due, and the round after it."""
        for __ in range(2):
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.out._job_publish_catalogue()
            self.env.invalidate_all()
            self.drain(self.out)

    def own(self, **owners):
        """Say who owns which fields, and let it be worked off."""
        self.backend.write({f"{name}_owner": owner for name, owner in owners.items()})
        self.work()

    def value(self, name="price", product=None):
        return self.env["integration.catalogue.value"].search(
            [
                ("backend_id", "=", self.backend.id),
                ("field", "=", name),
                ("product_id", "=", (product or self.product).id),
            ]
        )

    def shown(self, attribute="price", key="v1"):
        return self.adapter.shown[key][attribute]
