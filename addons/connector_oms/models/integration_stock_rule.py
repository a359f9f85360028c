from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..stock.dirty import mark_backends


class IntegrationStockRule(models.Model):
    """What channels are offered of some products: other safety stock, a limit, nothing.

    Of several rules for a product in a warehouse the most particular holds: one for the
    product before one for its category, the nearest category before those above it, then
    one for the warehouse, then one for the channel.
    """

    _name = "integration.stock.rule"
    _description = "Rule for what channels are offered"
    _order = "product_id, categ_id, warehouse_id, backend_id, id"

    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    backend_id = fields.Many2one(
        "integration.backend",
        "Channel",
        index=True,
        ondelete="cascade",
        domain="[('company_id', '=', company_id)]",
        help="Empty: all channels.",
    )
    product_id = fields.Many2one("product.product", index=True, ondelete="cascade")
    categ_id = fields.Many2one(
        "product.category",
        "Category",
        index=True,
        ondelete="cascade",
        help="With the categories below it. Empty, and no product: everything.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", ondelete="cascade", domain="[('company_id', '=', company_id)]", help="Empty: all warehouses."
    )
    is_offered = fields.Boolean("Offered", default=True, help="Off: the channel is told that there is none.")
    buffer_units = fields.Float(
        "Keep back (units)", digits="Product Unit", help="In place of what the channel keeps back of other products."
    )
    buffer_percent = fields.Float("Keep back (%)")
    cap_units = fields.Integer("At most (units)", help="The channel never sees more than this. 0: no limit.")
    incoming_days = fields.Integer(
        "Sell what arrives within (days)",
        help="Receipts that are due within so many days are offered, too. 0: only what is in the warehouse.",
    )

    _sane = models.Constraint(
        """CHECK (buffer_units >= 0 AND buffer_percent BETWEEN 0 AND 100 AND cap_units >= 0
                  AND incoming_days BETWEEN 0 AND 365)""",
        "Units and days are not negative, percentages lie between 0 and 100, and days are at most 365.",
    )
    _one_uniq = models.UniqueIndex(
        """(company_id, COALESCE(backend_id, 0), COALESCE(product_id, 0), COALESCE(categ_id, 0),
            COALESCE(warehouse_id, 0)) WHERE active""",
        "There is a rule for this already: change that one.",
    )

    @api.constrains("product_id", "categ_id")
    def _check_subject(self):
        for rule in self:
            if rule.product_id and rule.categ_id:
                raise ValidationError(self.env._("A rule is for one product or for a category, not for both."))

    @api.depends("product_id", "categ_id", "backend_id")
    def _compute_display_name(self):
        for rule in self:
            what = rule.product_id.display_name or rule.categ_id.display_name or self.env._("All products")
            where = rule.backend_id.name or self.env._("all channels")
            rule.display_name = self.env._("%(what)s, %(where)s", what=what, where=where)

    @api.model_create_multi
    def create(self, vals_list):
        """Apply the new rules."""
        rules = super().create(vals_list)
        rules._changed()
        return rules

    def write(self, vals):
        """Apply the rules as they were no more, and as they are now."""
        self._changed()
        result = super().write(vals)
        self._changed()
        return result

    def unlink(self):
        """Apply them no more."""
        self._changed()
        return super().unlink()

    def _changed(self):
        # a rule for one channel changes what is left for the others: all are computed
        backends = self.env["integration.backend"].sudo().search([("company_id", "in", self.company_id.ids)])
        mark_backends(self.env, backends.ids)
        self.env.registry.clear_cache()

    @api.model
    @tools.ormcache()
    def _sells_incoming(self):
        """Whether any rule offers what is still to arrive."""
        return bool(self.sudo().search_count([("incoming_days", ">", 0)], limit=1))
