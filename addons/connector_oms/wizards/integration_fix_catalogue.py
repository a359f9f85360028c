from odoo import api, fields, models


class IntegrationFixCatalogue(models.TransientModel):
    """Decides about all values of one kind: Odoo's, the channel's, or both stay."""

    _name = "integration.fix.catalogue"
    _description = "Decide about prices and product data"
    _inherit = ["integration.fix"]

    scope = fields.Selection(default="chosen")
    choice = fields.Selection(
        [
            ("set_ours", "Set Odoo's values at the channel"),
            ("take_theirs", "Take the channel's values into Odoo"),
            ("leave", "Leave both as they are"),
        ],
        "Which count",
        required=True,
        default="set_ours",
    )
    value_count = fields.Integer("Concerned", compute="_compute_values")
    sample = fields.Text("For example", compute="_compute_values")

    @api.depends("exception_ids")
    def _compute_values(self):
        for wizard in self:
            values = wizard.exception_ids._catalogue_values()
            wizard.value_count = len(values)
            wizard.sample = "\n".join(
                f"{value.display_name}: {value.wanted_words or '-'} / {value.known_words or '-'}"
                for value in values[:5]
            )

    def action_open_values(self):
        """Button “Look at each”: the list instead of one decision for all."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_oms.integration_catalogue_value_action")
        action["domain"] = [("id", "in", self.exception_ids._catalogue_values().ids)]
        action["context"] = {}
        return action

    def _mend_one(self, exception):
        values = exception._catalogue_values()
        getattr(values, f"action_{self.choice}")()
        chosen = dict(self._fields["choice"]._description_selection(self.env))[self.choice]
        exception._resolve(chosen, "fixed")

    def _reason(self):
        return dict(self._fields["choice"]._description_selection(self.env))[self.choice]
