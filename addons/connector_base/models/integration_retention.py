from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..lib.retention import KINDS, Rule, choose

#: what narrows a rule, or changes what it does
WRITABLE = {"data_class", "backend_id", "flow_id", "mask_days", "clear_days", "reason"}


class IntegrationRetention(models.Model):
    """How long one class of data is kept: for all, for a backend or for a flow.

    The flow's rule counts before the backend's, and that before the one for all. How
    they are applied stands in ``integration_retention_work.py``.
    """

    _name = "integration.retention"
    _description = "How long data is kept"
    _inherit = ["integration.audit.mixin"]
    _audit_prefix = "retention"
    _order = "sequence, backend_id NULLS FIRST, flow_id NULLS FIRST, id"

    data_class = fields.Selection(
        [
            ("content", "Content of finished messages"),
            ("stuck", "Content of messages given up or left to a person"),
            ("correction", "Corrections that no longer count"),
            ("text", "Names and addresses in texts of messages"),
            ("attempt", "Single tries of messages"),
            ("exception", "Texts of resolved exceptions"),
            ("alert", "Alerts sent to the webhook"),
            ("minute", "Traffic by the minute"),
            ("hour", "Traffic by the hour"),
        ],
        "What",
        required=True,
    )
    sequence = fields.Integer(compute="_compute_sequence", store=True, export_string_translation=False)
    backend_id = fields.Many2one(
        "integration.backend", index="btree_not_null", ondelete="cascade", help="Empty: for all."
    )
    flow_id = fields.Many2one(
        "integration.flow", index="btree_not_null", ondelete="cascade", help="Empty: for all of the backend."
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, index="btree_not_null", ondelete="cascade"
    )
    mask_days = fields.Integer(
        "Mask after (days)", help="E-mail addresses, telephone numbers and names of contacts become stars. 0: never."
    )
    clear_days = fields.Integer("Clear after (days)", help="Counted from the day it was settled. 0: kept for ever.")
    reason = fields.Char("Why", help="The law or contract behind it.")
    can_mask = fields.Boolean(compute="_compute_kind", export_string_translation=False)
    can_clear = fields.Boolean(compute="_compute_kind", export_string_translation=False)
    can_narrow = fields.Boolean(compute="_compute_kind", export_string_translation=False)
    last_at = fields.Datetime("Last run", readonly=True)
    masked_count = fields.Integer("Masked then", readonly=True)
    cleared_count = fields.Integer("Cleared then", readonly=True)
    is_over = fields.Boolean(default=True, readonly=True, export_string_translation=False)

    _scope_uniq = models.UniqueIndex(
        "(data_class, COALESCE(backend_id, 0), COALESCE(flow_id, 0))", "There is a rule for this already."
    )
    _days_positive = models.Constraint("CHECK (mask_days >= 0 AND clear_days >= 0)", "Days are counted forwards.")

    @api.depends("data_class")
    def _compute_kind(self):
        for rule in self:
            kind = KINDS.get(rule.data_class)
            rule.can_mask = bool(kind and kind.masks)
            rule.can_clear = bool(kind and kind.clears)
            rule.can_narrow = bool(kind and kind.narrows)

    @api.depends("data_class")
    def _compute_sequence(self):
        order = list(KINDS)
        for rule in self:
            rule.sequence = order.index(rule.data_class) if rule.data_class else len(order)

    @api.depends("backend_id.company_id", "flow_id.company_id")
    def _compute_company_id(self):
        for rule in self:
            rule.company_id = rule.flow_id.company_id or rule.backend_id.company_id

    @api.depends("data_class", "backend_id", "flow_id")
    def _compute_display_name(self):
        labels = dict(self._fields["data_class"]._description_selection(self.env))
        for rule in self:
            parts = [labels.get(rule.data_class), rule.backend_id.name, rule.flow_id.name]
            rule.display_name = ", ".join(filter(None, parts))

    @api.onchange("flow_id")
    def _onchange_flow_id(self):
        if self.flow_id:
            self.backend_id = self.flow_id.backend_id

    @api.constrains("data_class", "backend_id", "flow_id", "mask_days", "clear_days")
    def _check_rule(self):
        for rule in self:
            rule._check_days()
            if not rule.can_narrow and (rule.backend_id or rule.flow_id):
                raise ValidationError(self.env._("%s: one rule serves all backends.", rule.display_name))
            if rule.flow_id and rule.flow_id.backend_id != rule.backend_id:
                raise ValidationError(self.env._("%s is not a flow of this backend.", rule.flow_id.name))

    def _check_days(self):
        kind = KINDS[self.data_class]
        if self.mask_days and not kind.masks:
            raise ValidationError(self.env._("%s: this cannot be masked, only cleared.", self.display_name))
        if self.clear_days and not kind.clears:
            raise ValidationError(self.env._("%s: this is masked and then stays.", self.display_name))
        if 0 < self.clear_days < kind.least:
            raise ValidationError(
                self.env._("%(what)s: needed for %(days)s days at least.", what=self.display_name, days=kind.least)
            )
        if 0 < self.clear_days < self.mask_days:
            raise ValidationError(self.env._("%s: it would be cleared before it is masked.", self.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        """A rule for a flow is one for its backend, too."""
        for vals in vals_list:
            if vals.get("flow_id") and not vals.get("backend_id"):
                vals["backend_id"] = self.env["integration.flow"].browse(vals["flow_id"]).backend_id.id
        return super().create(vals_list)

    def write(self, vals):
        """What the last run did is written by the run alone."""
        if not self.env.su and not vals.keys() <= WRITABLE:
            raise AccessError(self.env._("Only the rule itself can be changed."))
        return super().write(vals)

    @api.model
    def _rules(self):
        """All rules, as plain values."""
        return [
            Rule(
                rule.id,
                rule.data_class,
                rule.backend_id.id or 0,
                rule.flow_id.id or 0,
                rule.mask_days,
                rule.clear_days,
            )
            for rule in self.sudo().search([])
        ]

    @api.model
    def _rule_of(self, data_class, backend_id=0, flow_id=0):
        """The rule that counts, as ``lib.retention.Rule``; None where all is kept."""
        return choose(self._rules(), data_class, backend_id, flow_id)

    def action_preview(self):
        """Button “Show what would go”: counted now, nothing is changed."""
        self._require_admin()
        wizard = self.env["integration.retention.preview"].create({})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What would go now"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _require_admin(self):
        if not self.env.user.has_group("connector_base.group_admin"):
            raise AccessError(self.env._("Only an administrator of the connectors decides what is kept."))
