from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import HubCase


@tagged("post_install", "-at_install")
class TestFlowCatalogue(HubCase):
    """The catalogue says what each flow is for, who answers for it and who needs it."""

    def make(self, code, **values):
        catalogue = {"test.in": ("Tests come in.", "Testers, Buyers", ("res.partner", "no.such.model"))}
        with patch.object(self.registry["integration.flow"], "_catalogue", lambda self: catalogue):
            flow = self.make_flow(code, **values)
            self.env.flush_all()
            return flow, self.env["integration.flow"].action_dependency_map()

    def test_addons_describe_their_flows_and_people_may_correct_it(self):
        flow, __ = self.make("test.in")
        self.assertEqual(flow.purpose, "Tests come in.")
        self.assertEqual(flow.dependents, "Testers, Buyers")
        flow.dependents = "Nobody"
        self.assertEqual(flow.dependents, "Nobody")

    def test_map_shows_the_chain(self):
        flow, picture = self.make("test.in")
        for text in (self.backend.name, "test.in", "Contact", "Testers", "Buyers", f"flow:{flow.id}"):
            self.assertIn(text, picture)

    def test_flow_without_an_owner_stands_out(self):
        flow, __ = self.make("test.in")
        self.assertEqual(flow._mood(), "bad")
        self.assertIn(flow, flow.search([("is_orphan", "=", True)]))
        flow.write({"business_owner_id": self.env.uid, "technical_owner_id": self.env.uid})
        self.assertEqual(flow._mood(), "good")
        self.assertNotIn(flow, flow.search([("is_orphan", "=", True)]))
        self.assertIn(flow, flow.search([("is_orphan", "=", False)]))
        self.backend.state = "paused"
        self.assertEqual(flow._mood(), "late")

    def test_map_shows_own_companies_only(self):
        self.make("test.in")
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            login="map_other",
            groups="connector_base.group_viewer",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        picture = self.env["integration.flow"].with_user(user).with_company(company).action_dependency_map()
        self.assertNotIn(self.backend.name, picture)
        outsider = new_test_user(self.env, login="map_outsider", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["integration.flow"].with_user(outsider).action_dependency_map()
