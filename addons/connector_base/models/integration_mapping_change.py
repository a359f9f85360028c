from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .integration_mapping_version import MEANING

#: set while a version puts itself into force
ENFORCING = "integration_mapping_enforcing"


class IntegrationMapping(models.Model):
    """How mappings change: always through a version (``integration.mapping.version``)."""

    _inherit = "integration.mapping"

    version_ids = fields.One2many("integration.mapping.version", compute="_compute_version_ids", string="History")
    proposed_count = fields.Integer("Waiting for approval", compute="_compute_version_ids")

    def _compute_version_ids(self):
        for mapping in self:
            versions = self.env["integration.mapping.version"].search(mapping._version_domain())
            mapping.version_ids = versions
            mapping.proposed_count = len(versions.filtered(lambda version: version.state in ("draft", "proposed")))

    def _version_domain(self):
        return [
            ("backend_id", "=", self.backend_id.id),
            ("kind", "=", self.kind),
            ("external_value", "=", self.external_value),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        """What is made directly is the first version, in force at once."""
        mappings = super().create(vals_list)
        if not self.env.context.get(ENFORCING):
            mappings._refuse_alone()
            mappings._note_versions()
        return mappings

    def write(self, vals):
        """What is written directly is the next version, in force at once."""
        if self.env.context.get(ENFORCING):
            return super().write(vals)
        if {"backend_id", "kind", "external_value"} & vals.keys():
            raise UserError(self.env._("Another value is another mapping: make a new one."))
        self._refuse_alone()
        self._ensure_versions()
        result = super().write(vals)
        if set(MEANING) & vals.keys():
            self._note_versions()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_with_version(self):
        if not self.env.context.get(ENFORCING):
            self._refuse_alone()
            self._ensure_versions()
            self._note_versions(removes=True)

    def _refuse_alone(self):
        """Where a second person is needed, nothing is changed directly by hand."""
        if self.env.su:
            return
        if self.filtered(lambda mapping: mapping.backend_id.mapping_policy == "second"):
            raise UserError(self.env._("A second person approves changes here: propose the change instead."))

    def _ensure_versions(self):
        """Mappings older than the history get their first version."""
        versions = self.env["integration.mapping.version"].sudo()
        for mapping in self:
            if not versions.search_count([*mapping._version_domain(), ("state", "=", "approved")], 1):
                mapping._note_versions()

    def _note_versions(self, removes=False):
        """Keep what was changed directly as a version in force."""
        versions = self.env["integration.mapping.version"].sudo()
        for mapping in self.sudo():
            former = versions.search([*mapping._version_domain(), ("state", "=", "approved")])
            former._supersede()
            versions.create(
                {
                    "backend_id": mapping.backend_id.id,
                    "kind": mapping.kind,
                    "external_value": mapping.external_value,
                    "removes": removes,
                    "state": "approved",
                    "number": former.number + 1,
                    "approved_by_id": self.env.uid,
                    "approved_at": fields.Datetime.now(),
                    **mapping._meaning(),
                }
            )

    def _meaning(self):
        """What the mapping says, as values of a version; None for an empty one."""
        return {name: self[name] for name in MEANING} if self else None

    @api.model
    def _put(self, backend, kind, external_value, meaning):
        """Let a value mean something from now on; the caller has seen to the approval.

        :param meaning: values of ``_meaning``; None takes the mapping away
        """
        mappings = self.with_context(**{ENFORCING: True})
        known = mappings._find(backend, kind, external_value)
        if meaning is None:
            known.unlink()
        elif known:
            known.write(meaning)
        else:
            key = {"backend_id": backend.id, "kind": kind, "external_value": external_value}
            mappings.create({**key, **meaning})

    @api.model
    def _propose(self, backend, kind, external_value, record=None, value="", label="", reason=""):
        """Propose what a partner's value shall mean, to be approved by somebody.

        :param record: what it means in Odoo, for kinds that map to records
        :param value: what it means, for kinds that map to none
        :param label: the partner's name for it
        :param reason: why
        :return: the version, in state ``proposed``
        :raises AccessError: the user is no operator of this company
        """
        meaning = {"external_label": label, "res_id": record.id if record else False, "odoo_value": value}
        return self._draft(backend, kind, external_value, meaning, reason)

    @api.model
    def _apply_fix(self, backend, kind, external_value, record=None, value="", label="", reason=""):
        """Say what a partner's value means, in force at once where the backend lets the user.

        For the exceptions desk: call it in the operator's own environment (no sudo), then
        look at the returned version's ``state``. ``approved``: it is in force, replay what
        waited for it. ``proposed``: another person must approve it; leave the exceptions
        open and say so. The parameters are those of ``_propose``. Orders and stock that
        wait for the value are tried again by the addons when it comes into force, now or
        later; with ``integration_fix`` in the context they leave that to the caller.

        :return: the version
        """
        meaning = {"external_label": label, "res_id": record.id if record else False, "odoo_value": value}
        return self._change(backend, kind, external_value, meaning, reason)

    @api.model
    def _change(self, backend, kind, external_value, meaning, reason):
        version = self._draft(backend, kind, external_value, meaning, reason)
        if version._may_enforce():
            version._enforce()
        return version

    @api.model
    def _draft(self, backend, kind, external_value, meaning, reason):
        if not self.env.user.has_group("connector_base.group_operator"):
            raise AccessError(self.env._("You are not allowed to do this with mappings."))
        backend.check_access("read")
        version = self.env["integration.mapping.version"].create(
            {
                "backend_id": backend.id,
                "kind": kind,
                "external_value": external_value,
                "reason": reason,
                **{name: content for name, content in meaning.items() if content},
            }
        )
        version.action_propose()
        return version

    def _new_version_action(self, **defaults):
        """The form of a new version of this mapping."""
        self.ensure_one()
        values = {
            "backend_id": self.backend_id.id,
            "kind": self.kind,
            "external_value": self.external_value,
            **self._meaning(),
            **defaults,
        }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change a mapping"),
            "res_model": "integration.mapping.version",
            "views": [(False, "form")],
            "context": {f"default_{name}": content for name, content in values.items()},
        }

    def action_change(self):
        """Button “Change”: write a new version."""
        return self._new_version_action()

    def action_remove(self):
        """Button “Stop mapping”: write a version that takes it away."""
        return self._new_version_action(removes=True)
