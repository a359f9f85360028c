"""A channel whose levels are known, for the tests of publishing."""

from .stock_channel import StockChannel
from .stock_common import StockCase


class PublishCase(StockCase):
    """Levels of the test products in one warehouse, all known and published at 0."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adapter = StockChannel()

    def setUp(self):
        super().setUp()
        self.product = self.products[0]
        self.key = (f"stock-{self.product.id}", "loc-1")
        for product in self.products:
            self.adapter.levels[f"stock-{product.id}", "loc-1"] = 0

    def round(self):
        """Commit, one publishing job, and everything sent that is due."""
        self.run_precommit()
        result = self.flow._job_publish_stock()
        self.env.invalidate_all()
        self.drain(self.flow)
        return result

    def level(self, product=None):
        return self.env["integration.stock.level"].search(
            [("backend_id", "=", self.backend.id), ("product_id", "=", (product or self.product).id)]
        )

    def put(self, units, product=None):
        """Stock on the first shelf."""
        return self.stock_up(product or self.product, self.shelves[0], units)

    @property
    def held(self):
        return self.adapter.levels[self.key]
