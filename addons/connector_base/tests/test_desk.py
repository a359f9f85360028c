from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import HubCase


@tagged("post_install", "-at_install")
class DeskCase(HubCase):
    """A desk with two operators, one manager and an order flow."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        cls.env["integration.exception.rule"].search([]).unlink()
        for name, role in (("ann", "operator"), ("bob", "operator"), ("eve", "viewer"), ("max", "manager")):
            user = new_test_user(cls.env, login=f"desk_{name}", groups=f"connector_base.group_{role}")
            setattr(cls, name, user)
        cls.reports = cls.env["integration.exception"]

    def report(self, category="data", **values):
        """One open exception."""
        values.setdefault("group_key", "A")
        message = values.pop("message", None) or self.stuck()
        return self.reports._report(self.backend, category, "Something is wrong", message=message, **values)

    def stuck(self, key=None):
        """A message that needs a person."""
        self.number = getattr(self, "number", 0) + 1
        message = self.receive(self.flow, {"n": self.number}, key=key or f"stuck-{self.number}")
        message._settle("blocked", error="no SKU")
        return message

    def run_jobs(self):
        """Do what was left to the background."""
        for __ in range(20):
            runs = self.env["integration.mend"].search([("state", "=", "running")])
            if not runs:
                break
            for run in runs:
                run._job_mend()


class TestOwners(DeskCase):
    """Who gets what, by rule."""

    def rule(self, **values):
        return self.env["integration.exception.rule"].create(values)

    def test_the_first_rule_that_fits_gives_owner_and_deadline(self):
        self.rule(category="data", backend_id=self.backend.id, user_id=self.ann.id, deadline_hours=4)
        self.rule(user_id=self.bob.id)
        mine, other = self.report("data"), self.report("format")
        self.assertEqual((mine.user_id, other.user_id), (self.ann, self.bob))
        hours = (mine.deadline - fields.Datetime.now()) / timedelta(hours=1)
        self.assertAlmostEqual(hours, 4, delta=0.1)
        self.assertFalse(other.deadline)

    def test_a_team_shares_what_nobody_has_taken(self):
        team = self.env["integration.team"].create({"name": "Returns", "member_ids": [(4, self.ann.id)]})
        self.rule(team_id=team.id)
        exception = self.report()
        self.assertEqual((exception.team_id, exception.user_id), (team, self.env["res.users"]))
        found = self.reports.with_user(self.ann).search([("team_id.member_ids", "in", self.ann.id)])
        self.assertIn(exception, found)
        exception.with_user(self.ann).action_take()
        self.assertEqual(exception.user_id, self.ann)

    def test_without_a_rule_it_goes_to_the_flows_owner(self):
        self.flow.business_owner_id = self.bob
        self.assertEqual(self.report().user_id, self.bob)

    def test_rules_cost_no_query_an_exception(self):
        self.rule(category="data", user_id=self.ann.id)
        rules = self.env["integration.exception.rule"]
        rules._apply_to({"category": "data"})
        with self.assertQueryCount(0):
            rules._apply_to({"category": "data"})

    def test_rules_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.rule(company_id=other.id, user_id=self.ann.id)
        self.assertNotEqual(self.report().user_id, self.ann)

    def test_a_manager_applies_new_rules_to_what_nobody_has(self):
        self.backend.owner_id = False
        exception = self.report()
        self.assertFalse(exception.user_id)
        rule = self.rule(user_id=self.bob.id)
        with self.assertRaises(AccessError):
            rule.with_user(self.ann).action_apply_now()
        rule.with_user(self.max).action_apply_now()
        self.assertEqual(exception.user_id, self.bob)

    def test_operators_do_not_change_rules(self):
        rule = self.rule(user_id=self.bob.id)
        with self.assertRaises(AccessError):
            rule.with_user(self.ann).user_id = self.ann


class TestDeadlines(DeskCase):
    """Activities, and somebody else when time is up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["integration.exception.rule"].create({"user_id": cls.ann.id, "deadline_hours": 8})

    def late(self):
        """An exception whose time is up."""
        exception = self.report()
        exception.deadline = fields.Datetime.now() - timedelta(hours=1)
        return exception

    def test_the_owner_gets_an_activity_due_with_the_deadline(self):
        exception = self.report()
        self.reports._cron_deadlines()
        self.assertEqual(exception.activity_ids.user_id, self.ann)
        self.assertEqual(exception.activity_ids.date_deadline, exception.deadline.date())
        self.reports._cron_deadlines()
        self.assertEqual(len(exception.activity_ids), 1)

    def test_what_only_a_team_has_is_planned_for_whoever_takes_it(self):
        team = self.env["integration.team"].create({"name": "Returns", "member_ids": [(4, self.ann.id)]})
        exception = self.report()
        exception.write({"user_id": False, "team_id": team.id})
        self.reports._cron_deadlines()
        self.assertFalse(exception.activity_ids.user_id)
        exception.with_user(self.ann).action_take()
        self.assertEqual(exception.activity_ids.user_id, self.ann)

    def test_the_activity_goes_with_the_exception(self):
        exception = self.report()
        self.reports._cron_deadlines()
        exception.with_user(self.ann).user_id = self.bob
        self.assertEqual(exception.activity_ids.user_id, self.bob)
        exception.with_user(self.bob).action_resolve_with("Phoned")
        self.assertFalse(exception.activity_ids)

    def test_time_up_is_told_to_the_flows_escalation_owner(self):
        self.flow.escalation_owner_id = self.max
        exception = self.late()
        exception.with_user(self.ann)._snooze(fields.Datetime.now() + timedelta(days=3))
        self.reports._cron_deadlines()
        self.assertEqual(exception.escalated_to_id, self.max)
        self.assertEqual(exception.activity_ids.user_id, self.max)
        self.assertEqual(exception.user_id, self.ann)
        self.assertFalse(exception.snoozed_until)
        self.assertTrue(exception.is_overdue)

    def test_it_is_escalated_once(self):
        exception = self.late()
        self.reports._cron_deadlines()
        first = exception.escalated_at
        self.reports._cron_deadlines()
        self.assertEqual(exception.escalated_at, first)
        entries = self.env["integration.audit"].search([("action", "=", "exception.escalate")])
        self.assertEqual(entries.filtered(lambda entry: entry.res_id == exception.id).mapped("res_id"), exception.ids)

    def test_the_bar_of_the_kanban_counts_overdue_ones(self):
        exception = self.late()
        self.reports._cron_deadlines()
        exception.activity_ids.date_deadline = fields.Date.today() - timedelta(days=2)
        bar = self.reports.with_user(self.ann).read_progress_bar(
            [("id", "=", exception.id)], "group_label", {"field": "activity_state", "colors": {"overdue": "danger"}}
        )
        self.assertEqual(bar[exception.group_label]["overdue"], 1)


