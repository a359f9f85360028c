from odoo import api, fields, models

from ..stock.dirty import mark_whole_warehouses


class IntegrationStockKit(models.Model):
    """What is in a kit: a product that is not stocked itself but put together from others.

    A table and not a question to the bills of materials, because availability is one
    query. Whoever knows kits (``connector_kit`` from bills of materials) fills it.
    """

    _name = "integration.stock.kit"
    _description = "Component of a kit"
    _log_access = False
    _rec_name = "product_id"

    product_id = fields.Many2one("product.product", "Kit", required=True, ondelete="cascade")
    component_id = fields.Many2one("product.product", required=True, index=True, ondelete="cascade")
    quantity = fields.Float(required=True, digits="Product Unit", help="Of the component, in its unit, for one kit.")

    _component_uniq = models.Constraint("UNIQUE (product_id, component_id)", "A kit has each component once.")
    _positive = models.Constraint("CHECK (quantity > 0)", "A kit takes something of each component.")

    @api.model
    def _replace(self, contents):
        """Keep what kits hold as it is now.

        :param contents: {kit's product id: {component's product id: units}}; an empty
            dict for what is no kit any more
        :return: whether anything changed
        """
        kits = self.sudo().search([("product_id", "in", list(contents))])
        known = {(kit.product_id.id, kit.component_id.id): kit for kit in kits}
        wanted = {(kit, part): units for kit, parts in contents.items() for part, units in parts.items()}
        gone = self.sudo().browse([kit.id for key, kit in known.items() if key not in wanted])
        new = [
            {"product_id": kit, "component_id": part, "quantity": units}
            for (kit, part), units in wanted.items()
            if (kit, part) not in known
        ]
        other = [key for key, kit in known.items() if key in wanted and kit.quantity != wanted[key]]
        gone.unlink()
        for key in other:
            known[key].quantity = wanted[key]
        self.sudo().create(new)
        if gone or new or other:
            # rare, and a kit's neighbours are many: everything is computed
            mark_whole_warehouses(
                self.env, self.env["stock.warehouse"].sudo().search([("company_id", "!=", False)]).ids
            )
        return bool(gone or new or other)
