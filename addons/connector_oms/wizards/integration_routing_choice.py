from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.routing import price, route
from ..stock.routing_scene import Scene


class IntegrationRoutingChoice(models.TransientModel):
    """The ways to ship an order, priced, for a person to choose from."""

    _name = "integration.routing.choice"
    _description = "Choose how to ship an order"
    _inherit = ["integration.fix"]

    exception_ids = fields.Many2many(required=False)
    code = fields.Char(default="route_choose")
    scope = fields.Selection(default="chosen")
    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    explanation = fields.Text("So far", related="order_id.integration_routing_why")
    reason = fields.Char("Why", help="Kept with the decision.")
    option_ids = fields.One2many("integration.routing.choice.option", "choice_id", "Ways to ship it")

    @api.model
    def default_get(self, names):
        """The order of the exception that it is opened from, and its options."""
        values = super().default_get(names)
        if "exception_ids" in values and not values.get("order_id"):
            ids = [
                value
                for command in values["exception_ids"]
                for value in (command[2] if len(command) == 3 else [command[1]])
            ]
            exceptions = self.env["integration.exception"].browse(ids)
            order = exceptions._orders() or exceptions._pickings().sale_id
            if len(order) != 1:
                raise UserError(self.env._("Choose for one order at a time."))
            values["order_id"] = order.id
        if values.get("order_id"):
            values["option_ids"] = self._options(self.env["sale.order"].sudo().browse(values["order_id"]))
        return values

    @api.model
    def _open(self, order):
        """The wizard of one order."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ship differently"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": order.id},
        }

    def action_apply(self):
        """Button “Let the rules decide”: route it anew by the rules in force."""
        self.ensure_one()
        order = self.order_id
        if self.exception_ids:
            self.exception_ids._common_fix(self.code)
            order = order.sudo()
        order._integration_reroute(self.reason or self.env._("Routed again."))
        return {"type": "ir.actions.act_window_close"}

    @api.model
    def _options(self, order):
        """Commands that create the options: the best sets of warehouses, and each warehouse alone."""
        ruleset = self.env["integration.routing.ruleset"]._live(order.company_id)
        if not ruleset:
            raise UserError(self.env._("The company has no routing rules in force."))
        router = self.env["integration.router"].sudo()
        taken = router._own_held(order)
        for move in self._taking(order):
            taken[move.product_id.id, move.picking_type_id.warehouse_id.id] += move.product_qty
        scene = Scene(ruleset, order, taken)
        lines, houses = scene.lines(order), scene.houses(order)
        best = route(lines, houses, ruleset._policy(), scene.promise(order)).options
        listed = {option.houses for option in best}
        alone = [
            (price(lines, houses, {line.key: {house.key: line.units} for line in lines}, scene.promise(order)), house)
            for house in houses
            if (house.key,) not in listed
        ]
        return [fields.Command.create(self._values_of(scene, *way)) for way in [*((one,) for one in best), *alone]]

    @api.model
    def _taking(self, order):
        """The moves that take something from stock for an order that is not shipped yet."""
        moves = order.picking_ids.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        fed = moves.filtered("integration_allocation_id")
        feeders = moves.union(*(move._integration_feeders() for move in fed)) - moves
        return (moves - fed) | feeders.filtered(lambda move: move.location_id.usage == "internal")

    @api.model
    def _values_of(self, scene, option, house=None):
        """Values of an option.

        :param house: that is to ship everything, whether it has it or not
        """
        names = scene.names
        short = 0.0
        if house:
            products = {line.id: line.product_id.id for line in scene.orders.order_line}
            short = sum(
                max(0.0, parts[house.key] - house.free.get(products[line], 0.0))
                for line, parts in option.shares.items()
            )
        sources = dict.fromkeys(source for __, __, source in option.fed)
        brought = ", ".join(names.get(source) or self.env._("purchase") for source in sources)
        name = " + ".join(names[key] for key in option.houses)
        return {
            "name": self.env._("%(name)s (first from: %(sources)s)", name=name, sources=brought) if brought else name,
            "shipments": option.shipments,
            "cost": option.cost,
            "arrival": option.arrival,
            "lateness": option.lateness,
            "missing": option.units_missing + short,
            "shares": {
                str(line): {str(key): units for key, units in parts.items()} for line, parts in option.shares.items()
            },
            "fed": [[*key, units] for key, units in option.fed.items()],
        }


class IntegrationRoutingChoiceOption(models.TransientModel):
    """One way to ship an order."""

    _name = "integration.routing.choice.option"
    _description = "Way to ship an order"

    choice_id = fields.Many2one("integration.routing.choice", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="choice_id.order_id.company_id.currency_id")
    name = fields.Char("From", readonly=True)
    shipments = fields.Integer("Deliveries", readonly=True)
    cost = fields.Monetary(readonly=True)
    arrival = fields.Integer("Days until it arrives", readonly=True, help="Days from today until all of it is there.")
    lateness = fields.Integer("Days late", readonly=True, help="Days after what the customer was promised.")
    missing = fields.Float(
        "Not there yet (units)", digits="Product Unit", readonly=True, help="Units that are not in stock there yet."
    )
    shares = fields.Json(readonly=True)
    fed = fields.Json(readonly=True)

    def action_take(self):
        """Button “Ship this way”."""
        self.ensure_one()
        choice = self.choice_id
        if not (choice.reason or "").strip():
            raise UserError(self.env._("Please say why."))
        shares = {
            int(line): {int(warehouse): units for warehouse, units in parts.items()}
            for line, parts in self.shares.items()
        }
        fed = {(line, house, source): units for line, house, source, units in self.fed or ()}
        order = choice.order_id
        if choice.exception_ids:
            # what may be done about an exception the desk decides, not who may edit orders
            choice.exception_ids._common_fix(choice.code)
            order = order.sudo()
        order._integration_reroute(choice.reason, shares, fed)
        if choice.exception_ids:
            choice.exception_ids.filtered(lambda one: one.state == "open")._resolve(choice.reason, "fixed")
        return {"type": "ir.actions.act_window_close"}
