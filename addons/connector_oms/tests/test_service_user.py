from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.connector_base.lib.adapter import Call, CallResult
from odoo.addons.connector_base.tests.companies import visible_rows

from ..lib.documents import Product
from ..stock.publish import Round
from .builder import line, order, tax
from .order_case import OrderCase
from .stock_publish_case import PublishCase

RIGHTS = ("read", "write", "create", "unlink")
#: what a backend's work needs to write beyond what a salesperson may; nothing may be deleted
WRITES = {
    "res.partner": {"write", "create"},
    "integration.order.binding": {"write", "create"},
    "integration.partner.binding": {"write", "create"},
    "integration.product.binding": {"write", "create"},
    "integration.shipment.binding": {"write", "create"},
    "integration.order.hold": {"write", "create"},
    "integration.order.payment": {"write", "create"},
}
#: and to read
READS = {
    "integration.order.claim",
    "integration.location.binding",
    "integration.stock.level",
    "integration.stock.dirty",
    "integration.stock.publisher",
    "integration.stock.source",
    "integration.stock.rule",
    "integration.stock.kit",
    "integration.order.rule",
}


@tagged("post_install", "-at_install")
class TestServiceUser(OrderCase):
    """A backend's own user does all of its work, and nothing more."""

    def setUp(self):
        super().setUp()
        self.service = self.backend.user_id

    def test_orders_are_made_by_the_service_user_without_superuser_rights(self):
        seen = []
        importer = self.registry["integration.order.importer"]
        work = importer._import

        def spy(model, flow, batch):
            seen.append((model.env.uid, model.env.su, flow.env.su))
            return work(model, flow, batch)

        with patch.object(importer, "_import", spy):
            sale = self.bring(order(lines=[line("SKU-A", 1, "10.00", [tax(19, "1.90")])]))
        self.assertEqual(seen, [(self.service.id, False, False)])
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.create_uid, self.service)
        self.assertEqual(sale.partner_id.create_uid, self.service)
        self.assertFalse(sale.user_id, "it is nobody's sale")
        self.assertFalse(self.exceptions().mapped("cause"))

    def test_what_it_does_is_no_manual_act(self):
        entries = self.env["integration.audit"].search_count([])
        self.bring(order(lines=[line("SKU-A", 1, "10.00", [tax(19, "1.90")])]))
        self.bring(order(note="Please ring twice", minutes=1, lines=[line("SKU-A", 1, "10.00", [tax(19, "1.90")])]))
        self.assertEqual(self.env["integration.audit"].search_count([]), entries)

    def test_products_are_linked_by_the_service_user(self):
        flow = self.make_flow("product.in")
        self.backend.product_policy = "create"
        self.adapter.decoder = Product.model_validate_json
        for sku in ("SKU-A", "SKU-NEW"):
            document = Product(external_id=f"v-{sku}", sku=sku, title="Shirt")
            self.receive(flow, None, key=sku, raw=document.model_dump_json().encode())
        self.drain(flow)
        bindings = self.env["integration.product.binding"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(sorted(bindings.mapped("external_id")), ["v-SKU-A", "v-SKU-NEW"])
        self.assertEqual(bindings.create_uid, self.service)
        self.assertFalse(self.exceptions().mapped("cause"))

    def test_what_a_clerk_reads_names_the_connector(self):
        sale = self.bring(order(financial_status="pending"))
        self.adapter.calls_for = lambda document: [Call("cancel", "cancel", b"{}")]
        sale._action_cancel()
        self.drain(self.cancel_flow)
        self.assertEqual(self.service.name, "Test shop (connector)")
        told = sale.message_ids.filtered(lambda message: "told of the cancellation" in (message.body or ""))
        self.assertEqual(told.author_id, self.service.partner_id)

    def test_rights(self):
        """Beyond a salesperson's rights there are those above, and no others."""
        seller = new_test_user(self.env, login="seller", groups="sales_team.group_sale_salesman_all_leads")
        more = {}
        for name in self.env.registry:
            model = self.env[name]
            if model._abstract or model._original_module == "connector_base":
                continue
            for right in RIGHTS:
                if model.with_user(self.service).has_access(right) and not model.with_user(seller).has_access(right):
                    more.setdefault(name, set()).add(right)
        hidden = {name: {"read"} for name in (*READS, *(name for name in WRITES if name.endswith(".binding")))}
        expected = {name: WRITES.get(name, set()) | hidden.get(name, set()) for name in {*WRITES, *hidden}}
        self.assertEqual(more, expected)
        for name in ("res.users", "res.company", "res.groups", "ir.attachment", "mail.message"):
            fields = [set(self.env[name].with_user(user).fields_get()) for user in (self.service, seller)]
            self.assertEqual(*fields, name)

    def test_nothing_more(self):
        backend = self.backend.with_user(self.service)
        sale = self.bring(order())
        quant = self.env["stock.quant"].search([("product_id", "=", self.product_a.id)], limit=1)
        bank = {"acc_number": "DE1", "partner_id": sale.partner_id.id}
        for act in (
            lambda: self.env["integration.mapping"].with_user(self.service)._apply_fix(backend, "tax", "x", self.vat),
            lambda: self.env["res.partner.bank"].with_user(self.service).create(bank),
            lambda: self.env["product.product"].with_user(self.service).create({"name": "x"}),
            lambda: self.product_a.with_user(self.service).write({"list_price": 1.0}),
            lambda: self.env["account.tax"].with_user(self.service).create({"name": "x"}),
            lambda: self.env["account.move"].with_user(self.service).create({"move_type": "out_invoice"}),
            lambda: quant.with_user(self.service).with_context(inventory_mode=True).write({"inventory_quantity": 1}),
            lambda: sale.with_user(self.service)._integration_release("x"),
            lambda: sale.with_user(self.service).unlink(),
            lambda: self.warehouse.with_user(self.service).write({"name": "x"}),
            backend.action_recompute_stock,
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                act()

    def test_other_companies(self):
        self.bring(order(financial_status="pending"), order(2))
        stranger = self.backend.copy({"name": "Elsewhere", "company_id": self.env.ref("base.main_company").id})
        leaks, tested = visible_rows(self.env, stranger._make_service_user())
        self.assertEqual(leaks, {})
        self.assertLessEqual({"integration.order.binding", "integration.partner.binding"}, tested)


@tagged("post_install", "-at_install")
class TestServiceUserStock(PublishCase):
    """Stock and shipments with the rights of the backend's user."""

    def test_levels_are_published_without_superuser_rights(self):
        seen = []
        run = Round.run

        def spy(work):
            seen.append((work.env.uid, work.env.su, work.env.companies))
            return run(work)

        self.put(7)
        with patch.object(Round, "run", spy):
            self.round()
            self.round()
        self.assertEqual(set(seen), {(self.backend.user_id.id, False, self.backend.company_id)})
        self.assertEqual(self.held, 7)
        self.assertFalse(self.exceptions().mapped("cause"))

    def test_a_shipment_is_told_and_linked_by_it(self):
        out = self.make_flow("shipment.out")
        self.put(5)
        sale = self.make_order([(self.product, 5)], self.backend)
        sale.action_confirm()
        picking = sale.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        flows = self.registry["integration.flow"]
        build, seen = flows._build_shipment_out, []

        def spy(flow, message):
            seen.append((flow.env.uid, flow.env.su))
            return build(flow, message)

        call = Call(key="ship", operation="fulfil", body=b"{}")
        with (
            patch.object(flows, "_build_shipment_out", spy),
            patch.object(self.adapter, "prepare", lambda topic, document: [call]),
            patch.object(self.adapter, "send", lambda call: CallResult("ful-1")),
        ):
            self.drain(out)
        self.assertEqual(seen, [(self.backend.user_id.id, False)])
        self.assertEqual(picking.integration_shipment_ids.external_id, "ful-1")
        self.assertEqual(picking.integration_shipment_ids.create_uid, self.backend.user_id)
        self.assertFalse(self.exceptions().mapped("cause"))
