from odoo import api, fields, models

from ..lib.routing import price, route
from ..stock.routing_scene import Scene


class IntegrationRoutingSimulation(models.TransientModel):
    """What rules would have done with past orders, before they are put in force."""

    _name = "integration.routing.simulation"
    _description = "Try routing rules on past orders"

    ruleset_id = fields.Many2one("integration.routing.ruleset", "Rules", required=True, readonly=True)
    currency_id = fields.Many2one(related="ruleset_id.currency_id")
    count = fields.Integer("Newest orders", default=100)
    line_ids = fields.One2many("integration.routing.simulation.line", "simulation_id", "Orders", readonly=True)
    order_count = fields.Integer("Orders looked at", compute="_compute_sums")
    different_count = fields.Integer("Ship from elsewhere", compute="_compute_sums")
    shipments_before = fields.Integer("Deliveries then", compute="_compute_sums")
    shipments_after = fields.Integer("Deliveries by these rules", compute="_compute_sums")
    cost_before = fields.Monetary("Cost then", compute="_compute_sums")
    cost_after = fields.Monetary("Cost by these rules", compute="_compute_sums")
    late_before = fields.Integer("Days late then", compute="_compute_sums")
    late_after = fields.Integer("Days late by these rules", compute="_compute_sums")

    @api.depends("line_ids")
    def _compute_sums(self):
        for wizard in self:
            lines = wizard.line_ids
            wizard.order_count = len(lines)
            wizard.different_count = len(lines.filtered("is_different"))
            for name in ("shipments", "cost", "late"):
                for when in ("before", "after"):
                    wizard[f"{name}_{when}"] = sum(lines.mapped(f"{name}_{when}"))

    def action_run(self):
        """Button “Try”: the newest shipped or confirmed orders, each by itself.

        Stock is today's, and what the order itself took is given back first: what there
        was on the day is not known any more.
        """
        self.ensure_one()
        self.line_ids.unlink()
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.ruleset_id.company_id.id),
                    ("integration_backend_id", "!=", False),
                    ("state", "=", "sale"),
                    ("picking_ids", "!=", False),
                ],
                order="id desc",
                limit=max(1, min(self.count, 1000)),
            )
        )
        rows = [row for order in orders for row in self._row(order)]
        self.line_ids = [fields.Command.create(row) for row in rows]
        return self._reopen()

    def _row(self, order):
        """Values of one line; none for an order that ships nothing."""
        moves = order.order_line.move_ids.filtered(
            lambda move: move.state != "cancel" and move.location_dest_id.usage == "customer"
        )
        shares, taken = {}, {}
        for move in moves:
            warehouse, line = move.picking_type_id.warehouse_id, move.sale_line_id
            if not warehouse or move.product_id != line.product_id:
                continue
            units = move.product_uom._compute_quantity(
                move.quantity if move.state == "done" else move.product_uom_qty, move.product_id.uom_id
            )
            parts = shares.setdefault(line.id, {})
            parts[warehouse.id] = parts.get(warehouse.id, 0.0) + units
            key = (line.product_id.id, warehouse.id)
            taken[key] = taken.get(key, 0.0) + units
        scene = Scene(self.ruleset_id.sudo(), order, taken)
        lines, houses = scene.lines(order), scene.houses(order)
        known = {house.key for house in houses}
        if not lines or not shares or any(set(parts) - known for parts in shares.values()):
            return []
        promise = scene.promise(order)
        before = price(lines, houses, shares, promise)
        after = route(lines, houses, self.ruleset_id._policy(), promise).best
        names = {warehouse.id: warehouse.name for warehouse in scene.warehouses}
        return [
            {
                "order_id": order.id,
                "before": " + ".join(names[house] for house in before.houses),
                "after": " + ".join(names[house] for house in after.houses) if after else self.env._("nowhere"),
                "is_different": not after or before.houses != after.houses,
                "shipments_before": before.shipments,
                "shipments_after": after.shipments if after else 0,
                "cost_before": before.cost,
                "cost_after": after.cost if after else 0.0,
                "late_before": before.lateness,
                "late_after": after.lateness if after else 0,
            }
        ]

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try on past orders"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class IntegrationRoutingSimulationLine(models.TransientModel):
    """A past order, as it shipped and as it would."""

    _name = "integration.routing.simulation.line"
    _description = "Past order, routed by other rules"
    _order = "is_different desc, id"

    simulation_id = fields.Many2one("integration.routing.simulation", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="simulation_id.currency_id")
    order_id = fields.Many2one("sale.order", readonly=True)
    before = fields.Char("Shipped from", readonly=True)
    after = fields.Char("By these rules", readonly=True)
    is_different = fields.Boolean("Different", readonly=True)
    shipments_before = fields.Integer("Deliveries then", readonly=True)
    shipments_after = fields.Integer("Deliveries now", readonly=True)
    cost_before = fields.Monetary("Cost then", readonly=True)
    cost_after = fields.Monetary("Cost now", readonly=True)
    late_before = fields.Integer("Late then", readonly=True)
    late_after = fields.Integer("Late now", readonly=True)
