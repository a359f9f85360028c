from odoo import api, models


class IntegrationAuditMixin(models.AbstractModel):
    """Puts what people change by hand on record.

    What code does with ``sudo()`` (crons, set-up), and what a backend does as its own user
    (drains), is no manual act.
    """

    _name = "integration.audit.mixin"
    _description = "Changes by hand are on record"

    #: first half of the action codes
    _audit_prefix = ""

    @api.model_create_multi
    def create(self, vals_list):
        """Put the new records on record."""
        records = super().create(vals_list)
        if self._is_by_hand():
            states = [record._audit_state(vals) for record, vals in zip(records, vals_list, strict=True)]
            self.env["integration.audit"]._record(records, f"{self._audit_prefix}.create", after=states)
        return records

    def write(self, vals):
        """Put the change on record."""
        if not self._is_by_hand():
            return super().write(vals)
        before = [record._audit_state(vals) for record in self]
        result = super().write(vals)
        self._audit_change(f"{self._audit_prefix}.change", before, vals)
        return result

    def unlink(self):
        """Put what is deleted on record."""
        if self._is_by_hand():
            states = [record._audit_state(record._fields) for record in self]
            self.env["integration.audit"]._record(self, f"{self._audit_prefix}.delete", before=states)
        return super().unlink()

    def _is_by_hand(self):
        """Whether a person does it: nobody can log in as an archived user, such as a backend's own."""
        return not self.env.su and self.env.user.active

    def _act(self, action, vals, reason=""):
        """Write as a manual act with a name of its own.

        :param action: its code, for example ``backend.pause``
        """
        self.check_access("write")
        before = [record._audit_state(vals) for record in self]
        self.sudo().write(vals)
        self._audit_change(action, before, vals, reason, always=True)

    def _audit_change(self, action, before, vals, reason="", always=False):
        after = [record._audit_state(vals) for record in self]
        changed = [i for i in range(len(self)) if always or before[i] != after[i]]
        self.env["integration.audit"]._record(
            self.browse([self.ids[i] for i in changed]),
            action,
            reason,
            [before[i] for i in changed],
            [after[i] for i in changed],
        )

    def _audit_state(self, names):
        """{field: value} of those of ``names`` that are kept, as people read them."""
        record = self.sudo()
        state = {}
        for name in names:
            field = record._fields.get(name)
            if not field or not field.store or field.type in ("one2many", "binary") or name in models.MAGIC_COLUMNS:
                continue
            value = record[name]
            if field.comodel_name == "res.partner":
                value = value.ids  # a person's name stays out of the log
            elif field.relational:
                value = [[one.id, one.display_name] for one in value]
            state[name] = value
        return state
