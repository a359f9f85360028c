from odoo.tests import tagged

from .stock_publish_case import PublishCase


@tagged("post_install", "-at_install")
class TestStockAlert(PublishCase):
    """A channel that sells from old stock levels is told of."""

    def alerts(self):
        self.env.flush_all()
        self.env["integration.alert"]._cron_watch()
        self.env.invalidate_all()
        return self.env["integration.alert"].search(
            [("kind", "=", "freshness"), ("backend_id", "=", self.backend.id), ("state", "=", "open")]
        )

    def age(self, table, column):
        self.env.flush_all()
        self.env.cr.execute(f"UPDATE {table} SET {column} = {column} - interval '1 hour'")
        self.env.invalidate_all()

    def test_level_older_than_the_limit_is_told_until_the_channel_took_it(self):
        quant = self.put(8)
        self.round()
        quant.quantity = 5
        self.run_precommit()
        self.flow._job_publish_stock()
        self.assertFalse(self.alerts())
        self.age("integration_stock_level", "computed_at")
        alert = self.alerts()
        self.assertEqual(alert.flow_id, self.flow)
        self.assertIn("1 stock levels", alert.cause)
        self.drain(self.flow)
        self.assertFalse(self.alerts())
        self.assertEqual(alert.state, "closed")

    def test_levels_that_were_accepted_may_be_old(self):
        self.put(8)
        self.round()
        self.age("integration_stock_level", "computed_at")
        self.assertFalse(self.alerts())

    def test_changes_that_nobody_computes_are_told(self):
        quant = self.put(8)
        self.round()
        quant.quantity = 5
        self.run_precommit()
        self.age("integration_stock_publisher", "ran_at")
        self.assertIn("has not been computed", self.alerts().cause)

    def test_paused_channel_is_not_read(self):
        self.put(8)
        self.flow.action_pause_with("Stocktaking")
        self.assertEqual(self.flow._stock_reader()[0], None)
