from odoo import api, fields, models
from odoo.exceptions import UserError

from ..stock.dirty import mark_backends, mark_whole_warehouses


class IntegrationStockSource(models.Model):
    """A warehouse whose stock a place of a channel offers.

    Each place has the warehouse that it is linked to; more make it a pool. A warehouse
    stands behind one place of a channel at most: its units are offered once.
    """

    _name = "integration.stock.source"
    _description = "Warehouse of a channel's place"
    _order = "backend_id, binding_id, sequence, id"
    _rec_name = "warehouse_id"

    binding_id = fields.Many2one("integration.location.binding", "Place", required=True, index=True, ondelete="cascade")
    backend_id = fields.Many2one(related="binding_id.backend_id", string="Channel", store=True, index=True)
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('company_id', '=', company_id)]",
        help="Its stock is offered at this place, together with that of the place's other warehouses.",
    )
    sequence = fields.Integer(
        default=10, help="Warehouses further down cover what the place already owes, and give way to a limit first."
    )
    is_own = fields.Boolean("The place's own", compute="_compute_is_own")

    _warehouse_uniq = models.Constraint(
        "UNIQUE (backend_id, warehouse_id)",
        "This warehouse already stands behind a place of this channel.",
    )

    def init(self):
        """Give places that have none the warehouse they are linked to."""
        self.env.cr.execute(
            """INSERT INTO integration_stock_source (binding_id, backend_id, company_id, warehouse_id, sequence)
               SELECT b.id, b.backend_id, b.company_id, b.record_id, 10
                 FROM integration_location_binding b
                WHERE NOT EXISTS (SELECT 1 FROM integration_stock_source s WHERE s.binding_id = b.id)
                   ON CONFLICT DO NOTHING"""
        )

    @api.depends("binding_id.record_id", "warehouse_id")
    def _compute_is_own(self):
        for source in self:
            source.is_own = source.warehouse_id == source.binding_id.record_id

    @api.model_create_multi
    def create(self, vals_list):
        """Offer the new warehouses."""
        sources = super().create(vals_list)
        sources._mark()
        return sources

    def write(self, vals):
        """Compute the places before and after anew."""
        self._mark()
        result = super().write(vals)
        self._mark()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_own(self):
        for source in self.filtered("is_own"):
            raise UserError(
                self.env._(
                    "%(warehouse)s is the warehouse that %(place)s is linked to. Link the place to another warehouse "
                    "first.",
                    warehouse=source.warehouse_id.name,
                    place=source.binding_id.name or source.binding_id.external_id,
                )
            )

    def unlink(self):
        """Offer the warehouses no more."""
        self._mark()
        return super().unlink()

    def _mark(self):
        """What these and the channels that share their warehouses offer is to be computed."""
        mark_backends(self.env, self.backend_id.ids)
        mark_whole_warehouses(self.env, self.warehouse_id.ids)

    @api.model
    def _place_of(self, backend, warehouse):
        """The channel's place that offers a warehouse's stock.

        :return: integration.location.binding, perhaps none
        """
        found = self.sudo().search([("backend_id", "=", backend.id), ("warehouse_id", "=", warehouse.id)], limit=1)
        return found.binding_id.with_env(self.env)
