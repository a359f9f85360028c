from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.connector_base.tests.common import HubCase

ADA = "ada@example.com"


@tagged("post_install", "-at_install")
class TestPrivacyLookup(HubCase):
    """Odoo's look-up lists what the connectors hold; there it is forgotten, not deleted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        flow_class = cls.registry["integration.flow"]
        for patcher in (
            patch.object(
                flow_class, "_handle_test_in", lambda self, batch: [item.done() for item in batch], create=True
            ),
            patch.object(flow_class, "_search_terms", lambda self, docs, aliases: [("email", docs[0]["email"])]),
        ):
            patcher.start()
            cls.addClassCleanup(patcher.stop)
        groups = "base.group_system,base.group_partner_manager,connector_base.group_admin"
        cls.officer = new_test_user(cls.env, login="privacy_officer", groups=groups)
        cls.system = new_test_user(cls.env, login="privacy_system", groups="base.group_system")
        cls.partner = cls.env["res.partner"].create({"name": "Ada Lovelace", "email": ADA})

    def setUp(self):
        super().setUp()
        self.message = self.receive(self.flow, {"email": ADA}, key="1")
        self.drain(self.flow)
        self.exception = self.env["integration.exception"]._report(self.backend, "data", f"{ADA} is there twice")

    def look_up(self, user):
        wizard = self.env["privacy.lookup.wizard"].with_user(user).create({"name": "Ada Lovelace", "email": ADA})
        wizard.action_lookup()
        return wizard

    def lines(self, wizard, model):
        return wizard.line_ids.filtered(lambda line: line.res_model == model)

    def test_lists_messages_exceptions_and_contacts(self):
        wizard = self.look_up(self.officer)
        self.assertEqual(self.lines(wizard, "integration.message").mapped("res_id"), self.message.ids)
        self.assertEqual(self.lines(wizard, "integration.exception").mapped("res_id"), self.exception.ids)
        self.assertEqual(self.lines(wizard, "res.partner").mapped("res_id"), self.partner.ids)

    def test_links_to_contacts_go_on_record(self):
        bindings = [
            model
            for model in self.env["integration.binding.mixin"]._inherit_children
            if self.env[model]._fields["record_id"].comodel_name == "res.partner"
        ]
        if not bindings:
            self.skipTest("no addon links contacts")
        link = self.env[bindings[0]]._bind(self.backend, {"customer-7": self.partner})
        line = self.lines(self.look_up(self.officer), bindings[0])
        self.assertEqual(line.res_id, link.id)
        line.action_unlink()
        self.assertFalse(link.exists())
        entry = self.env["integration.audit"].search([("action", "=", "binding.delete")], limit=1)
        self.assertEqual((entry.res_id, entry.user_id), (link.id, self.officer))
        self.assertNotIn("Lovelace", entry.before)

    def test_forgets_all_at_once_and_keeps_the_rows(self):
        wizard = self.look_up(self.officer)
        wizard.action_integration_forget()
        self.assertEqual(self.message._raws()[self.message.id], b"")
        self.assertNotIn("ada@", self.exception.cause)
        self.assertTrue(self.message.exists() and self.exception.exists() and self.partner.exists())
        self.assertIn(f"#{self.message.id}", wizard.execution_details)
        self.assertNotIn("ada@", wizard.log_id.anonymized_email)

    def test_delete_of_a_line_forgets_instead(self):
        line = self.lines(self.look_up(self.officer), "integration.message")
        line.action_unlink()
        self.assertTrue(self.message.exists())
        self.assertTrue(self.message.is_cleared and line.is_unlinked)
        with self.assertRaises(UserError):
            line.action_unlink()

    def test_what_is_at_work_is_left_and_says_so(self):
        self.message._settle("retry", delay=600)
        line = self.lines(self.look_up(self.officer), "integration.message")
        line.action_unlink()
        self.assertFalse(line.is_unlinked)
        self.assertIn("still to be worked on", line.execution_details)
        self.assertTrue(self.message._raws()[self.message.id])

    def test_without_the_right_nothing_of_ours_is_listed_or_forgotten(self):
        wizard = self.look_up(self.system)
        self.assertFalse(wizard.integration_may_find)
        self.assertFalse(self.lines(wizard, "integration.message"))
        line = self.lines(self.look_up(self.officer), "integration.message")
        with self.assertRaises(AccessError):
            line.with_user(self.system).action_unlink()
