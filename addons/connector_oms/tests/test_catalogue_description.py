from odoo.tests import tagged

from .catalogue_case import CatalogueCase

TEXT = '<div class="o_x"><b>Soft</b>&nbsp;cotton</div><ul><li>washable</li><li>light &amp; thin</li></ul>'
SAID = "<p><strong>Soft</strong> cotton</p><ul><li>washable</li><li>light &amp; thin</li></ul>"


@tagged("post_install", "-at_install")
class TestCatalogueDescription(CatalogueCase):
    """What a product says of itself is kept in step; how an editor writes it makes no difference."""

    def test_a_change_in_odoo_goes_to_the_channel(self):
        self.product.product_tmpl_id.integration_description = TEXT
        self.own(description="odoo")
        self.assertEqual((self.shown("description"), self.value("description").state), (SAID, "same"))
        taken = len(self.adapter.taken)
        self.backend._flow("catalogue.out")._begin_comparison()
        self.work()
        self.assertEqual(len(self.adapter.taken), taken, "what is the same is not sent again")

    def test_how_it_is_written_makes_no_difference(self):
        self.product.product_tmpl_id.integration_description = TEXT
        self.show("v1", description=f"<section>\n{SAID}\n<p><br></p></section>")
        self.own(description="odoo")
        self.assertEqual((self.value("description").state, self.adapter.taken), ("same", []))

    def test_a_change_at_the_channel_is_taken_once(self):
        self.show("v1", description=TEXT)
        self.own(description="channel")
        template = self.product.product_tmpl_id
        self.assertIn("washable", template.integration_description)
        self.assertEqual(self.value("description").state, "same")
        template.invalidate_recordset()
        wanted = self.env["integration.catalogue.source"]._text(template)
        self.assertEqual(wanted, SAID, "what Odoo has stored still says the same")
        self.backend._flow("catalogue.out")._begin_comparison()
        self.work()
        self.assertEqual((self.value("description").state, self.adapter.taken), ("same", []))

    def test_without_a_text_of_its_own_it_is_the_one_for_quotations(self):
        self.product.product_tmpl_id.description_sale = "Sturdy\nand light"
        self.own(description="odoo")
        self.assertEqual(self.shown("description"), "<p>Sturdy<br>and light</p>")

    def test_no_text_takes_nothing_away(self):
        self.show("v1", description="<p>Written at the shop</p>")
        self.own(description="odoo")
        self.assertEqual((self.value("description").state, self.adapter.taken), ("nothing", []))

    def test_news_of_a_channel_that_say_nothing_of_it_change_nothing(self):
        self.product.product_tmpl_id.integration_description = TEXT
        self.own(description="odoo")
        before = self.value("description").read_at
        asked = len(self.adapter.asked)
        documents = self.adapter.read_products(["v1"]).values()
        self.env["integration.catalogue.value"]._observe(self.backend, documents)
        self.work()
        self.assertEqual((self.value("description").read_at, len(self.adapter.asked)), (before, asked + 1))

    def test_a_person_sees_the_first_words_and_the_whole(self):
        self.product.product_tmpl_id.integration_description = TEXT
        self.show("v1", description="<p>Rough wool</p>")
        self.own(description="compare")
        value = self.value("description")
        self.assertEqual((value.state, value.wanted_words), ("differs", "Soft cotton washable light & thin"))
        self.assertEqual((value.known_words, str(value.known_text)), ("Rough wool", "<p>Rough wool</p>"))
        value.action_set_ours()
        self.work()
        self.assertEqual(self.shown("description"), SAID)
