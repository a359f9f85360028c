from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError

from ..lib.ownership import Rule, first_fit


class IntegrationExceptionRule(models.Model):
    """Who gets which exceptions, and how long they have. The first rule that fits counts."""

    _name = "integration.exception.rule"
    _description = "Exception rule"
    _inherit = ["integration.audit.mixin"]
    _audit_prefix = "rule"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    category = fields.Selection(selection="_selection_category", help="Empty: any.")
    backend_id = fields.Many2one("integration.backend", ondelete="cascade", help="Empty: any.")
    user_id = fields.Many2one("res.users", "Owner", help="Empty, without a team: the flow's or backend's owner.")
    team_id = fields.Many2one("integration.team")
    deadline_hours = fields.Float("Hours", help="To be settled within. 0: no deadline, and nothing is escalated.")

    _hours_positive = models.Constraint("CHECK (deadline_hours >= 0)", "A deadline lies in the future.")

    @api.model
    def _selection_category(self):
        return self.env["integration.exception"]._fields["category"]._description_selection(self.env)

    @api.depends("category", "backend_id")
    def _compute_display_name(self):
        labels = dict(self._selection_category())
        for rule in self:
            parts = [labels.get(rule.category), rule.backend_id.name]
            rule.display_name = ", ".join(filter(None, parts)) or self.env._("Everything else")

    @api.model
    def _conditions(self):
        """Fields of a rule that are compared with those of an exception (addons add theirs)."""
        return ["category", "backend_id", "company_id"]

    @api.model
    @tools.ormcache()
    def _rules(self):
        """All rules in their order, so that an exception costs no query."""
        table = []
        for rule in self.sudo().search([("active", "=", True)]):
            wanted = [(name, _plain(rule[name])) for name in self._conditions() if rule[name]]
            outcome = [(name, rule[name].id) for name in ("user_id", "team_id") if rule[name]]
            table.append(Rule(tuple(wanted), tuple(outcome), rule.deadline_hours))
        return tuple(table)

    @api.model
    def _apply_to(self, vals):
        """The owner, team and deadline that the rules give an exception.

        :param vals: its values; ``company_id`` included
        """
        rule = first_fit(self._rules(), vals)
        if not rule:
            return {}
        result = dict(rule.outcome)
        if "team_id" in result:
            result.setdefault("user_id", False)
        if rule.hours:
            result["deadline"] = fields.Datetime.now() + timedelta(hours=rule.hours)
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """New rules count from the next exception on."""
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """Changed ones, too."""
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        """And those that are gone no more."""
        self.env.registry.clear_cache()
        return super().unlink()

    def action_apply_now(self):
        """Button “Apply to open exceptions”: to those that nobody has taken."""
        if not self.env.user.has_group("connector_base.group_manager"):
            raise AccessError(self.env._("You are not allowed to hand out exceptions."))
        exceptions = self.env["integration.exception"].search([("state", "=", "open"), ("user_id", "=", False)])
        return exceptions._assign_by_rules()


def _plain(value):
    return value.id if isinstance(value, models.BaseModel) else value
