import json
import threading
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from ..lib.audit_chain import Head
from .common import HubCase

TABLES = ("integration_audit", "integration_audit_seal")


class AuditCase(HubCase):
    """Operator, manager and admin of the hub."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow = cls.make_flow("test.in")
        for role in ("operator", "manager", "admin"):
            user = new_test_user(cls.env, login=f"audited_{role}", groups=f"connector_base.group_{role}")
            setattr(cls, role, user)

    def setUp(self):
        super().setUp()
        self.audit = self.env["integration.audit"]
        self.seals = self.env["integration.audit.seal"]
        self.seals._seal()  # what earlier tests committed

    def last(self, records, action):
        """The newest entry of an act, with its states read."""
        entry = self.audit.search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids), ("action", "=", action)], limit=1
        )
        self.assertTrue(entry, f"{action} is not on record")
        return entry, json.loads(entry.before or "null"), json.loads(entry.after or "null")

    def blocked(self):
        """A message that needs a person."""
        message = self.receive(self.flow, {"n": 1})
        message._settle("blocked", error="no SKU")
        return message


@tagged("post_install", "-at_install")
class TestAuditActs(AuditCase):
    """Each manual act has user, time, reason, before and after."""

    def test_replay_and_cancel(self):
        message = self.blocked()
        message.with_user(self.operator).action_replay()
        entry, before, after = self.last(message, "message.replay")
        self.assertEqual(entry.user_id, self.operator)
        self.assertEqual(entry.login, "audited_operator")
        self.assertEqual(entry.company_id, self.backend.company_id)
        self.assertEqual(entry.backend_name, self.backend.name)
        self.assertTrue(entry.at)
        self.assertEqual((before["state"], after["state"]), ("blocked", "pending"))
        message.with_user(self.manager).action_cancel()
        __, before, after = self.last(message, "message.cancel")
        self.assertEqual((before["state"], after["state"]), ("pending", "cancelled"))

    def test_resolved_with_reason(self):
        exception = self.env["integration.exception"]._report(self.backend, "data", "Ada Lovelace lives elsewhere")
        exception.with_user(self.operator).action_resolve_with("Phoned ada@example.com")
        entry, before, after = self.last(exception, "exception.resolve")
        self.assertEqual(entry.reason, "Phoned ********")
        self.assertEqual((before["state"], after["state"]), ("open", "resolved"))
        self.assertNotIn("Ada", entry.res_name)

    def test_backend_acts(self):
        backend = self.backend.with_user(self.admin)
        backend.action_pause_with("Stocktaking")
        __, before, after = self.last(backend, "backend.pause")
        self.assertEqual((before["state"], after["state"]), ("running", "paused"))
        backend.action_resume()
        self.last(backend, "backend.resume")
        backend.action_adopt_database()
        self.last(backend, "backend.adopt_database")
        token = self.backend.webhook_token
        backend.action_new_webhook_token()
        entry, before, after = self.last(backend, "backend.new_webhook_address")
        self.assertNotIn(token, entry.before + entry.after)
        self.assertNotIn(self.backend.webhook_token, entry.before + entry.after)

    def test_changes_by_hand_only(self):
        self.backend.with_user(self.admin).deadline = 12
        __, before, after = self.last(self.backend, "backend.change")
        self.assertEqual((before, after), ({"deadline": 30.0}, {"deadline": 12.0}))
        count = self.audit.search_count([])
        self.backend.sudo().deadline = 13
        self.backend.with_user(self.admin).deadline = 13
        self.assertEqual(self.audit.search_count([]), count)

    def test_flow_and_mapping(self):
        self.flow.with_user(self.manager).batch_size = 7
        __, before, after = self.last(self.flow, "flow.change")
        self.assertEqual((before, after), ({"batch_size": 25}, {"batch_size": 7}))
        mapping = self.env["integration.mapping"].with_user(self.manager)
        values = {"backend_id": self.backend.id, "kind": "payment", "external_value": "cash", "odoo_value": "Cash"}
        mapping = mapping.create(values)
        entry, before, after = self.last(mapping, "mapping.create")
        self.assertIsNone(before)
        self.assertEqual(after["odoo_value"], "Cash")
        mapping_id = mapping.id
        mapping.unlink()
        self.assertTrue(self.audit.search([("res_id", "=", mapping_id), ("action", "=", "mapping.delete")]))

    def test_secret_is_on_record_without_its_value(self):
        self.backend.with_user(self.admin)._set_secret("password", "hunter22-secret")
        entry, __, after = self.last(self.backend, "backend.secret")
        self.assertEqual(after, {"which": "password", "kept": True})
        self.backend.with_user(self.admin)._set_secret("password", "")
        __, __, after = self.last(self.backend, "backend.secret")
        self.assertEqual(after, {"which": "password", "kept": False})

    def test_known_secret_is_masked_wherever_it_stands(self):
        self.backend._set_secret("password", "hunter22-secret")
        entry = self.audit._record(self.backend, "test", "it is hunter22-secret", {"x": "hunter22-secret"})
        self.assertNotIn("hunter22", entry.reason + entry.before)

    def test_settings(self):
        settings = self.env["res.config.settings"].create({"integration_keep_days": 31})
        settings.set_values()
        __, before, after = self.last(self.env.company, "settings.change")
        self.assertEqual(after["integration_keep_days"], "31")

    def test_act_that_fails_leaves_no_entry(self):
        count = self.audit.search_count([])
        message = self.receive(self.flow, {"n": 2})
        message._settle("cancelled")
        with self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017
            message.with_user(self.operator).action_replay()
        self.assertEqual(self.audit.search_count([]), count)

    def test_every_code_has_a_name(self):
        for code in self.audit.search([]).mapped("action"):
            if code != "test":
                self.assertIn(code, self.audit._action_names())


@tagged("post_install", "-at_install")
class TestAuditChain(AuditCase):
    """The chain shows what was changed behind Odoo's back."""

    def setUp(self):
        super().setUp()
        for number in range(3):
            self.entries = self.audit._record(self.backend, "test", f"reason {number}")
        self.seals._seal()
        self.env.invalidate_all()

    def tamper(self, statement, *args):
        """What somebody with the database's password could do."""
        for table in TABLES:
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_guard")
        self.env.cr.execute(statement, args)

    def kinds(self, kept=None):
        return [entry.kind for entry in self.seals._verify(kept)]

    def test_sound(self):
        self.assertEqual(self.kinds(), [])
        self.assertEqual(self.entries.sequence, self.seals._head().sequence)
        self.assertEqual(self.entries.hash, self.seals._head().hash)

    def test_database_refuses_changes(self):
        for table in TABLES:
            for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
                    self.env.cr.execute(statement)
                with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
                    self.env.cr.execute("SET LOCAL session_replication_role = replica")
                    self.env.cr.execute(statement)

    def test_orm_superuser_is_refused_as_well(self):
        entry = self.entries.with_user(SUPERUSER_ID).sudo()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
            entry.reason = "another"
            self.env.flush_all()
        self.env.invalidate_all(flush=False)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
            entry.unlink()

    def test_changed_entry_is_found(self):
        self.tamper("UPDATE integration_audit SET reason = 'x' WHERE id = %s", self.entries.id)
        self.assertEqual(self.kinds(), ["changed"])

    def test_changed_time_is_found(self):
        self.tamper("UPDATE integration_audit SET at = at - interval '1 us' WHERE id = %s", self.entries.id)
        self.assertEqual(self.kinds(), ["changed"])

    def test_deleted_entry_is_found(self):
        self.tamper("DELETE FROM integration_audit WHERE id = %s", self.entries.id)
        self.assertEqual(self.kinds(), ["missing"])

    def test_cut_end_is_found(self):
        self.assertEqual(self.kinds(), [])
        head = self.seals._head()
        self.tamper("DELETE FROM integration_audit_seal WHERE sequence = %s", head.sequence)
        self.tamper("DELETE FROM integration_audit WHERE id = %s", self.entries.id)
        self.assertEqual(self.kinds(), ["cut"])
        self.env["ir.config_parameter"].set_param("integration.audit_head", False)
        self.assertEqual(self.kinds(), [])
        self.assertEqual(self.kinds(head), ["cut"])

    def test_entry_put_in_is_found(self):
        self.env.cr.execute(
            """INSERT INTO integration_audit (at, user_id, login, company_id, action, res_model, res_id)
               VALUES (now() AT TIME ZONE 'UTC' - interval '3 days', %s, 'x', %s, 'x', 'x', 1)""",
            (self.env.uid, self.env.company.id),
        )
        self.seals._seal()
        self.assertEqual(self.kinds(), ["unsealed"])

    def test_cron_tells_people_and_takes_it_back(self):
        self.env.cr.execute("SAVEPOINT before")
        self.tamper("UPDATE integration_audit SET reason = 'x' WHERE id = %s", self.entries.id)
        with mute_logger("odoo.addons.connector_base.models.integration_audit_seal"):
            self.assertTrue(self.seals._cron_verify())
        self.assertTrue(self.exceptions("audit"))
        self.tamper("UPDATE integration_audit SET reason = 'reason 2' WHERE id = %s", self.entries.id)
        self.assertFalse(self.seals._cron_verify())
        self.assertFalse(self.exceptions("audit"))

    def test_what_a_kill_left_behind_is_linked(self):
        entry = self.audit._record(self.backend, "test")
        self.assertFalse(entry.sequence)
        self.seals._cron_seal()
        self.env.invalidate_all()
        self.assertTrue(entry.sequence)

    def test_wizard_shows_head_and_finds_a_forged_one(self):
        wizard = self.env["integration.audit.check"].with_user(self.manager).create({})
        wizard.action_check()
        self.assertTrue(wizard.sound)
        self.assertEqual(Head.parse(wizard.head), self.seals._head())
        self.assertTrue(wizard.head_file)
        wizard.kept_head = f"1 {'0' * 64}"
        wizard.action_check()
        self.assertFalse(wizard.sound)

    def test_who_may_see_it(self):
        self.assertTrue(self.audit.with_user(self.manager).search([]))
        with self.assertRaises(AccessError):
            self.audit.with_user(self.operator).search([])
        with self.assertRaises(AccessError):
            self.env["integration.audit.check"].with_user(self.operator).create({})
        for user in (self.manager, self.admin):
            with self.assertRaises(AccessError):
                self.audit.with_user(user).create({"action": "x"})
            with self.assertRaises(AccessError):
                self.entries.with_user(user).reason = "x"
            with self.assertRaises(AccessError):
                self.entries.with_user(user).unlink()


