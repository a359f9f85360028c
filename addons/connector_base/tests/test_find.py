import json
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models import integration_find
from .common import HubCase


@tagged("post_install", "-at_install")
class TestFind(HubCase):
    """Whatever a caller has in hand leads to the chain, by an index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        flow_class = cls.registry["integration.flow"]
        for patcher in (
            patch.object(flow_class, "_handle_test_in", cls._handle, create=True),
            patch.object(flow_class, "_search_terms", cls._terms),
        ):
            patcher.start()
            cls.addClassCleanup(patcher.stop)
        for role in ("operator", "manager"):
            user = new_test_user(cls.env, login=f"find_{role}", groups=f"connector_base.group_{role}")
            setattr(cls, role, user)

    @staticmethod
    def _handle(flow, batch):
        for item in batch:
            item.subject = item.documents[0].get("number", "")
            if item.documents[0].get("block"):
                item.block("data", "Unknown SKU")
            else:
                item.done()

    @staticmethod
    def _terms(flow, documents, aliases):
        for document in documents:
            yield "id", document.get("po")
            yield "email", document.get("email")

    def order(self, number, **values):
        message = self.receive(
            self.flow, {"number": f"#{number}", **values}, key=f"key-{number}", business_key=f"gid://Order/{number}"
        )
        self.drain(self.flow)
        return message

    def find(self, text, user=None):
        found = self.env["integration.find"].with_user(user or self.operator).action_find(text)
        return found["chains"]

    def test_number_id_key_reference_and_correlation_lead_to_the_chain(self):
        message = self.order(1001, po="PO-77", block=True)
        self.order(1002)
        for text in ("#1001", "1001", "gid://Order/1001", "key-1001", "po-77", message.correlation_id):
            (chain,) = self.find(text)
            self.assertEqual(chain["message_ids"], message.ids, text)
            self.assertEqual((chain["state"], chain["title"]), ("blocked", "#1001"))
        self.assertEqual(self.find("9999"), [])
        with self.assertRaises(UserError):
            self.find(" ")

    def test_later_messages_of_an_object_are_one_chain(self):
        first = self.order(1003)
        second = self.receive(self.flow, {"number": "#1003"}, key="later", business_key="gid://Order/1003")
        self.drain(self.flow)
        (chain,) = self.find("1003")
        self.assertEqual(set(chain["message_ids"]), {first.id, second.id})
        self.assertEqual(chain["correlation"], first.correlation_id)

    def test_email_needs_the_right_is_on_record_and_not_kept_in_clear(self):
        message = self.order(1004, email="Ada@Example.com", block=True)
        with self.assertRaises(AccessError):
            self.find("ada@example.com")
        self.operator.group_ids += self.env.ref("connector_base.group_find_person")
        self.assertEqual(self.find("ADA@example.com")[0]["message_ids"], message.ids)
        self.assertEqual(self.find("ada@example.com", self.manager)[0]["message_ids"], message.ids)
        acts = self.env["integration.audit"].search([("action", "=", "message.find_email")])
        self.assertEqual(acts.mapped("user_id"), self.operator | self.manager)
        self.env.cr.execute("SELECT string_agg(term, ' ') FROM integration_term")
        self.assertNotIn("example", self.env.cr.fetchone()[0].lower())

    def test_email_is_forgotten_with_the_payload(self):
        message = self.order(1005, email="ada@example.com")
        self.env.cr.execute("UPDATE integration_message SET settled_at = '2020-01-01' WHERE id = %s", (message.id,))
        self.retain()
        self.assertEqual(self.find("ada@example.com", self.manager), [])
        self.assertTrue(self.find("1005"), "its number still finds it")

    def test_terms_cost_one_statement_a_batch(self):
        for number in range(5):
            self.receive(self.flow, {"po": f"P{number}", "email": f"p{number}@example.com"}, key=f"t{number}")
        with patch.object(
            self.registry["integration.term"], "_insert", autospec=True, side_effect=lambda *args: None
        ) as insert:
            self.drain(self.flow)
        self.assertEqual(insert.call_count, 1)
        self.assertEqual(len(insert.call_args.args[1]), 10)

    def test_terms_that_cannot_be_told_never_stop_a_message(self):
        with patch.object(self.registry["integration.flow"], "_search_terms", side_effect=TypeError):
            self.assertEqual(self.order(1006).state, "done")

    def test_search_box_of_the_list_finds_the_same(self):
        message = self.order(1007)
        self.assertEqual(self.env["integration.message"].search([("find_text", "ilike", "1007")]), message)

    def test_other_company_finds_nothing(self):
        self.order(1008)
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            login="find_other",
            groups="connector_base.group_admin",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.assertEqual(self.find("1008", user), [])
        with self.assertRaises(AccessError):
            self.find("1008", new_test_user(self.env, login="find_nobody", groups="base.group_user"))

    def fill(self):
        """Enough rows for the planner to care, and its statistics."""
        message = self.order(1009, po="P", email="p@example.com")
        self.env.cr.execute(
            """INSERT INTO integration_message (backend_id, flow_id, company_id, direction, topic, key, state,
                      business_key, subject, correlation_id, received_at)
               SELECT backend_id, flow_id, company_id, direction, topic, 'f' || n, 'done', 'b' || n, 's' || n,
                      'c' || n, received_at
                 FROM integration_message, generate_series(1, 3000) n WHERE id = %(id)s;
               INSERT INTO integration_call (message_id, backend_id, call_key, operation, state, external_id)
               SELECT id, backend_id, 'k' || id, 'ship', 'done', 'e' || id FROM integration_message;
               INSERT INTO integration_term (message_id, kind, term)
               SELECT id, 'id', 't' || id FROM integration_message;
               ANALYZE integration_message; ANALYZE integration_call; ANALYZE integration_term""",
            {"id": message.id},
        )

    def test_every_look_up_uses_an_index(self):
        self.fill()
        values = {"texts": ["x"], "term": "x", "correlations": ["x"], "digests": ["x"], "most": 200}
        values |= {"keys": ["x"], "flows": [self.flow.id]}
        for name in ("BY_ID", "BY_CORRELATION", "BY_OBJECT", "BY_DIGEST"):
            query = getattr(integration_find, name)
            self.assertIndexed(query, values, {"integration_message", "integration_term", "integration_call"})

    def assertIndexed(self, query, values, tables):
        """No big table is read from end to end, however the planner is asked."""
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("SET LOCAL enable_bitmapscan = off")
        self.env.cr.execute(f"EXPLAIN (FORMAT JSON) {query}", values)
        for node in _nodes(self.env.cr.fetchone()[0][0]["Plan"]):
            if node.get("Relation Name") in tables:
                self.assertNotEqual(node["Node Type"], "Seq Scan", json.dumps(node))
                # an index read from end to end has no condition of its own
                self.assertIn("Index Cond", node, json.dumps(node))


def _nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
