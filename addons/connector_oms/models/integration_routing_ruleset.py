from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..lib.routing_terms import Policy

STATES = [("draft", "Draft"), ("live", "In force"), ("retired", "Retired")]
#: what a rule set in force, or retired, may still have written
FREE = {"name", "state", "live_at", "retired_at", "message_follower_ids", "message_ids"}


class IntegrationRoutingRuleset(models.Model):
    """How a company chooses the warehouses that ship an order. One version is in force at a time."""

    _name = "integration.routing.ruleset"
    _description = "Routing rules"
    _inherit = ["mail.thread"]
    _order = "company_id, version desc"

    name = fields.Char(required=True, default=lambda self: self.env._("Routing"), tracking=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    version = fields.Integer(required=True, readonly=True, copy=False, default=0)
    state = fields.Selection(STATES, required=True, default="draft", readonly=True, copy=False, tracking=True)
    live_at = fields.Datetime("In force since", readonly=True, copy=False)
    retired_at = fields.Datetime("Retired on", readonly=True, copy=False)
    criterion_ids = fields.One2many("integration.routing.criterion", "ruleset_id", "Ranking", copy=True)
    method = fields.Selection(
        [("order", "In this order: the next only where the first is equal"), ("weights", "By weighted sum")],
        default="order",
        required=True,
    )
    most = fields.Selection(
        [("1", "One: orders are never split"), ("2", "Two"), ("3", "Three")],
        "Warehouses an order may be split over",
        default="3",
        required=True,
    )
    split_lines = fields.Boolean("A line may be split, too", default=True)
    dropship = fields.Boolean(
        "Let suppliers ship what is nowhere in stock",
        help="Where the product has a supplier and the drop-ship route is installed.",
    )
    wait_days = fields.Integer(
        "Wait for receipts (days)",
        help="What no warehouse has, but one will have within so many days, waits there. 0: it is put to a person.",
    )
    resupply = fields.Selection(
        [
            ("never", "Never: Odoo's own replenishment is enough"),
            ("short", "Where no warehouses have all of an order"),
            ("ranked", "Wherever that is the better way, by the ranking below"),
        ],
        "Bring goods from another warehouse",
        default="never",
        required=True,
        help="From the warehouses ticked under Resupply From on the one that ships. "
        "What it takes and costs stands there, tab Routing.",
    )
    buy_to_order = fields.Boolean(
        "Buy for the order what is nowhere in stock",
        help="Where the product has a vendor: a purchase order is prepared, and the goods go from the receipt "
        "straight to the customer's delivery (cross-dock).",
    )
    use_distance = fields.Boolean("Reckon by distance where no cost is listed")
    cost_per_km = fields.Float("Cost per kilometre", digits=(12, 4), default=0.01)
    km_per_day = fields.Integer("Kilometres a day", default=500)
    default_cost = fields.Monetary("Cost of a delivery otherwise")
    default_days = fields.Integer("Days on the way otherwise", default=3)
    decision_count = fields.Integer("Decisions", compute="_compute_decision_count")

    _live_uniq = models.UniqueIndex("(company_id) WHERE state = 'live'", "The company has rules in force already.")
    _version_uniq = models.Constraint("UNIQUE (company_id, version)", "There is this version already.")
    _sane = models.Constraint(
        "CHECK (cost_per_km >= 0 AND km_per_day > 0 AND default_cost >= 0 AND default_days >= 0 AND wait_days >= 0)",
        "Costs and days are not negative, and a day brings a delivery some kilometres further.",
    )

    @api.depends("name", "version")
    def _compute_display_name(self):
        for ruleset in self:
            ruleset.display_name = self.env._(
                "%(name)s, version %(version)s", name=ruleset.name, version=ruleset.version
            )

    def _compute_decision_count(self):
        groups = self.env["integration.routing.decision"]._read_group(
            [("ruleset_id", "in", self.ids)], ["ruleset_id"], ["__count"]
        )
        counts = {ruleset.id: count for ruleset, count in groups}
        for ruleset in self:
            ruleset.decision_count = counts.get(ruleset.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        """Number the versions of each company, and rank as most do."""
        for vals in vals_list:
            company_id = vals.get("company_id") or self.env.company.id
            newest = self.sudo().search([("company_id", "=", company_id)], order="version desc", limit=1)
            vals["version"] = newest.version + 1
            vals.setdefault(
                "criterion_ids",
                [
                    (0, 0, {"sequence": number, "kind": kind})
                    for number, kind in enumerate(("lateness", "shipments", "cost", "priority"), 1)
                ],
            )
            self.env.flush_all()
        return super().create(vals_list)

    def write(self, vals):
        """Change drafts only: what was decided by the others has to stay explained."""
        if vals.keys() - FREE and any(ruleset.state != "draft" for ruleset in self):
            raise UserError(self.env._("These rules are or were in force. Make a new version, and change that."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(ruleset.state != "draft" for ruleset in self):
            raise UserError(self.env._("Rules that are or were in force are kept: decisions name them."))

    def action_new_version(self):
        """Button “New version”: a copy to be changed, tried and put in force."""
        self.ensure_one()
        fresh = self.copy()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": fresh.id,
            "view_mode": "form",
        }

    def action_go_live(self):
        """Button “Put in force”: from now on orders are routed by these, and by no others."""
        for ruleset in self:
            if not ruleset.criterion_ids:
                raise ValidationError(self.env._("Say first what the options are ranked by."))
            now = fields.Datetime.now()
            former = self.search([("company_id", "=", ruleset.company_id.id), ("state", "=", "live")]) - ruleset
            former.write({"state": "retired", "retired_at": now})
            self.env.flush_all()
            ruleset.write({"state": "live", "live_at": now, "retired_at": False})
            self.env["integration.audit"]._record(
                ruleset, "routing.live", before={"rules": former.display_name}, after={"rules": ruleset.display_name}
            )

    def action_retire(self):
        """Button “Retire”: orders ship from where the channel says, as without rules."""
        live = self.filtered(lambda ruleset: ruleset.state == "live")
        live.write({"state": "retired", "retired_at": fields.Datetime.now()})
        for ruleset in live:
            self.env["integration.audit"]._record(ruleset, "routing.retire", before={"rules": ruleset.display_name})

    def action_simulate(self):
        """Button “Try on past orders”."""
        self.ensure_one()
        wizard = self.env["integration.routing.simulation"].create({"ruleset_id": self.id})
        return wizard._reopen()

    def action_open_decisions(self):
        """Smart button: what was decided by these rules."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_oms.integration_routing_decision_action")
        action["domain"] = [("ruleset_id", "=", self.id)]
        return action

    @api.model
    def _live(self, company):
        """The rules in force of a company, perhaps none."""
        return self.sudo().search([("company_id", "=", company.id), ("state", "=", "live")], limit=1)

    def _policy(self):
        """As ``lib.routing`` takes it."""
        self.ensure_one()
        criteria = self.criterion_ids.sorted("sequence")
        weights = {row.kind: row.weight for row in criteria} if self.method == "weights" else {}
        return Policy(
            criteria=tuple(criteria.mapped("kind")),
            weights=weights,
            most=int(self.most),
            may_split_lines=self.split_lines,
            resupply=self.resupply,
        )

    def _may_dropship(self, product):
        """Whether suppliers ship a product themselves where it is nowhere in stock."""
        return bool(self.dropship and product.seller_ids and self._dropship_route())

    @api.model
    def _dropship_route(self):
        """Odoo's drop-ship route; none where it is not installed."""
        route = self.env.ref("stock_dropshipping.route_drop_shipping", raise_if_not_found=False)
        return route or self.env["stock.route"]
