from odoo import api, fields, models

from odoo.addons.connector_base.models.integration_mapping import KIND_MODELS

KIND_MODELS["product"] = "product.product"


class IntegrationMapping(models.Model):
    """Orders that waited for a tax, a product or a unit go on as soon as it is mapped."""

    _inherit = "integration.mapping"

    kind = fields.Selection(selection_add=[("product", "Product (SKU)")], ondelete={"product": "cascade"})

    @api.model_create_multi
    def create(self, vals_list):
        """Try again the orders that these mappings were missing for."""
        mappings = super().create(vals_list)
        mappings._retry_orders()
        return mappings

    def write(self, vals):
        """The same when a mapping is corrected."""
        result = super().write(vals)
        self._retry_orders()
        return result

    def _retry_orders(self):
        if self.env.context.get("integration_fix"):
            return  # whoever makes the mapping sees to what waited for it
        for (backend, kind), mappings in self.grouped(lambda mapping: (mapping.backend_id, mapping.kind)).items():
            chosen = mappings.filtered("res_id")
            if kind in ("tax", "product", "uom"):
                values = chosen.mapped("external_value")
                # a unit of one product helps those, too, that wait for the unit as such
                values += [value.partition("|")[0] for value in values if kind == "uom" and "|" in value]
                self.env["integration.exception"]._retry_group(backend, kind, values)
            elif kind in ("state", "carrier"):
                chosen._mend_orders()

    def _mend_orders(self):
        """Orders that are in Odoo already get what these values mean."""
        for mapping in self:
            is_state = mapping.kind == "state"
            waiting = (
                self.env["integration.exception"]
                .sudo()
                .search(
                    [
                        ("backend_id", "=", mapping.backend_id.id),
                        ("category", "=", "address" if is_state else "carrier"),
                        ("group_key", "=", f"state:{mapping.external_value}" if is_state else mapping.external_value),
                        ("state", "=", "open"),
                    ]
                )
            )
            values = {"code": f"map_{mapping.kind}", f"{mapping.kind}_id": mapping.res_id}
            if waiting:
                self.env["integration.mend"].sudo()._start(waiting, "integration.fix.map", values)
