from odoo import models


class StockRule(models.Model):
    """Deliveries of goods that the warehouse gets for the order first."""

    _inherit = "stock.rule"

    def _get_custom_move_fields(self):
        """A move knows what it is fed by."""
        return [*super()._get_custom_move_fields(), "integration_allocation_id"]

    def _get_stock_move_values(self, *procurement):
        """A transfer that is called off is called off as a whole, without the customer's delivery."""
        move_values = super()._get_stock_move_values(*procurement)
        values = procurement[-1]
        fed = values.get("move_dest_ids") or self.env["stock.move"]
        if fed.integration_allocation_id or values.get("integration_allocation_id"):
            move_values["propagate_cancel"] = False
        elif fed._integration_fed():
            move_values["propagate_cancel"] = True
        return move_values

    def _run_pull(self, procurements):
        """Deliveries of what is got first wait for that, and do not take from stock."""
        fed = [pair for pair in procurements if pair[0].values.get("integration_allocation_id")]
        rest = [pair for pair in procurements if not pair[0].values.get("integration_allocation_id")]
        if rest:
            super()._run_pull(rest)
        if fed:
            super(StockRule, self.with_context(integration_feed=True))._run_pull(fed)
        return True
