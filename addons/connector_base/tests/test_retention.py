import json
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..lib.adapter import Call, CallResult
from ..lib.redact import MASK
from ..models import integration_retention_work
from .common import HubCase

OLD = "now() AT TIME ZONE 'UTC' - interval '%s days'"


@tagged("post_install", "-at_install")
class RetentionCase(HubCase):
    """A flow, and rows that have been there for a while."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        cls.rules = cls.env["integration.retention"]
        cls.admin = new_test_user(cls.env, login="keep_admin", groups="connector_base.group_admin")
        cls.manager = new_test_user(cls.env, login="keep_manager", groups="connector_base.group_manager")

    def settled(self, key, state="done", days=100, flow=None, **values):
        """A message settled some days ago."""
        message = self.receive(flow or self.flow, {"customer": {"name": "Ada"}}, key=key)
        message._settle(state, **values)
        self.age(message, days)
        return message

    def age(self, messages, days):
        self.env.cr.execute(
            f"UPDATE integration_message SET settled_at = {OLD % int(days)} WHERE id = ANY(%s)", (messages.ids,)
        )
        messages.invalidate_recordset()

    def resolved(self, cause, days, **values):
        """An exception resolved some days ago."""
        exception = self.env["integration.exception"]._report(self.backend, "data", cause, **values)
        exception._resolve("Called ada@example.com")
        exception.sudo().with_context(tracking_disable=True).resolved_at = fields.Datetime.subtract(
            fields.Datetime.now(), days=days
        )
        self.env.flush_all()
        return exception

    def rule(self, data_class):
        """The rule for all backends."""
        return self.rules.search([("data_class", "=", data_class), ("backend_id", "=", False)])

    def raw(self, message):
        return message._raws()[message.id]


@tagged("post_install", "-at_install")
class TestRetention(RetentionCase):
    """Each class goes after its days; what is open, and what identifies, stays."""

    def test_content_goes_and_a_late_duplicate_is_still_known(self):
        message = self.settled("k1")
        kept = {name: message[name] for name in ("key", "topic", "business_key", "digest", "state", "received_at")}
        fresh = self.settled("k2", days=80)
        self.retain()
        self.assertEqual(self.raw(message), b"")
        self.assertTrue(message.is_cleared)
        self.assertTrue(self.raw(fresh))
        self.assertEqual({name: message[name] for name in kept}, kept)
        self.assertFalse(self.receive(self.flow, {"customer": {"name": "Ada"}}, key="k1"))
        message.invalidate_recordset()
        self.assertEqual(message.duplicate_count, 1)
        self.assertEqual(self.env["integration.message"].search([("is_cleared", "=", True)]), message)

    def test_open_messages_are_never_touched(self):
        self.rule("content").clear_days = self.rule("stuck").clear_days = 1
        messages = self.env["integration.message"]
        for state in ("pending", "retry", "ambiguous"):
            message = self.receive(self.flow, {"n": state}, key=state)
            if state != "pending":
                message._settle(state, error="ada@example.com", delay=60)
            messages |= message
        # whatever a time of settlement might say
        self.age(messages, 5000)
        self.retain()
        self.assertTrue(all(messages._raws().values()))
        self.assertIn("ada@example.com", messages.mapped("last_error"))

    def test_stuck_ones_are_kept_longer_and_while_a_person_is_at_them(self):
        dead = self.settled("d", "dead", 300)
        forgotten = self.settled("f", "blocked", 400)
        waiting = self.settled("w", "blocked", 400)
        self.env["integration.exception"]._report(self.backend, "data", "Cause", message=waiting)
        self.retain()
        self.assertTrue(self.raw(dead) and self.raw(waiting))
        self.assertFalse(self.raw(forgotten))

    def test_what_is_cleared_can_be_neither_tried_again_nor_corrected(self):
        message = self.settled("k", "dead", 400)
        replay = self.env["integration.replay"]._start(message, "All of them")
        self.retain()
        for act in (message.action_replay, message.action_correct):
            with self.assertRaisesRegex(UserError, "has been cleared"):
                act()
        replay.sudo().paced_until = fields.Datetime.subtract(fields.Datetime.now(), seconds=5)
        replay._tick()
        self.assertEqual((replay.skipped_count, message.state), (1, "dead"))
        with self.assertRaisesRegex(UserError, "nothing to replay"):
            self.env["integration.replay"]._start(message, "All of them")

    def test_what_was_sent_and_answered_goes_with_the_content(self):
        flow = self.make_flow("test.out")
        message = self.env["integration.message"]._emit(flow, None, "out-1", payload=b"secret")
        self.env.flush_all()
        (call,) = self.env["integration.call"]._plan(message, [Call("c1", "ship", b"Ada", {"to": "Ada"})])
        self.env["integration.call"]._record(call, "done", CallResult("ext-1", {"name": "Ada"}))
        message._settle("done")
        self.age(message, 100)
        self.retain()
        self.env.cr.execute("SELECT call_key, external_id, state, body, meta, result FROM integration_call")
        self.assertEqual(self.env.cr.fetchall(), [("c1", "ext-1", "done", None, None, None)])

    def test_most_specific_rule_wins(self):
        other = self.make_flow("edi.in")
        self.rules.create({"data_class": "content", "backend_id": self.backend.id, "clear_days": 200})
        self.rules.create({"data_class": "content", "flow_id": other.id, "clear_days": 3650, "reason": "The law"})
        mine, invoice = self.settled("a", days=150), self.settled("b", days=2000, flow=other)
        self.retain()
        self.assertTrue(self.raw(mine) and self.raw(invoice))
        self.age(mine | invoice, 4000)
        self.retain()
        self.assertFalse(self.raw(mine) or self.raw(invoice))

    def test_zero_days_keep_for_ever(self):
        self.rule("content").clear_days = 0
        message = self.settled("k", days=5000)
        self.retain()
        self.assertTrue(self.raw(message))

    def test_names_and_addresses_in_texts_are_masked(self):
        partner = self.env["res.partner"].create({"name": "Ada Lovelace"})
        message = self.settled("a", "dead", error="Mail to ada@example.com or +49 170 1234567 failed, order 20261125")
        person = self.settled("b", record=partner, subject="Ada Lovelace")
        order = self.settled("c", subject="#1001")
        attempt = self.env["integration.attempt"]._start(message.ids)[message.id]
        self.env["integration.attempt"]._finish({attempt: ("dead", "data", "no mailbox ada@example.com")})
        self.retain()
        self.assertEqual(message.last_error, f"Mail to {MASK} or {MASK} failed, order 20261125")
        self.assertEqual(message.attempt_ids.excerpt, f"no mailbox {MASK}")
        self.assertEqual((person.subject, order.subject), (MASK, "#1001"))

    def test_tries_are_counted_and_go(self):
        message, fresh = self.settled("a", days=200), self.settled("b", days=100)
        poison = self.settled("c", "dead", 300)
        for one in message | fresh | poison:
            attempts = self.env["integration.attempt"]
            attempts._finish({attempts._start(one.ids)[one.id]: ("retry", "transient", "slow")})
        self.env["integration.attempt"]._start(poison.ids)  # a worker died at it
        self.retain()
        self.assertEqual((len(message.attempt_ids), message.attempts_gone), (0, 1))
        self.assertEqual(len(fresh.attempt_ids), 1)
        self.assertEqual(poison.attempt_ids.mapped("outcome"), [False])
        story = self.env["integration.timeline"].action_read(message.correlation_id)
        self.assertIn("Tries no longer told one by one: 1", [entry["title"] for entry in story["entries"]])

    def test_tries_that_may_be_counted_again_stay(self):
        message = self.settled("a", days=200)
        self.env["integration.attempt"]._start(message.ids)
        self.env["integration.rollup.mark"].search([]).unlink()
        self.env.cr.execute(
            "INSERT INTO integration_rollup_mark (looked_at, again_from, message_seq, attempt_seq)"
            f" VALUES (now() AT TIME ZONE 'UTC', {OLD % 300}, 0, 0)"
        )
        self.retain()
        self.assertTrue(message.attempt_ids)

    def test_tried_again_its_new_texts_are_masked_in_their_turn(self):
        message = self.settled("a", "dead", 100, error="ada@example.com")
        self.retain()
        self.assertEqual(message.last_error, MASK)
        message.action_replay()
        message._settle("dead", error="bob@example.com")
        self.retain()
        self.assertEqual(message.last_error, "bob@example.com")
        self.age(message, 100)
        self.retain()
        self.assertEqual(message.last_error, MASK)

    def test_exceptions_are_masked_then_cleared(self):
        text = "Two contacts have ada@example.com"
        young = self.resolved(text, 100, group_key="ada@example.com", suggestion=text)
        old = self.resolved(text, 800, suggestion=text)
        old.message_post(body="She lives in Main Street 5")
        opened = self.env["integration.exception"]._report(self.backend, "data", text)
        self.retain()
        self.assertEqual((young.cause, young.resolution), (f"Two contacts have {MASK}", f"Called {MASK}"))
        self.assertNotIn("ada@", f"{young.group_key} {young.group_label} {young.suggestion}")
        self.assertNotIn("contacts", old.cause)
        self.assertFalse(old.suggestion or old.resolution or old.message_ids)
        self.assertEqual((old.category, old.state), ("data", "resolved"))
        self.assertEqual(opened.cause, text)

    def test_alerts_and_traffic(self):
        self.env.cr.execute(
            f"""INSERT INTO integration_rollup (span, start, flow_id, backend_id, company_id, tier, place)
                SELECT v.span, v.start, f.id, f.backend_id, f.company_id, f.tier, 0
                  FROM integration_flow f,
                       (VALUES ('minute', {OLD % 3}), ('minute', {OLD % 1}),
                               ('hour', {OLD % 300}), ('hour', {OLD % 401})) v(span, start)
                 WHERE f.id = %s""",
            (self.flow.id,),
        )
        alert = self.env["integration.alert"].search([], limit=1) or self.env["integration.alert"].create(
            {"kind": "heartbeat", "key": "test"}
        )
        told = self.env["integration.alert.delivery"].create(
            [{"alert_id": alert.id, "event": "opened", "body": "{}", "state": state} for state in ("done", "pending")]
        )
        self.env.cr.execute(f"UPDATE integration_alert_delivery SET create_date = {OLD % 31}")
        self.retain()
        left = self.env["integration.rollup"].search([("flow_id", "=", self.flow.id)])
        self.assertEqual(sorted(left.mapped("span")), ["hour", "minute"])
        self.assertEqual(told.exists().mapped("state"), ["pending"])

    def test_corrections_that_no_longer_count(self):
        message = self.settled("k", "blocked", 5)
        edits = self.env["integration.message.edit"].sudo()
        for state in ("dropped", "replayed", "draft"):
            edit = edits.create({"message_id": message.id, "user_id": self.admin.id, "state": state})
            edit._keep(b'{"n": 2}', b'{"n": 1}')
            edits |= edit
        dropped, current, draft = edits
        message.edit_id = current
        self.env.flush_all()
        self.env.cr.execute(f"UPDATE integration_message_edit SET write_date = {OLD % 40}")
        self.retain()
        self.assertEqual([any(edit._bytes()) for edit in (dropped, current, draft)], [False, True, True])

    def test_batches_go_on_until_nothing_is_left_and_are_counted(self):
        messages = [self.settled(f"k{n}") for n in range(5)]
        with patch.object(integration_retention_work, "BATCH", 2):
            self.retain()
        self.assertFalse(any(self.raw(message) for message in messages))
        rule = self.rule("content")
        self.assertEqual(rule.cleared_count, 5)
        self.assertTrue(rule.last_at)
        self.settled("later")
        self.retain()
        self.assertEqual(rule.cleared_count, 1)
        self.retain()
        self.assertEqual(rule.cleared_count, 0)

    def test_index_finds_what_is_due(self):
        message = self.settled("k", days=10)
        self.env.cr.execute(
            """INSERT INTO integration_message (backend_id, flow_id, company_id, direction, topic, key, state,
                      business_key, received_at, settled_at)
               SELECT backend_id, flow_id, company_id, direction, topic, 'f' || n, 'done', '', received_at,
                      settled_at - n * interval '1 hour'
                 FROM integration_message, generate_series(1, 5000) n WHERE id = %s;
               ANALYZE integration_message""",
            (message.id,),
        )
        values = {"flow": self.flow.id, "days": 90, "limit": 10}
        steps = [step for step in integration_retention_work.STEPS if step.table == "integration_message"]
        self.assertEqual(len(steps), 4)
        for step in steps:
            self.env.cr.execute(f"EXPLAIN (FORMAT JSON) {step.lock()}", values)
            plan = json.dumps(self.env.cr.fetchone()[0])
            # of those in trouble there are few: their own small index serves as well
            self.assertRegex(plan, '"integration_message_(keep|trouble)_idx"', step.data_class)


@tagged("post_install", "-at_install")
class TestRetentionRules(RetentionCase):
    """Who may say what is kept, and what can be said."""

    def test_administrators_change_managers_look(self):
        rule = self.rule("content")
        rule.with_user(self.admin).clear_days = 60
        entry = self.env["integration.audit"].search([("action", "=", "retention.change")], limit=1)
        self.assertEqual((entry.res_id, entry.user_id), (rule.id, self.admin))
        self.assertEqual(json.loads(entry.after), {"clear_days": 60})
        self.assertEqual(rule.with_user(self.manager).clear_days, 60)
        for act in (
            lambda: rule.with_user(self.manager).write({"clear_days": 1}),
            lambda: rule.with_user(self.manager).action_preview(),
            lambda: rule.with_user(self.admin).write({"cleared_count": 1}),
            lambda: self.env["integration.retention.preview"].with_user(self.manager).create({}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_rules_that_make_no_sense_are_refused(self):
        other = self.env["integration.backend"].create(
            {"name": "Other", "kind": "test", "base_url": "https://other.example.com"}
        )
        wrong = (
            {"data_class": "attempt", "clear_days": 7, "backend_id": self.backend.id},
            {"data_class": "hour", "clear_days": 100, "backend_id": self.backend.id},
            {"data_class": "content", "mask_days": 7, "backend_id": self.backend.id},
            {"data_class": "text", "clear_days": 7, "backend_id": self.backend.id},
            {"data_class": "exception", "mask_days": 70, "clear_days": 7, "backend_id": self.backend.id},
            {"data_class": "content", "clear_days": 7, "backend_id": other.id, "flow_id": self.flow.id},
        )
        for values in wrong:
            with self.assertRaises(ValidationError, msg=values), self.env.cr.savepoint():
                self.rules.create(values)

    def test_another_company_sees_no_rule_of_ours(self):
        ours = self.rules.create({"data_class": "content", "flow_id": self.flow.id, "clear_days": 10})
        self.assertEqual((ours.backend_id, ours.company_id), (self.backend, self.flow.company_id))
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            login="keep_other",
            groups="connector_base.group_admin",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        seen = self.rules.with_user(user).search([])
        self.assertNotIn(ours, seen)
        self.assertIn(self.rule("content"), seen)
        self.settled("k")
        preview = self.env["integration.retention.preview"].with_user(user).create({})
        self.assertNotIn(ours, preview.sudo().line_ids.rule_id)
        self.assertTrue(all(preview.line_ids.mapped("rule_id.display_name")))

    def test_preview_counts_and_changes_nothing(self):
        message = self.settled("k")
        wizard = self.env["integration.retention.preview"].with_user(self.admin).create({})
        counts = {(line.rule_id.data_class, line.act): line.count for line in wizard.line_ids}
        self.assertEqual(counts["content", "clear"], 1)
        self.assertEqual(counts["text", "mask"], 1)
        self.assertTrue(self.raw(message))

    def test_settings_edit_the_rule_for_all(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.integration_keep_days, 90)
        settings.integration_keep_days = 31
        settings.set_values()
        self.assertEqual(self.rule("content").clear_days, 31)