class TestSnooze(DeskCase):
    """Off the list until a time."""

    def todo(self):
        view = self.env.ref("connector_base.integration_exception_search").arch
        self.assertIn("snoozed_until", view)
        domain = [("state", "=", "open"), "|", ("snoozed_until", "=", False), ("snoozed_until", "<=", "now")]
        return self.reports.with_user(self.ann).search(domain)

    def test_it_comes_back_by_itself(self):
        exception = self.report()
        wizard = Form(self.env["integration.snooze"].with_user(self.ann).with_context(active_ids=exception.ids))
        wizard.choice = "hour"
        wizard.reason = "Customer calls back"
        wizard.save().action_snooze()
        self.assertNotIn(exception, self.todo())
        exception.snoozed_until = fields.Datetime.now() - timedelta(seconds=1)
        self.assertIn(exception, self.todo())

    def test_it_is_fetched_back(self):
        exception = self.report()
        exception.with_user(self.ann)._snooze(fields.Datetime.now() + timedelta(days=1))
        exception.with_user(self.ann).action_wake()
        self.assertIn(exception, self.todo())

    def test_not_into_the_past_and_not_by_viewers(self):
        exception = self.report()
        with self.assertRaises(UserError):
            exception.with_user(self.ann)._snooze(fields.Datetime.now() - timedelta(days=1))
        with self.assertRaises(AccessError):
            exception.with_user(self.eve)._snooze(fields.Datetime.now() + timedelta(days=1))


