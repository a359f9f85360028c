from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: what a version says; may be changed while it is a draft only
CONTENT = ("backend_id", "kind", "external_value", "external_label", "res_id", "odoo_value", "removes", "reason")
#: what is taken over into the mapping in force
MEANING = ("external_label", "res_id", "odoo_value")


class IntegrationMappingVersion(models.Model):
    """A change to a mapping: proposed, approved, in force, superseded; kept for ever.

    ``integration.mapping`` holds what is in force, so that look-ups stay one indexed
    read; this table holds how it came to be.
    """

    _name = "integration.mapping.version"
    _description = "Change of a mapping"
    _order = "id desc"
    _rec_name = "external_value"

    backend_id = fields.Many2one("integration.backend", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    kind = fields.Selection(selection="_selection_kind", required=True)
    external_value = fields.Char("Partner's value", required=True)
    external_label = fields.Char("Partner's name for it")
    res_model = fields.Char(compute="_compute_res_model", store=True)
    res_id = fields.Many2oneReference("Odoo record", model_field="res_model")
    odoo_value = fields.Char("Odoo value", help="For kinds that map to no record.")
    removes = fields.Boolean("No longer mapped", help="In force, this takes the mapping away.")
    res_name = fields.Char("In Odoo", compute="_compute_res_name")
    current_name = fields.Char("In force now", compute="_compute_current_name")
    number = fields.Integer("Version", readonly=True, help="Counted up with each change that came into force.")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("approved", "In force"),
            ("superseded", "Superseded"),
            ("rejected", "Rejected"),
        ],
        required=True,
        default="draft",
        readonly=True,
        index=True,
    )
    reason = fields.Char(help="Why it is changed.")
    editor_ids = fields.Many2many("res.users", string="Written by", readonly=True)
    approved_by_id = fields.Many2one("res.users", "Approved by", readonly=True)
    approved_at = fields.Datetime("In force since", readonly=True)

    _approved_uniq = models.UniqueIndex(
        "(backend_id, kind, external_value) WHERE state = 'approved'", "Another change of this mapping is in force."
    )
    _key_idx = models.Index("(backend_id, kind, external_value, id)")

    @api.model
    def _selection_kind(self):
        return self.env["integration.mapping"]._fields["kind"]._description_selection(self.env)

    @api.depends("kind")
    def _compute_res_model(self):
        for version in self:
            version.res_model = self.env["integration.mapping"]._model_of(version.kind)

    @api.depends("res_model", "res_id", "odoo_value", "removes")
    def _compute_res_name(self):
        for version in self:
            version.res_name = not version.removes and self._name_of(version)

    @api.depends("backend_id", "kind", "external_value")
    def _compute_current_name(self):
        for version in self:
            version.current_name = self._name_of(version._mapping())

    def _name_of(self, holder):
        """What a version or a mapping maps to, as people call it."""
        if not holder.res_model or not holder.res_id:
            return holder.odoo_value or False
        record = self.env[holder.res_model].sudo().browse(holder.res_id).exists()
        return record.display_name if record else False

    @api.model_create_multi
    def create(self, vals_list):
        """By hand, a change begins as a draft of who writes it."""
        if not self.env.su:
            allowed = {*CONTENT, "res_model"}
            vals_list = [{name: value for name, value in vals.items() if name in allowed} for vals in vals_list]
        versions = super().create(vals_list)
        versions._note_editor()
        return versions

    def write(self, vals):
        """Only drafts are changed by hand, and their state by the buttons only."""
        if not self.env.su:
            if not set(vals) <= set(CONTENT):
                raise AccessError(self.env._("This is changed with the buttons only."))
            if self.filtered(lambda version: version.state != "draft"):
                raise UserError(self.env._("Only a draft can be changed. Take it back to draft first."))
        result = super().write(vals)
        if set(vals) & set(CONTENT):
            self._note_editor()
        return result

    def _note_editor(self):
        """Remember everybody who wrote it: none of them is the second person."""
        self.sudo().write({"editor_ids": [fields.Command.link(self.env.uid)]})

    def _mapping(self):
        """The mapping in force for this value, or an empty record set."""
        self.ensure_one()
        return self.env["integration.mapping"].sudo()._find(self.backend_id, self.kind, self.external_value)

    # the way into force

    def _require(self, group):
        if not self.env.user.has_group(group):
            raise AccessError(self.env._("You are not allowed to do this with mappings."))
        self.check_access("read")

    def _expect(self, *states):
        if self.filtered(lambda version: version.state not in states):
            raise UserError(self.env._("Somebody was faster: reload to see how far this change is."))

    def action_propose(self):
        """Button “Propose”: ready to be approved."""
        self._require("connector_base.group_operator")
        self._expect("draft")
        for version in self:
            if not version.removes and not version.res_id and not version.odoo_value:
                raise UserError(self.env._("Please choose what “%s” means.", version.external_value))
        self.sudo().write({"state": "proposed"})
        self._audit("mapping.propose")

    def action_back_to_draft(self):
        """Button “Back to draft”: to change it again."""
        self._require("connector_base.group_operator")
        self._expect("proposed", "rejected")
        self.sudo().write({"state": "draft"})
        self._audit("mapping.back_to_draft")

    def action_reject(self):
        """Button “Reject”."""
        self._require("connector_base.group_operator")
        self._expect("draft", "proposed")
        self.sudo().write({"state": "rejected"})
        self._audit("mapping.reject")

    def action_approve(self):
        """Button “Approve”: from now on it counts."""
        self._require("connector_base.group_manager")
        self._expect("proposed")
        for version in self:
            if version.backend_id.mapping_policy == "second" and self.env.user in version.sudo().editor_ids:
                raise UserError(self.env._("A second person approves this: you have written it yourself."))
        for version in self:
            version._enforce()

    def action_roll_back(self):
        """Button “Back to this version”: what it says comes into force anew."""
        self._require("connector_base.group_operator")
        self.ensure_one()
        self._expect("superseded")
        version = self.env["integration.mapping"]._change(
            self.backend_id,
            self.kind,
            self.external_value,
            {name: self[name] for name in (*MEANING, "removes")},
            self.env._("Back to version %s", self.number),
        )
        return version._get_records_action()

    def _may_enforce(self):
        """Whether the user may put these into force without anybody else."""
        self.ensure_one()
        policy = self.backend_id.sudo().mapping_policy
        if policy == "second":
            return False
        if self.env.user.has_group("connector_base.group_manager"):
            return True
        missing = not self._mapping() and not self.removes
        return policy == "open" and missing and self.env.user.has_group("connector_base.group_operator")

    def _enforce(self):
        """Let this version count; the one before it is superseded."""
        self.ensure_one()
        version = self.sudo()
        mapping = version._mapping()
        mapping._ensure_versions()
        former = version._siblings("approved")
        before = mapping._meaning()
        former._supersede()
        self.env["integration.mapping"].sudo()._put(
            version.backend_id, version.kind, version.external_value, version._meaning()
        )
        version.write(
            {
                "state": "approved",
                "number": former.number + 1,
                "approved_by_id": self.env.uid,
                "approved_at": fields.Datetime.now(),
            }
        )
        self._audit("mapping.approve", before)

    def _supersede(self):
        """Make room for the next one in force, in the database's eyes as well."""
        self.write({"state": "superseded"})
        self.flush_recordset(["state"])

    def _siblings(self, state):
        """Versions of the same mapping."""
        return self.search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("kind", "=", self.kind),
                ("external_value", "=", self.external_value),
                ("state", "=", state),
            ]
        )

    def _meaning(self):
        """Values of the mapping in force; None where there is to be none."""
        return None if self.removes else {name: self[name] for name in MEANING}

    def _audit(self, action, before=None):
        for version in self.sudo():
            after = {**(version._meaning() or {"removes": True}), "in_odoo": version.res_name, "state": version.state}
            self.env["integration.audit"]._record(version.with_env(self.env), action, version.reason, before, after)

    def action_preview(self):
        """Button “What would change?”: the impact on recent messages."""
        self.ensure_one()
        self._require("connector_base.group_operator")
        preview = self.env["integration.mapping.preview"].create({"version_id": self.id})
        return preview.action_look()
