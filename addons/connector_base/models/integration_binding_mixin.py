from odoo import api, fields, models


class IntegrationBindingMixin(models.AbstractModel):
    """External id <-> Odoo record, per backend and unique both ways.

    A concrete binding adds ``record_id``, a required Many2one to what it binds.
    """

    _name = "integration.binding.mixin"
    _description = "Binding to an external system"
    _inherit = ["integration.audit.mixin"]
    _audit_prefix = "binding"
    _rec_name = "external_id"

    backend_id = fields.Many2one("integration.backend", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    external_id = fields.Char("External ID", required=True, index=True)
    checksum = fields.Char(help="Digest of what was last exchanged; equal means nothing to do.")
    version = fields.Datetime(help="The partner's time of the state that was last applied.")
    synced_at = fields.Datetime("Last exchanged")

    _external_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id)",
        "This external ID is already linked to a record of this backend.",
    )
    _record_uniq = models.Constraint(
        "UNIQUE (backend_id, record_id)",
        "This record is already linked to an external ID of this backend.",
    )

    @api.model
    def _find(self, backend, external_ids):
        """The records behind external ids.

        :param external_ids: iterable of ids; unknown ones are simply missing
        :return: {external id: record}
        """
        wanted = [external_id for external_id in set(external_ids) if external_id]
        if not wanted:
            return {}
        bindings = self.sudo().search_fetch(
            [("backend_id", "=", backend.id), ("external_id", "in", wanted)],
            ["external_id", "record_id"],
        )
        return {binding.external_id: binding.record_id.with_env(self.env) for binding in bindings}

    @api.model
    def _external_ids(self, backend, records):
        """The external ids of records: {record id: external id}."""
        if not records:
            return {}
        bindings = self.sudo().search_fetch(
            [("backend_id", "=", backend.id), ("record_id", "in", records.ids)],
            ["external_id", "record_id"],
        )
        return {binding.record_id.id: binding.external_id for binding in bindings}

    @api.model
    def _bind(self, backend, records, version=None, values=None):
        """Link records; in one multi-create.

        :param records: {external id: record}
        :param version: naive UTC time of the partner's state
        :param values: {external id: further values of the binding}
        :raises psycopg2.IntegrityError: one side is linked already
        """
        now = fields.Datetime.now()
        return self.sudo().create(
            [
                {
                    "backend_id": backend.id,
                    "external_id": external_id,
                    "record_id": record.id,
                    "version": version,
                    "synced_at": now,
                    **(values or {}).get(external_id, {}),
                }
                for external_id, record in records.items()
            ]
        )
