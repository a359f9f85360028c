from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: kind -> model of what it maps to; kinds without a model map to a plain value
KIND_MODELS = {
    "tax": "account.tax",
    "location": "stock.warehouse",
    "carrier": "delivery.carrier",
    "state": "res.country.state",
    "uom": "uom.uom",
}


class IntegrationMapping(models.Model):
    """A partner's value and what it means in Odoo, per backend."""

    _name = "integration.mapping"
    _description = "Mapping"
    _inherit = ["integration.audit.mixin"]
    _audit_prefix = "mapping"
    _order = "backend_id, kind, external_value"
    _rec_name = "external_value"

    backend_id = fields.Many2one("integration.backend", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("tax", "Tax"),
            ("location", "Location"),
            ("carrier", "Carrier"),
            ("state", "State or province"),
            ("uom", "Unit of measure"),
            ("payment", "Payment method"),
            ("status", "Status"),
            ("reason", "Reason"),
        ],
        required=True,
    )
    external_value = fields.Char("Partner's value", required=True)
    external_label = fields.Char("Partner's name for it")
    res_model = fields.Char(compute="_compute_res_model", store=True)
    res_id = fields.Many2oneReference("Odoo record", model_field="res_model")
    res_name = fields.Char("In Odoo", compute="_compute_res_name")
    odoo_value = fields.Char("Odoo value", help="For kinds that map to no record.")

    _value_uniq = models.Constraint("UNIQUE (backend_id, kind, external_value)", "This value is mapped already.")

    @api.model
    def _model_of(self, kind):
        """Name of the model that a kind maps to; False for plain values."""
        model = KIND_MODELS.get(kind)
        return model if model in self.env else False

    @api.depends("kind")
    def _compute_res_model(self):
        for mapping in self:
            mapping.res_model = self._model_of(mapping.kind)

    @api.depends("res_model", "res_id", "odoo_value")
    def _compute_res_name(self):
        for mapping in self:
            record = mapping._record()
            mapping.res_name = record.display_name if record else mapping.odoo_value

    @api.constrains("res_id", "kind", "backend_id")
    def _check_company(self):
        for mapping in self:
            record = mapping._record()
            company = record and "company_id" in record._fields and record.company_id
            if company and company != mapping.company_id:
                raise ValidationError(self.env._("“%s” belongs to another company.", record.display_name))

    def _record(self):
        """The mapped record, empty where there is none (any more)."""
        self.ensure_one()
        if not self.res_model or not self.res_id:
            return None
        return self.env[self.res_model].browse(self.res_id).exists() or None

    @api.model
    def _find(self, backend, kind, external_value):
        """The mapping of a value, or an empty record set; one indexed read."""
        return self.search(
            [
                ("backend_id", "=", backend.id),
                ("kind", "=", kind),
                ("external_value", "=", external_value),
            ]
        )

    @api.model
    def _to_odoo(self, backend, kind, external_value):
        """What a partner's value means here: a record, a text, or None."""
        mapping = self.sudo()._find(backend, kind, external_value)
        if not mapping:
            return None
        record = mapping._record()
        return record.with_env(self.env) if record else mapping.odoo_value or None

    @api.model
    def _to_partner(self, backend, kind, record):
        """The partner's value of a record; "" where there is none."""
        mapping = self.sudo().search(
            [
                ("backend_id", "=", backend.id),
                ("kind", "=", kind),
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
            ],
            limit=1,
        )
        return mapping.external_value or ""
