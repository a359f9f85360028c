from odoo import api, models

#: kits taken apart at once, so that rounding a component up to its unit says nothing
MANY = 1000.0
WATCHED = {"type", "active", "product_id", "product_tmpl_id", "product_qty", "product_uom_id", "company_id", "sequence"}


class MrpBom(models.Model):
    """Bills of materials of kits say what the kits take from stock."""

    _inherit = "mrp.bom"

    @api.model_create_multi
    def create(self, vals_list):
        """Learn new kits."""
        boms = super().create(vals_list)
        boms.filtered(lambda bom: bom.type == "phantom")._integration_keep_kits()
        return boms

    def write(self, vals):
        """Learn what has become of kits."""
        watched = WATCHED & vals.keys() and "phantom" in {*self.mapped("type"), vals.get("type")}
        former = self._integration_products() if watched else None
        result = super().write(vals)
        if watched:
            self._integration_keep_kits(former)
        return result

    def unlink(self):
        """Forget kits."""
        former = self.filtered(lambda bom: bom.type == "phantom")._integration_products()
        result = super().unlink()
        self.browse()._integration_keep_kits(former)
        return result

    def _integration_products(self):
        """The products that these bills may be of."""
        whole = self.filtered(lambda bom: not bom.product_id)
        return self.product_id | whole.product_tmpl_id.product_variant_ids

    def _integration_keep_kits(self, products=None):
        """Keep what is in the kits of these bills, and in the kits that these are part of.

        :param products: further product.product that may be kits, or may have been
        """
        products = self._integration_products() | (products or self.env["product.product"])
        products = products._integration_kits_above()
        boms = self.env["mrp.bom"].sudo()._bom_find(products, bom_type="phantom")
        contents = {product.id: boms[product]._integration_contents(product) for product in products}
        self.env["integration.stock.kit"].sudo()._replace(contents)

    def _integration_contents(self, product):
        """{storable component's id: units of one kit}, in the components' units."""
        if not self:
            return {}
        batches = product.uom_id._compute_quantity(MANY, self.product_uom_id, round=False) / self.product_qty
        contents = {}
        for line, values in self.explode(product, batches)[1]:
            component = line.product_id
            if component.is_storable:
                units = line.product_uom_id._compute_quantity(values["qty"], component.uom_id, round=False)
                contents[component.id] = contents.get(component.id, 0.0) + units / MANY
        return {component: round(units, 6) for component, units in contents.items() if units > 0}
