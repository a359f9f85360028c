"""Rounds and senders of one backend at the same time: real cursors, real commits."""

import threading
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from ..lib import levels_sql as sql
from ..stock.publish import Round

#: what a test may leave in the database, children first
TABLES = (
    "integration_stock_dirty",
    "integration_stock_level",
    "integration_stock_publisher",
    "integration_message",
    "integration_product_binding",
    "integration_location_binding",
    "integration_flow",
)


@tagged("post_install", "-at_install")
class TestPublishRace(BaseCase):
    """One product in one warehouse; what is committed here is deleted again."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        kinds = self.registry["integration.backend"]._selection_kind
        patcher = patch.object(
            self.registry["integration.backend"],
            "_selection_kind",
            lambda model: [*kinds(model), ("test", "Test")],
        )
        patcher.start()
        self.addCleanup(patcher.stop)
        self.addCleanup(self.clean)
        with self.registry.cursor() as cr:
            self.make(api.Environment(cr, SUPERUSER_ID, {}))
        self.round()

    def make(self, env):
        warehouse = env["stock.warehouse"].search([], limit=1)
        product = env["product.product"].create({"name": "Raced for", "type": "consu", "is_storable": True})
        backend = env["integration.backend"].create({"name": "Race", "kind": "test"})
        flow = env["integration.flow"].create(
            {
                "name": "Stock",
                "code": "stock.out",
                "direction": "out",
                "backend_id": backend.id,
            }
        )
        backend.state = "running"
        links = {"backend_id": backend.id, "external_id": "race"}
        env["integration.location.binding"].create({**links, "record_id": warehouse.id})
        env["integration.product.binding"].create({**links, "stock_id": "race", "record_id": product.id})
        quant = env["stock.quant"].create(
            {
                "product_id": product.id,
                "location_id": warehouse.lot_stock_id.id,
                "quantity": 5,
            }
        )
        self.product_id, self.quant_id = product.id, quant.id
        self.backend_id, self.flow_id = backend.id, flow.id

    def clean(self):
        with self.registry.cursor() as cr:
            for table in TABLES:
                cr.execute(f"DELETE FROM {table} WHERE backend_id = %s", (self.backend_id,))
            cr.execute("DELETE FROM queue_job WHERE identity_key LIKE 'integration:%'")
            cr.execute("DELETE FROM integration_backend WHERE id = %s", (self.backend_id,))
            cr.execute("DELETE FROM stock_quant WHERE product_id = %s", (self.product_id,))
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["product.product"].browse(self.product_id).product_tmpl_id.unlink()

    def put(self, units):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["stock.quant"].browse(self.quant_id).quantity = units

    def run_round(self, cr):
        env = api.Environment(cr, SUPERUSER_ID, {})
        return Round(env["integration.flow"].browse(self.flow_id), False).run()

    def round(self):
        with self.registry.cursor() as cr:
            return self.run_round(cr)

    def level(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT id, available, version, message_id FROM integration_stock_level WHERE backend_id = %s",
                (self.backend_id,),
            )
            return cr.dictfetchone()

    def marks(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM integration_stock_dirty WHERE backend_id = %s",
                (self.backend_id,),
            )
            return cr.fetchone()[0]

    def test_a_round_that_waited_for_another_starts_afresh(self):
        self.put(6)
        errors = []

        def second(cr):
            try:
                self.run_round(cr)
            except psycopg2.Error as error:
                errors.append(error)
            cr.rollback()

        with self.registry.cursor() as one, self.registry.cursor() as two:
            two.execute("SELECT 1")
            self.run_round(one)
            thread = threading.Thread(target=second, args=(two,))
            thread.start()
            thread.join(0.5)
            self.assertTrue(thread.is_alive(), "it waits")
            one.commit()
            thread.join(20)
        self.assertIsInstance(errors[0], psycopg2.errors.SerializationFailure)
        self.assertEqual((self.level()["available"], self.level()["version"]), (6, 2))

    def test_a_level_at_work_is_left_alone_and_stays_marked(self):
        level = self.level()
        values = {"message_id": level["message_id"], "ids": [level["id"]]}
        with self.registry.cursor() as sender:
            sender.execute(sql.OF_MESSAGE, values)
            self.assertEqual(sender.dictfetchone()["available"], 5)
            self.put(6)
            self.round()
            self.assertEqual(self.level()["available"], 5)
            self.assertEqual(self.marks(), 1)
        self.round()
        self.assertEqual((self.level()["available"], self.marks()), (6, 0))

    def test_a_sender_with_an_old_snapshot_starts_afresh(self):
        level = self.level()
        with self.registry.cursor() as sender:
            sender.execute("SELECT 1")
            self.put(6)
            self.round()
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                sender.execute(
                    sql.OF_MESSAGE,
                    {"message_id": level["message_id"], "ids": [level["id"]]},
                    log_exceptions=False,
                )
            sender.rollback()
