"""Proposing links for a shop that already sells, and deciding on them."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..lib.documents import Product
from .builder import line, order
from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestProductMatch(OrderCase):
    """A shop that lists things by all kinds of names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = cls.make_flow("product.in")
        cls.bolt = cls.make_product("BOLT-20", barcode="4006381333931")
        cls.bolt.name = "Hex bolt M8x20 zinc"
        cls.clerk = new_test_user(
            cls.env,
            "match_clerk",
            "base.group_user,connector_base.group_operator",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def propose(self, *documents):
        self.adapter.list_products = lambda: iter(documents)
        self.addCleanup(self.adapter.__dict__.pop, "list_products", None)
        result = self.products._job_propose_matches()
        self.env.invalidate_all()
        return result

    def thing(self, number, title, sku="", barcode="", **values):
        return Product(external_id=f"v{number}", stock_id=f"i{number}", title=title, sku=sku, barcode=barcode, **values)

    def matches(self):
        return self.env["integration.product.match"].search([("backend_id", "=", self.backend.id)], order="external_id")

    def test_each_is_proposed_with_how_sure_it_is(self):
        self.propose(
            self.thing(1, "Hex bolt M8x20", "bolt 20"),
            self.thing(2, "Product SKU-A", "SKU-A"),
            self.thing(3, "Espresso machine"),
            self.thing(4, "Old bolt", "BOLT-20", active=False),
        )
        found = {match.external_id: (match.product_id, match.matched_by, match.confidence) for match in self.matches()}
        self.assertEqual(
            found,
            {
                "v1": (self.bolt, "sku", "1"),
                "v2": (self.product_a, "sku", "1"),
                "v3": (self.env["product.product"], False, "4"),
            },
        )
        self.assertFalse(self.exceptions("product"), "nobody is asked thousands of times")

    def test_accepting_links_and_lets_waiting_orders_go_on(self):
        blocked = self.send(order(1, [line("BOLT 20", product_id="v1")]))
        self.assertEqual(blocked.state, "blocked")
        self.propose(self.thing(1, "Hex bolt M8x20", "BOLT 20"))
        self.matches().with_user(self.clerk).action_accept()
        binding = self.env["integration.product.binding"].search([("external_id", "=", "v1")])
        self.assertEqual((binding.record_id, binding.stock_id, binding.sku), (self.bolt, "i1", "BOLT 20"))
        self.assertEqual(self.matches().state, "accepted")
        self.drain(self.flow)
        self.assertEqual(blocked.state, "done")

    def test_all_that_are_sure_at_once(self):
        self.propose(
            self.thing(1, "Hex bolt M8x20", "BOLT-20"),
            self.thing(2, "Product SKU-B zinc", ""),
            self.thing(3, "Nothing"),
        )
        wizard = self.env["integration.match.accept"].with_user(self.clerk).create({"backend_id": self.backend.id})
        self.assertEqual(wizard.count, 1)
        wizard.action_apply()
        self.assertEqual(self.matches().mapped("state"), ["accepted", "open", "open"])

    def test_one_product_is_linked_once(self):
        self.propose(self.thing(1, "Hex bolt M8x20", "bolt20"), self.thing(2, "Hex bolt M8x20 zinc", "BOLT-20"))
        self.matches().action_accept()
        states = {match.external_id: (match.state, bool(match.problem)) for match in self.matches()}
        self.assertEqual(states, {"v1": ("open", True), "v2": ("accepted", False)}, "the surer one has it")

    def test_what_a_person_chose_or_left_out_stays(self):
        things = (self.thing(1, "Espresso machine"), self.thing(2, "Coffee grinder"))
        self.propose(*things)
        first, second = self.matches()
        first.with_user(self.clerk).product_id = self.product_b
        self.assertEqual((first.matched_by, first.score), ("person", 100))
        second.with_user(self.clerk).action_ignore()
        self.propose(*things)
        self.assertEqual((first.product_id, second.state), (self.product_b, "ignored"))
        self.assertEqual(len(self.matches()), 2)

    def test_what_is_linked_meanwhile_is_proposed_no_more(self):
        document = self.thing(1, "Hex bolt M8x20", "BOLT-20")
        self.propose(document)
        self.env["integration.product.binding"]._bind(self.backend, {"v1": self.bolt})
        self.propose(document)
        self.assertFalse(self.matches())

    def test_viewer_only_looks(self):
        self.propose(self.thing(1, "Hex bolt M8x20", "BOLT-20"))
        viewer = new_test_user(
            self.env,
            "match_viewer",
            "base.group_user,connector_base.group_viewer",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.matches().with_user(viewer).action_accept()

    def test_screens_open(self):
        self.env["integration.product.match"].get_views([(False, "list"), (False, "kanban"), (False, "search")])
        self.env["integration.match.accept"].get_views([(False, "form")])
