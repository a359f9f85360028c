from odoo import api, fields, models

from ..lib.flow_map import Flow, draw


class IntegrationFlow(models.Model):
    """What the catalogue of flows says of each; changes to it are on record."""

    _name = "integration.flow"
    _inherit = ["integration.flow", "integration.audit.mixin"]
    _audit_prefix = "flow"

    purpose = fields.Char("What it is for", compute="_compute_catalogue", store=True, readonly=False, translate=True)
    dependents = fields.Char(
        "Needed by",
        compute="_compute_catalogue",
        store=True,
        readonly=False,
        help="Who cannot work without it, with commas between them.",
    )
    freshness_minutes = fields.Integer(aggregator=None)
    documents = fields.Char("Documents in Odoo", compute="_compute_documents")
    sla_percent = fields.Float(
        "Share in time (%)",
        default=99.0,
        aggregator=None,
        help="How much of the traffic has to be done within the time above.",
    )
    attended = fields.Char(help="When somebody answers for it, for example Mon-Fri 8-18, peak days 24 h.")
    escalation_user_id = fields.Many2one("res.users", "Then call", help="Who is told when the owners do not react.")
    contract_url = fields.Char("Contract", help="Where the agreed format is described.")
    contract_until = fields.Date("Valid until", help="When the partner stops serving this version.")
    is_orphan = fields.Boolean("Without an owner", compute="_compute_is_orphan", search="_search_is_orphan")

    @api.model
    def _catalogue(self):
        """{code: (purpose, who needs it, models of its documents)}; addons add their flows."""
        return {}

    @api.depends("code")
    def _compute_catalogue(self):
        catalogue = self._catalogue()
        for flow in self:
            purpose, dependents, __ = catalogue.get(flow.code, (False, False, ()))
            flow.purpose = flow.purpose or purpose
            flow.dependents = flow.dependents or dependents

    @api.depends("code")
    def _compute_documents(self):
        for flow in self:
            flow.documents = ", ".join(flow._document_names())

    def _document_names(self):
        """What its documents are called in Odoo."""
        __, __, names = self._catalogue().get(self.code, (False, False, ()))
        return [self.env["ir.model"].sudo()._get(name).name for name in names if name in self.env]

    @api.depends("business_owner_id", "technical_owner_id")
    def _compute_is_orphan(self):
        for flow in self:
            flow.is_orphan = not (flow.business_owner_id and flow.technical_owner_id)

    def _search_is_orphan(self, operator, value):
        if operator != "in":
            return NotImplemented
        missing = ["|", ("business_owner_id", "=", False), ("technical_owner_id", "=", False)]
        return missing if True in value else ["!", *missing]

    @api.model
    def action_dependency_map(self):
        """The map of the flows that the user may see.

        :return: the picture, as SVG
        """
        flows = self.search([("active", "in", (True, False))], order="backend_id, direction, tier, code")
        titles = (
            self.env._("Systems"),
            self.env._("Flows"),
            self.env._("Documents in Odoo"),
            self.env._("Needed by"),
        )
        return draw([flow._map_entry() for flow in flows], titles)

    def _map_entry(self):
        """This flow as ``lib.flow_map`` wants it."""
        backend = self.backend_id
        note = self.env._("no owner") if self.is_orphan else self.business_owner_id.name
        within = self.freshness_minutes and self.env._("within %s min", self.freshness_minutes)
        return Flow(
            id=self.id,
            name=self.name,
            backend=(backend.id, backend.name),
            inbound=self.direction == "in",
            mood=self._mood(),
            note=" · ".join(filter(None, (self.env._("tier %s", self.tier), within, note))),
            backend_mood={"running": "good", "paused": "late"}.get(backend.state, "off"),
            documents=tuple(self._document_names()),
            dependents=tuple(name.strip() for name in (self.dependents or "").split(",") if name.strip()),
        )

    def _mood(self):
        """How the map colours it: switched off, without an owner, paused, or well."""
        if not self.active or self.backend_id.state == "draft":
            return "off"
        if self.is_orphan:
            return "bad"
        return "good" if self.backend_id.state == "running" else "late"