@tagged("post_install", "-at_install")
class TestAuditConcurrency(BaseCase):
    """Real cursors: overlapping acts make one chain, and none waits for another."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())

    def record(self, cr, reason):
        env = api.Environment(cr, SUPERUSER_ID, {})
        return env["integration.audit"]._record(env.company, "test", reason).id

    def test_long_transaction_keeps_nobody_waiting(self):
        with self.registry.cursor() as slow:
            first = self.record(slow, "slow")
            with self.registry.cursor() as fast:
                fast.execute("SET LOCAL lock_timeout = '2s'")
                second = self.record(fast, "fast")
        places = self.places([first, second])
        self.assertLess(places[second], places[first], "linked in the order of the commits")

    def test_many_at_once_keep_one_chain(self):
        ids, barrier, trouble = [], threading.Barrier(4), []

        def act(number):
            try:
                with self.registry.cursor() as cr:
                    ids.append(self.record(cr, f"act {number}"))
                    barrier.wait(10)
            except Exception as error:  # noqa: BLE001
                trouble.append(error)

        threads = [threading.Thread(target=act, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertFalse(trouble)
        self.assertEqual(len(set(self.places(ids).values())), 4)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self.assertEqual(env["integration.audit.seal"]._verify(), [])

    def test_links_are_made_one_transaction_at_a_time(self):
        """Without the lock, two would take the same place and one act's link would fail."""
        with (
            patch("odoo.addons.connector_base.models.integration_audit_seal.CHAIN_LOCK", 1),
            self.registry.cursor() as one,
        ):
            one.execute("SELECT pg_advisory_xact_lock(1)")
            with self.registry.cursor() as other, self.assertRaises(psycopg2.errors.LockNotAvailable):
                other.execute("SET lock_timeout = '100ms'")
                env = api.Environment(other, SUPERUSER_ID, {})
                with mute_logger("odoo.sql_db"):
                    env["integration.audit.seal"]._seal([])

    def places(self, ids):
        with self.registry.cursor() as cr:
            cr.execute("SELECT audit_id, sequence FROM integration_audit_seal WHERE audit_id = ANY(%s)", (ids,))
            return dict(cr.fetchall())
