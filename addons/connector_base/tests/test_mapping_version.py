from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import HubCase


@tagged("post_install", "-at_install")
class TestMappingVersion(HubCase):
    """Mappings change through versions that somebody approves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        for name, role in (
            ("viewer", "viewer"),
            ("operator", "operator"),
            ("manager", "manager"),
            ("second", "manager"),
        ):
            user = new_test_user(cls.env, login=f"mapping_{name}", groups=f"connector_base.group_{role}")
            setattr(cls, name, user)

    def setUp(self):
        super().setUp()
        self.mappings = self.env["integration.mapping"]
        self.versions = self.env["integration.mapping.version"]

    def fix(self, user, value, external_value="cash"):
        return self.mappings.with_user(user)._apply_fix(
            self.backend.with_user(user), "payment", external_value, value=value, reason="Asked the shop"
        )

    def meaning(self, external_value="cash"):
        self.env.invalidate_all()
        return self.mappings._to_odoo(self.backend, "payment", external_value)

    def test_operator_adds_what_is_missing_and_cannot_change_it(self):
        self.assertEqual(self.fix(self.operator, "Cash").state, "approved")
        self.assertEqual(self.meaning(), "Cash")
        change = self.fix(self.operator, "Card")
        self.assertEqual(change.state, "proposed")
        self.assertEqual(self.meaning(), "Cash")
        with self.assertRaises(AccessError):
            change.action_approve()
        change.with_user(self.manager).action_approve()
        self.assertEqual(self.meaning(), "Card")
        self.assertEqual(change.number, 2)

    def test_manager_only(self):
        self.backend.mapping_policy = "manager"
        self.assertEqual(self.fix(self.operator, "Cash").state, "proposed")
        self.assertIsNone(self.meaning())
        self.assertEqual(self.fix(self.manager, "Cash").state, "approved")

    def test_second_person(self):
        self.backend.mapping_policy = "second"
        change = self.fix(self.manager, "Cash")
        self.assertEqual(change.state, "proposed")
        with self.assertRaises(UserError):
            change.with_user(self.manager).action_approve()
        change.with_user(self.second).action_approve()
        self.assertEqual(self.meaning(), "Cash")
        self.assertEqual(change.sudo().approved_by_id, self.second)
        direct = self.mappings.with_user(self.manager).search([("external_value", "=", "cash")])
        for act in (lambda: direct.write({"odoo_value": "x"}), direct.unlink):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                act()

    def test_who_touched_it_is_no_second_person(self):
        self.backend.mapping_policy = "second"
        change = self.fix(self.operator, "Cash")
        change.with_user(self.manager).action_back_to_draft()
        change.with_user(self.manager).odoo_value = "Card"
        change.with_user(self.operator).action_propose()
        with self.assertRaises(UserError):
            change.with_user(self.manager).action_approve()
        change.with_user(self.second).action_approve()
        self.assertEqual(self.meaning(), "Card")

    def test_states_are_changed_by_buttons_only(self):
        change = self.versions.with_user(self.operator).create(
            {
                "backend_id": self.backend.id,
                "kind": "payment",
                "external_value": "cash",
                "odoo_value": "Cash",
                "state": "approved",
            }
        )
        self.assertEqual(change.state, "draft")
        for vals in ({"state": "approved"}, {"editor_ids": [(5,)]}, {"approved_by_id": self.operator.id}):
            with self.assertRaises(AccessError):
                change.write(vals)
        change.action_propose()
        with self.assertRaises(UserError):
            change.odoo_value = "Card"
        with self.assertRaises(AccessError):
            change.unlink()

    def test_viewer_changes_nothing(self):
        with self.assertRaises(AccessError):
            self.fix(self.viewer, "Cash")
        change = self.fix(self.operator, "Cash")
        with self.assertRaises(AccessError):
            change.with_user(self.viewer).action_preview()

    def test_roll_back(self):
        first = self.fix(self.manager, "Cash")
        self.fix(self.manager, "Card")
        self.assertEqual(first.state, "superseded")
        action = first.with_user(self.manager).action_roll_back()
        self.assertEqual(self.meaning(), "Cash")
        again = self.versions.browse(action["res_id"])
        self.assertEqual((again.number, again.state), (3, "approved"))

    def test_taken_away_and_brought_back(self):
        first = self.fix(self.manager, "Cash")
        mapping = self.mappings._find(self.backend, "payment", "cash")
        action = mapping.with_user(self.manager).action_remove()
        values = {name.removeprefix("default_"): value for name, value in action["context"].items()}
        change = self.versions.with_user(self.manager).create(values)
        change.action_propose()
        change.action_approve()
        self.assertIsNone(self.meaning())
        first.with_user(self.manager).action_roll_back()
        self.assertEqual(self.meaning(), "Cash")

    def test_direct_changes_are_versions_as_well(self):
        key = {"backend_id": self.backend.id, "kind": "payment", "external_value": "cash"}
        mapping = self.mappings.with_user(self.manager).create({**key, "odoo_value": "Cash"})
        mapping.odoo_value = "Card"
        mapping.unlink()
        found = self.versions.search([("external_value", "=", "cash")], order="number")
        self.assertEqual(found.mapped("odoo_value"), ["Cash", "Card", "Card"])
        self.assertEqual(found.mapped("state"), ["superseded", "superseded", "approved"])
        self.assertTrue(found[-1].removes)

    def test_one_version_in_force(self):
        self.fix(self.manager, "Cash")
        former = self.versions.search([("external_value", "=", "cash")])
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
            former.sudo().copy({"state": "approved"})
            self.env.flush_all()

    def test_mapping_from_before_the_history_keeps_its_meaning(self):
        self.fix(self.manager, "Cash")
        self.env.cr.execute("DELETE FROM integration_mapping_version")
        self.env.invalidate_all()
        self.fix(self.manager, "Card")
        found = self.versions.search([("external_value", "=", "cash")], order="number")
        self.assertEqual(found.mapped("odoo_value"), ["Cash", "Card"])

    def test_each_step_is_on_record(self):
        self.backend.mapping_policy = "second"
        change = self.fix(self.operator, "Cash")
        change.with_user(self.second).action_approve()
        entries = self.env["integration.audit"].search(
            [("res_model", "=", change._name), ("res_id", "=", change.id)], order="id"
        )
        self.assertEqual(entries.mapped("action"), ["mapping.propose", "mapping.approve"])
        self.assertEqual(entries.user_id, self.operator | self.second)
        self.assertEqual(entries[1].reason, "Asked the shop")
        self.assertIn('"Cash"', entries[1].after)

    # preview

    def preview(self, version, **values):
        """Lines of the preview with a flow that turns ``pay`` into its mapping."""

        def look(flow, batch):
            mappings = flow.env["integration.mapping"]
            return {
                item.message.id: {
                    "Payment": mappings._to_odoo(flow.backend_id, "payment", item.documents[0]["pay"]) or "",
                    "Fixed": "same",
                }
                for item in batch
            }

        wizard = self.env["integration.mapping.preview"].with_user(self.operator)
        wizard = wizard.create({"version_id": version.id, **values})
        with patch.object(self.registry["integration.flow"], "_preview_test_in", look, create=True):
            wizard.action_look()
        return wizard

    def test_preview_lists_messages_that_would_differ(self):
        self.fix(self.manager, "Cash")
        for number, pay in enumerate(("cash", "card", "cash")):
            self.receive(self.flow, {"pay": pay, "n": number}, business_key=f"o{number}")
        change = self.fix(self.operator, "Notes")
        wizard = self.preview(change)
        self.assertEqual(wizard.looked_at, 3)
        self.assertEqual(wizard.line_ids.message_id.mapped("business_key"), ["o2", "o0"])
        self.assertEqual(wizard.line_ids[0].now, "Payment: Cash")
        self.assertEqual(wizard.line_ids[0].then, "Payment: Notes")

    def test_preview_leaves_nothing_behind(self):
        self.fix(self.manager, "Cash")
        self.receive(self.flow, {"pay": "cash"})
        change = self.fix(self.operator, "Notes")
        count = self.versions.search_count([])
        self.preview(change)
        self.assertEqual(self.meaning(), "Cash")
        self.assertEqual(self.versions.search_count([]), count)
        self.assertEqual(change.state, "proposed")

    def test_preview_looks_at_as_many_as_asked(self):
        for number in range(4):
            self.receive(self.flow, {"pay": "cash", "n": number}, business_key=f"o{number}")
        change = self.fix(self.operator, "Cash", "cash")
        self.assertEqual(self.preview(change, count=2).looked_at, 2)
        self.env.cr.execute("UPDATE integration_message SET received_at = received_at - interval '9 days'")
        self.assertEqual(self.preview(change, scope="days", days=7).looked_at, 0)
