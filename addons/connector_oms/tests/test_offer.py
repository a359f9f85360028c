import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from odoo.addons.connector_base.lib.adapter import Call, CallResult
from odoo.addons.connector_base.lib.errors import AmbiguousError

from ..lib.documents import NewListing
from .catalogue_case import CatalogueCase

#: one red pixel
PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
        "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
    )
)


@tagged("post_install", "-at_install")
class TestOffer(CatalogueCase):
    """Products that the channel does not sell yet are listed there, and linked."""

    def setUp(self):
        super().setUp()
        self.documents = []
        self.lost = False
        channel = self.adapter
        self.patch(type(channel), "prepare", lambda _self, topic, document: self.prepare(document))
        self.patch(type(channel), "send", lambda _self, call: self.send_call(call))
        self.patch(type(channel), "lookup", lambda _self, call: self.made())
        self.new = self.make_product("NEW-1", stock=3, barcode="4006381333948", weight=0.5)
        self.new.product_tmpl_id.write({"list_price": 12.5, "image_1920": PIXEL, "description_sale": "Sturdy & light"})

    def prepare(self, document):
        self.documents.append(document)
        return [Call(key=document.reference, operation="offer", body=b"x")] if isinstance(document, NewListing) else []

    def made(self):
        variants = self.documents[0].variants
        return CallResult(
            "p-new",
            {
                "variants": [
                    {"external_id": f"v-{one.sku}", "stock_id": f"s-{one.sku}", "group_id": "p-new", "sku": one.sku}
                    for one in variants
                ]
            },
        )

    def send_call(self, call):
        self.adapter.sent.append(call)
        if self.lost:
            raise AmbiguousError("the answer was lost")
        return self.made()

    def offer(self, templates=None, user=None, **values):
        wizard = self.env["integration.offer.start"].with_user(user or self.env.user)
        wizard = wizard.with_context(
            active_model="product.template", active_ids=(templates or self.new.product_tmpl_id).ids
        ).create({"backend_id": self.backend.id, **values})
        wizard.action_apply()
        return self.env["integration.message"].search([("flow_id", "=", self.out.id), ("res_model", "!=", False)])

    def binding(self, product=None):
        return self.env["integration.product.binding"].search([("record_id", "=", (product or self.new).id)])

    def test_it_is_listed_as_it_is_in_odoo_and_linked(self):
        message = self.offer(is_shown=True)
        self.drain(self.out)
        self.assertEqual(message.state, "done")
        (document,) = self.documents
        (variant,) = document.variants
        self.assertEqual((document.title, document.is_shown, document.options), (self.new.name, True, ()))
        self.assertIn("Sturdy &amp; light", document.description)
        self.assertEqual((document.images[0].mimetype, len(document.images)), ("image/png", 1))
        self.assertEqual((variant.sku, str(variant.price), variant.barcode), ("NEW-1", "12.50", "4006381333948"))
        self.assertEqual(float(variant.weight_kg), 0.5)
        binding = self.binding()
        self.assertEqual(
            (binding.external_id, binding.stock_id, binding.group_id, binding.sku),
            ("v-NEW-1", "s-NEW-1", "p-new", "NEW-1"),
        )

    def test_variants_carry_their_values(self):
        colour = self.env["product.attribute"].create(
            {"name": "Colour", "value_ids": [(0, 0, {"name": "Red"}), (0, 0, {"name": "Blue"})]}
        )
        template = self.env["product.template"].create(
            {
                "name": "Shirt",
                "list_price": 9,
                "attribute_line_ids": [
                    (0, 0, {"attribute_id": colour.id, "value_ids": [(6, 0, colour.value_ids.ids)]})
                ],
            }
        )
        for number, variant in enumerate(template.product_variant_ids):
            variant.default_code = f"SHIRT-{number}"
        self.offer(template)
        self.drain(self.out)
        (document,) = self.documents
        self.assertEqual(document.options, ("Colour",))
        self.assertEqual([one.options for one in document.variants], [("Red",), ("Blue",)])
        self.assertEqual(len(self.binding(template.product_variant_ids[0])), 1)

    def test_pressed_twice_it_is_listed_once(self):
        self.offer()
        self.assertEqual(len(self.offer()), 1)
        self.drain(self.out)
        self.assertEqual(len(self.adapter.sent), 1)
        with self.assertRaisesRegex(UserError, "is linked"):
            self.offer()

    def test_lost_answer_is_looked_up(self):
        self.lost = True
        message = self.offer()
        self.drain(self.out)
        self.make_due(message)
        self.drain(self.out)
        self.assertEqual((message.state, len(self.adapter.sent)), ("done", 1))
        self.assertTrue(self.binding())

    def test_news_of_the_channel_may_be_faster(self):
        message = self.offer()
        patcher = self.env["integration.product.binding"]
        original = self.send_call

        def send(call):
            patcher._bind(self.backend, {"v-NEW-1": self.new})
            return original(call)

        self.patch(type(self.adapter), "send", lambda _self, call: send(call))
        self.drain(self.out)
        self.assertEqual(message.state, "done", message.last_error)
        self.assertEqual(len(self.binding()), 1)

    def test_what_is_missing_is_said_before_anything_is_queued(self):
        for values, words in (
            ({"default_code": False}, "internal reference"),
            ({"list_price": 0}, "no price"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                self.new.write(values)
                self.offer()
        with self.assertRaisesRegex(UserError, "is linked"):
            self.offer(self.product.product_tmpl_id)
        self.assertFalse(self.documents)

    def test_who_is_no_operator_cannot(self):
        viewer = new_test_user(self.env, "offer_viewer", "base.group_user,connector_base.group_viewer")
        with self.assertRaises(AccessError):
            self.offer(user=viewer)
