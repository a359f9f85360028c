"""The nightly run beside people and drains at work."""

from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged

from .common import RaceCase


@tagged("post_install", "-at_install")
class TestRetentionRace(RaceCase):
    """Two old messages; somebody replays one of them while the run comes by."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            messages = env["integration.message"]
            for key in ("free", "busy"):
                messages |= messages._emit(env["integration.flow"].browse(self.flow_id), None, key, payload=b"Ada")
            messages._settle("dead", error="ada@example.com")
            cr.execute(
                "UPDATE integration_message SET settled_at = settled_at - interval '3 years' WHERE id = ANY(%s)",
                (messages.ids,),
            )
            self.free, self.busy = messages.ids

    def run_night(self):
        """The run, for the flow of this test alone."""
        model = self.registry["integration.retention"]
        works = model._works

        def mine(rules):
            return [(step, place) for step, place in works(rules) if place["flow"] == self.flow_id]

        with patch.object(model, "_works", mine), self.registry.cursor() as cr:
            cr.execute("SET lock_timeout = '2s'")
            api.Environment(cr, SUPERUSER_ID, {})["integration.retention"]._cron_apply()

    def kept(self):
        """{message id: (has content, state)}"""
        with self.registry.cursor() as cr:
            cr.execute("SELECT id, raw IS NOT NULL, state FROM integration_message WHERE flow_id = %s", (self.flow_id,))
            return {row[0]: row[1:] for row in cr.fetchall()}

    def test_what_somebody_is_at_is_left_out_and_nobody_waits(self):
        with self.registry.cursor() as person:
            message = api.Environment(person, SUPERUSER_ID, {})["integration.message"].browse(self.busy)
            message._reopen()
            self.run_night()
            self.assertEqual(self.kept(), {self.free: (False, "dead"), self.busy: (True, "dead")})
        # committed meanwhile: it is open now, and never due
        self.run_night()
        self.assertEqual(self.kept(), {self.free: (False, "dead"), self.busy: (True, "pending")})

    def test_batches_are_committed_one_by_one(self):
        seen = []
        model = self.registry["integration.retention"]

        def broken(rules, data_class, act, ids, words=()):
            seen.append(data_class)
            if data_class == "stuck":
                raise RuntimeError("the server stops here")
            return do(rules, data_class, act, ids, words)

        do = model._do
        with patch.object(model, "_do", broken), self.assertRaises(RuntimeError):
            self.run_night()
        self.assertEqual(seen, ["text", "stuck"])
        with self.registry.cursor() as cr:
            cr.execute("SELECT DISTINCT last_error FROM integration_message WHERE flow_id = %s", (self.flow_id,))
            self.assertEqual(cr.fetchall(), [("********",)], "what was masked before stays masked")
        self.assertTrue(all(has for has, __ in self.kept().values()))
        self.run_night()
        self.assertFalse(any(has for has, __ in self.kept().values()))