class TestNothingMore(DeskCase):
    """What operators and viewers cannot do at the desk."""

    def test_operators_hand_out_and_change_nothing_else(self):
        exception = self.report()
        exception.with_user(self.ann).write({"user_id": self.bob.id})
        entry = self.env["integration.audit"].search([("action", "=", "exception.assign")], limit=1)
        self.assertEqual((entry.user_id, entry.res_id), (self.ann, exception.id))
        for values in ({"state": "resolved"}, {"amount": 0}, {"deadline": False}, {"category": "technical"}):
            with self.assertRaises(AccessError, msg=values):
                exception.with_user(self.ann).write(values)
        with self.assertRaises(AccessError):
            exception.with_user(self.ann).unlink()

    def test_viewers_only_look(self):
        exception = self.report().with_user(self.eve)
        self.assertTrue(exception.cause)
        self.assertFalse(exception.fixes)
        for act in (
            exception.action_take,
            exception.action_replay,
            lambda: exception.action_fix("replay"),
            lambda: exception.action_resolve_with("Because"),
            lambda: exception.write({"user_id": self.eve.id}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_cancelling_a_message_is_for_managers(self):
        exception = self.report()
        self.assertNotIn("discard", [fix["code"] for fix in exception.with_user(self.ann).fixes])
        with self.assertRaises(AccessError):
            exception.with_user(self.ann).action_fix("discard")
        self.assertIn("discard", [fix["code"] for fix in exception.with_user(self.max).fixes])

    def test_a_wizard_does_not_get_round_the_catalogue(self):
        exception = self.report()
        wizard = self.env["integration.fix.decide"].with_user(self.ann)
        wizard = wizard.create({"code": "discard", "reason": "x", "exception_ids": exception.ids})
        with self.assertRaises(AccessError):
            wizard.action_apply()

    def test_other_companies_see_no_exception_rule_team_or_fix(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            login="desk_other",
            groups="connector_base.group_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        own = self.env.company.id
        team = self.env["integration.team"].create({"name": "T", "company_id": own})
        rule = self.env["integration.exception.rule"].create({"company_id": own})
        run = self.env["integration.mend"].create(
            {"name": "x", "company_id": own, "user_id": self.ann.id, "fix_model": "integration.fix.decide"}
        )
        for record in (self.report(), team, rule, run):
            found = self.env[record._name].with_user(stranger).search([("id", "=", record.id)])
            self.assertFalse(found, record._name)


class TestFixes(DeskCase):
    """Fixes that every addon has."""

    def apply(self, exceptions, code, user=None, **values):
        """Press the fix's button and fill in its wizard."""
        action = exceptions.with_user(user or self.ann).action_fix(code)
        model = self.env[action["res_model"]].with_user(user or self.ann).with_context(**action["context"])
        wizard = Form(model)
        for name, value in values.items():
            setattr(wizard, name, value)
        return wizard.save().action_apply()

    def test_try_again(self):
        exception = self.report()
        self.assertEqual([fix["code"] for fix in exception.with_user(self.ann).fixes], ["replay"])
        self.apply(exception, "replay")
        self.assertEqual(exception.message_id.state, "pending")
        entry = self.env["integration.audit"].search([("action", "=", "exception.replay")], limit=1)
        self.assertEqual((entry.user_id, entry.res_id), (self.ann, exception.id))

    def test_it_worked_needs_a_reason(self):
        exception = self.report("ambiguous")
        exception.message_id._settle("ambiguous", error="timeout")
        with self.assertRaises(AssertionError):
            self.apply(exception, "worked")
        self.apply(exception, "worked", reason="Seen on their screen")
        self.assertEqual(exception.state, "resolved")

    def doubtful(self, count):
        """Exceptions of one cause whose messages may or may not have worked."""
        exceptions = self.reports.union(*[self.report("ambiguous") for __ in range(count)])
        exceptions.message_id._settle("ambiguous", error="timeout")
        return exceptions

    def test_all_of_one_cause_in_the_background_with_progress(self):
        exceptions = self.doubtful(25)
        other = self.report("ambiguous", group_key="B")
        other.message_id._settle("ambiguous", error="timeout")
        action = self.apply(exceptions[0], "worked", reason="All arrived")
        self.assertIn("25", action["params"]["message"])
        run = exceptions.mend_id
        self.assertEqual((run.total, run.treated, run.healed, run.user_id), (25, 0, 0, self.ann))
        self.assertEqual(set(exceptions.mapped("state")), {"open"})
        self.run_jobs()
        self.assertEqual(set(exceptions.mapped("state")), {"resolved"})
        self.assertEqual((run.state, run.treated, run.progress), ("done", 25, 100.0))
        run.invalidate_recordset()
        self.assertEqual(run.healed, 25)
        self.assertEqual(other.message_id.state, "ambiguous")

    def test_one_that_cannot_be_mended_does_not_stop_the_others(self):
        exceptions = self.doubtful(12)
        self.apply(exceptions[0], "worked", reason="All arrived")
        exceptions[3].message_id._settle("done")
        run = exceptions.mend_id
        self.run_jobs()
        self.assertEqual((run.failed, run.treated), (1, 12))
        self.assertTrue(run.trouble)
        self.assertEqual(len(exceptions.filtered(lambda one: one.state == "resolved")), 11)

    def test_many_messages_are_tried_again_at_a_capped_rate(self):
        exceptions = self.reports.union(*[self.report() for __ in range(12)])
        action = self.apply(exceptions[0], "replay")
        self.assertIn("12", action["params"]["message"])
        replay = self.env["integration.replay"].browse(action["params"]["next"]["res_id"])
        self.assertEqual((replay.total, replay.user_id, replay.reason), (12, self.ann, exceptions[0].group_label))
        self.assertEqual(set(exceptions.message_id.mapped("state")), {"blocked"})

    def test_only_what_was_chosen(self):
        first, second = self.report(), self.report()
        self.apply(first, "replay", scope="chosen")
        self.assertEqual((first.message_id.state, second.message_id.state), ("pending", "blocked"))

    def test_stopping_leaves_the_rest(self):
        exceptions = self.doubtful(15)
        self.apply(exceptions[0], "worked", reason="All arrived")
        run = exceptions.mend_id
        with self.assertRaises(AccessError):
            run.with_user(self.eve).action_stop()
        run.with_user(self.ann).action_stop()
        run._job_mend()
        self.assertEqual(set(exceptions.mapped("state")), {"open"})

    def test_the_first_common_fix_of_a_selection(self):
        exceptions = self.report() | self.report(group_key="B")
        action = exceptions.with_user(self.ann).action_fix_first()
        self.assertEqual(action["context"]["default_code"], "replay")
        exceptions.message_id._settle("done")
        with self.assertRaises(UserError):
            exceptions.with_user(self.ann).action_fix_first()

    def test_resolving_keeps_how_and_why(self):
        exception = self.report()
        wizard = Form(self.env["integration.resolve"].with_user(self.ann).with_context(active_ids=exception.ids))
        wizard.kind, wizard.reason = "agreed", "Phoned the customer"
        wizard.save().action_resolve()
        self.assertEqual(
            (exception.state, exception.resolution_kind, exception.resolution, exception.resolved_by_id),
            ("resolved", "agreed", "Phoned the customer", self.ann),
        )

    def test_a_replay_that_goes_through_closes_it(self):
        exception = self.report()
        self.env.registry.clear_cache()
        exception.message_id._settle("done")
        self.reports._heal_after(exception.message_id)
        self.assertEqual((exception.state, exception.resolution_kind), ("resolved", "healed"))

    def test_the_most_frequent_cause_stands_first(self):
        ids = [self.report(group_key=key).id for key in ("A", "B", "B", "C")]
        groups = self.reports.with_user(self.ann).web_read_group([("id", "in", ids)], ["group_label"], ["__count"])
        labels = [group["group_label"][-1] for group in groups["groups"]]
        self.assertEqual(labels, ["B", "A", "C"])

    def test_a_cause_has_a_name_people_read(self):
        self.assertEqual(self.report(group_key="SKU-1").group_label, "Wrong or missing data: SKU-1")
        self.assertEqual(self.report(group_key="order:5").group_label, "Wrong or missing data")
