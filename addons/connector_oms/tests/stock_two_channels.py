"""Two channels that sell from the same warehouses."""

from unittest.mock import patch

from .stock_channel import StockChannel
from .stock_common import StockCase


class TwoChannelsCase(StockCase):
    """The test backend and a second one, both publishing the same products and warehouse.

    :cvar channels: {backend: StockChannel}
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.backend.copy({"name": "Second shop"})
        cls.second.sudo().fingerprint = cls.backend.sudo().fingerprint
        cls.second.state = "running"
        cls.second.user_id = cls.second._make_service_user()
        cls.channels = {cls.backend: StockChannel(), cls.second: StockChannel()}
        by_id = {backend.id: channel for backend, channel in cls.channels.items()}
        patcher = patch.object(
            cls.registry["integration.backend"], "_build_adapter_test", lambda self: by_id[self.id], create=True
        )
        patcher.start()
        cls.addClassCleanup(patcher.stop)
        cls.flows = {cls.backend: cls.flow, cls.second: cls.make_flow("stock.out", backend_id=cls.second.id)}
        cls.second_place = cls.env["integration.location.binding"].create(
            {"backend_id": cls.second.id, "external_id": "loc-1", "record_id": cls.warehouse.id}
        )
        cls.bind_to(cls.second, cls.products)

    @classmethod
    def bind_to(cls, backend, products):
        """Link products to a backend; stock ids are ``stock-<product id>``."""
        return cls.env["integration.product.binding"].create(
            [
                {
                    "backend_id": backend.id,
                    "external_id": f"variant-{product.id}",
                    "stock_id": f"stock-{product.id}",
                    "record_id": product.id,
                }
                for product in products
            ]
        )

    def setUp(self):
        super().setUp()
        self.product = self.products[0]
        for channel in self.channels.values():
            channel.__init__()
            for product in self.products:
                channel.levels[f"stock-{product.id}", "loc-1"] = 0

    def round_of(self, backend):
        """One publishing job of a channel, and what it sends."""
        self.run_precommit()
        self.flows[backend]._job_publish_stock()
        self.env.invalidate_all()
        self.drain(self.flows[backend])

    def settle(self):
        """Rounds of both until nothing is marked any more."""
        for __ in range(6):
            for backend in self.channels:
                self.round_of(backend)
            self.run_precommit()
            if not self.env["integration.stock.dirty"].search_count([("backend_id", "in", self.ids)]):
                return
        self.fail("the channels never come to rest")

    @property
    def ids(self):
        """Ids of the two backends."""
        return [backend.id for backend in self.channels]

    def told(self, product=None):
        """(what the first channel holds, what the second holds)."""
        key = (f"stock-{(product or self.product).id}", "loc-1")
        return tuple(channel.levels[key] for channel in self.channels.values())

    def put(self, units, product=None, warehouse=None):
        """Stock in a warehouse."""
        return self.stock_up(product or self.product, (warehouse or self.warehouse).lot_stock_id, units)
