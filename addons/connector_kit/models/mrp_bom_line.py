from odoo import api, models


class MrpBomLine(models.Model):
    """A component of a kit that comes, goes or changes."""

    _inherit = "mrp.bom.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Learn the new components."""
        lines = super().create(vals_list)
        lines._integration_keep_kits()
        return lines

    def write(self, vals):
        """Learn the components as they are now."""
        boms = self.bom_id
        result = super().write(vals)
        (boms | self.bom_id).filtered(lambda bom: bom.type == "phantom")._integration_keep_kits()
        return result

    def unlink(self):
        """Learn what is left."""
        boms = self.bom_id
        result = super().unlink()
        boms.exists().filtered(lambda bom: bom.type == "phantom")._integration_keep_kits()
        return result

    def _integration_keep_kits(self):
        self.bom_id.filtered(lambda bom: bom.type == "phantom")._integration_keep_kits()
