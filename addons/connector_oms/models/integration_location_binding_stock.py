from odoo import api, fields, models

from ..stock.dirty import mark_backends, mark_whole_warehouses


class IntegrationLocationBinding(models.Model):
    """A place that is linked, or linked anew, has to be published as a whole."""

    _inherit = "integration.location.binding"

    source_ids = fields.One2many("integration.stock.source", "binding_id", "Warehouses")

    @api.model_create_multi
    def create(self, vals_list):
        """Let the new places offer their warehouses, and mark their backends."""
        bindings = super().create(vals_list)
        bindings._keep_sources()
        mark_backends(self.env, bindings.backend_id.ids)
        return bindings

    def write(self, vals):
        """Mark the backend when the link itself changes."""
        relinked = {"record_id", "external_id", "is_active", "backend_id"} & vals.keys()
        former = {binding: binding.record_id for binding in self}
        result = super().write(vals)
        if relinked:
            self._keep_sources(former)
            mark_backends(self.env, self.backend_id.ids)
            # channels that share these warehouses have more or less of them now
            mark_whole_warehouses(self.env, self.source_ids.warehouse_id.ids)
        return result

    def unlink(self):
        """Leave the warehouses to the other channels."""
        mark_whole_warehouses(self.env, self.source_ids.warehouse_id.ids)
        return super().unlink()

    def _keep_sources(self, former=None):
        """See that each place offers the warehouse it is linked to.

        :param former: {binding: the warehouse it was linked to}
        """
        sources = self.env["integration.stock.source"].sudo()
        for binding in self:
            own = binding.sudo().source_ids
            if binding.record_id in own.warehouse_id:
                continue
            left = own.filtered(lambda source, b=binding: former and source.warehouse_id == former.get(b))
            if left:
                left.warehouse_id = binding.record_id
            else:
                sources.create({"binding_id": binding.id, "warehouse_id": binding.record_id.id})
