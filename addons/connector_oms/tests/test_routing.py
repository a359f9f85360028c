"""Which warehouses ship an order of a channel: decided, explained, changed, tried beforehand."""

from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from ..stock import routing_scene
from ..stock.routing_scene import distance_km
from .builder import line, order
from .order_case import OrderCase


class RoutingCase(OrderCase):
    """Three warehouses: the first keeps SKU-A and SKU-B, Reno and Dallas what a test puts there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make = cls.env["stock.warehouse"].create
        cls.reno = make({"name": "Reno", "code": "RNO", "company_id": cls.company.id, "sequence": 20})
        cls.dallas = make({"name": "Dallas", "code": "DAL", "company_id": cls.company.id, "sequence": 30})
        cls.c = cls.make_product("SKU-C", stock=0)
        cls.d = cls.make_product("SKU-D", stock=0)
        cls.rules = cls.env["integration.routing.ruleset"].create({"default_cost": 5.0, "company_id": cls.company.id})
        cls.rules.action_go_live()

    def put(self, warehouse, product, units):
        self.env["stock.quant"].create(
            {"product_id": product.id, "location_id": warehouse.lot_stock_id.id, "quantity": units}
        )

    def expect(self, warehouse, product, units):
        """Goods that a vendor is to bring."""
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": units,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": warehouse.lot_stock_id.id,
                "picking_type_id": warehouse.in_type_id.id,
                "company_id": self.company.id,
            }
        )
        return move._action_confirm()

    def ship_from(self, sale):
        """{warehouse: {product: units}} of the open deliveries."""
        found = {}
        for move in sale.picking_ids.move_ids.filtered(lambda move: move.state not in ("cancel", "done")):
            parts = found.setdefault(move.picking_type_id.warehouse_id, {})
            parts[move.product_id] = parts.get(move.product_id, 0) + move.product_uom_qty
        return found

    def new_rules(self, **values):
        fresh = self.rules.copy(values)
        fresh.action_go_live()
        return fresh


@tagged("post_install", "-at_install")
class TestRouting(RoutingCase):
    """Orders that come in are routed when they are confirmed."""

    def test_order_ships_from_the_warehouse_that_has_it(self):
        self.put(self.reno, self.c, 5)
        sale = self.bring(order(lines=[line("SKU-C", 2)]))
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.warehouse_id, self.reno)
        self.assertEqual(self.ship_from(sale), {self.reno: {self.c: 2}})
        decision = sale.integration_decision_id
        self.assertEqual((decision.shipments, decision.cost, decision.ruleset_id), (1, 5.0, self.rules))
        self.assertIn("1 of 1 lines from Reno", decision.explanation)
        self.assertIn("Dallas left out: nothing of it in stock", decision.explanation)

    def test_order_is_split_over_warehouses_by_line(self):
        self.put(self.reno, self.c, 5)
        self.put(self.dallas, self.d, 5)
        sale = self.bring(order(lines=[line("SKU-C", 2), line("SKU-D", 1)]))
        self.assertEqual(self.ship_from(sale), {self.reno: {self.c: 2}, self.dallas: {self.d: 1}})
        self.assertEqual(len(sale.picking_ids), 2)

    def test_line_is_split_where_no_warehouse_has_all(self):
        self.put(self.reno, self.c, 3)
        self.put(self.dallas, self.c, 4)
        sale = self.bring(order(lines=[line("SKU-C", 6)]))
        self.assertEqual(self.ship_from(sale), {self.reno: {self.c: 3}, self.dallas: {self.c: 3}})
        self.assertEqual(sale.order_line.mapped("product_uom_qty"), [6])

    def test_quantity_raised_later_goes_where_the_line_ships(self):
        self.put(self.reno, self.c, 3)
        self.put(self.dallas, self.c, 9)
        self.new_rules(most="1")
        sale = self.bring(order(lines=[line("SKU-C", 4)]))
        self.assertEqual(sale.warehouse_id, self.dallas)
        sale.order_line.product_uom_qty = 6
        self.assertEqual(self.ship_from(sale), {self.dallas: {self.c: 6}})

    def test_line_that_joins_later_is_routed_by_itself(self):
        self.put(self.reno, self.c, 5)
        self.put(self.dallas, self.d, 5)
        document = order(lines=[line("SKU-C", 2)])
        sale = self.bring(document)
        first = sale.integration_decision_id
        self.send(self.update(document, 5, lines=[*document.lines, line("SKU-D", 1)]))
        self.assertEqual(self.ship_from(sale), {self.reno: {self.c: 2}, self.dallas: {self.d: 1}})
        self.assertEqual(sale.integration_decision_id, first)
        self.assertIn("Added later: 1 of 2 lines from Dallas", sale.integration_routing_why)
        self.assertFalse(self.exceptions("allocation"))

    def test_line_that_joins_later_and_is_nowhere_is_put_to_a_person(self):
        self.put(self.reno, self.c, 5)
        document = order(lines=[line("SKU-C", 2)])
        sale = self.bring(document)
        self.send(self.update(document, 5, lines=[*document.lines, line("SKU-D", 1)]))
        self.assertEqual(self.ship_from(sale), {self.reno: {self.c: 2, self.d: 1}})
        self.assertIn("1 × [SKU-D]", self.exceptions("allocation").cause)

    def test_orders_of_one_batch_do_not_take_the_same_units(self):
        self.put(self.reno, self.c, 2)
        self.put(self.dallas, self.c, 2)
        sales = self.bring(*(order(n, lines=[line("SKU-C", 2)]) for n in (1, 2)))
        self.assertEqual(sales.warehouse_id, self.reno | self.dallas)

    def test_without_rules_the_channels_warehouse_ships(self):
        self.rules.action_retire()
        self.put(self.reno, self.c, 5)
        sale = self.bring(order(lines=[line("SKU-C", 2)]))
        self.assertEqual(sale.warehouse_id, self.warehouse)
        self.assertFalse(sale.integration_decision_id)

    def test_dangerous_goods_ship_from_where_they_may(self):
        self.c.integration_hazmat = True
        self.reno.integration_hazmat = False
        self.put(self.reno, self.c, 5)
        self.put(self.dallas, self.c, 5)
        sale = self.bring(order(lines=[line("SKU-C", 2)]))
        self.assertEqual(sale.warehouse_id, self.dallas)
        self.assertIn("Reno left out: may not ship these goods", sale.integration_routing_why)

    def test_full_warehouse_gets_no_more_orders(self):
        self.reno.integration_capacity = 1
        self.put(self.reno, self.c, 9)
        self.put(self.dallas, self.c, 9)
        sales = self.bring(*(order(n, lines=[line("SKU-C", 1)]) for n in (1, 2)))
        self.assertEqual(sales.warehouse_id, self.reno | self.dallas)
        third = self.bring(order(3, lines=[line("SKU-C", 1)]))
        self.assertEqual(third.warehouse_id, self.dallas)
        self.assertIn("Reno left out: full for today", third.integration_routing_why)

    def test_cost_table_decides_between_equals(self):
        zones = self.env["integration.routing.zone"]
        zones.create({"warehouse_id": self.reno.id, "cost": 9, "days": 1})
        zones.create({"warehouse_id": self.dallas.id, "cost": 12, "days": 1})
        zones.create({"warehouse_id": self.dallas.id, "country_id": self.env.ref("base.us").id, "cost": 4, "days": 1})
        self.put(self.reno, self.c, 9)
        self.put(self.dallas, self.c, 9)
        sale = self.bring(order(lines=[line("SKU-C", 1)]))
        expected = self.dallas if sale.partner_shipping_id.country_id.code == "US" else self.reno
        self.assertEqual(sale.warehouse_id, expected)
        self.assertIn("Next best:", sale.integration_routing_why)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            zones.create({"warehouse_id": self.reno.id, "cost": 1})

    def test_cut_off_and_holidays_put_the_departure_off(self):
        calendar = self.env["resource.calendar"].create({"name": "Weekdays", "tz": "UTC"})
        self.reno.write({"integration_tz": "America/Chicago", "integration_cut_off": 16.0})
        friday = datetime(2026, 11, 27, 21, 0)  # 15:00 in Chicago
        self.assertEqual(self.reno._integration_departure(friday), (0, False))
        self.assertEqual(self.reno._integration_departure(friday + timedelta(hours=2)), (1, True))
        self.reno.integration_calendar_id = calendar
        self.assertEqual(self.reno._integration_departure(friday + timedelta(hours=2)), (3, True), "on Monday")

    def test_late_warehouse_loses_to_one_in_time_and_says_so(self):
        now = datetime(2026, 11, 25, 18, 0)
        self.reno.write({"integration_cut_off": 16.0, "integration_tz": "UTC"})
        self.put(self.reno, self.c, 9)
        with patch.object(routing_scene.fields.Datetime, "now", lambda: now):
            sale = self.bring(order(lines=[line("SKU-C", 1)]))
        self.assertIn("Reno: cut-off 16:00 passed, it leaves in 1 days", sale.integration_routing_why)

    def test_what_is_nowhere_is_put_to_a_person(self):
        self.put(self.reno, self.c, 1)
        sale = self.bring(order(lines=[line("SKU-C", 3)]))
        self.assertEqual(self.ship_from(sale), {self.reno: {self.c: 3}}, "the rest waits there")
        exception = self.exceptions("allocation")
        self.assertEqual((exception.res_model, exception.res_id), ("sale.order", sale.id))
        self.assertIn("2 × [SKU-C]", exception.cause)
        self.assertIn("route_choose", [fix["code"] for fix in exception.with_user(self.operator()).fixes])

    def test_what_arrives_in_time_is_waited_for(self):
        self.new_rules(wait_days=5)
        move = self.expect(self.dallas, self.c, 9)
        move.date = fields.Datetime.now() + timedelta(days=2)
        self.put(self.reno, self.c, 1)
        sale = self.bring(order(lines=[line("SKU-C", 3)]))
        self.assertEqual(self.ship_from(sale), {self.reno: {self.c: 1}, self.dallas: {self.c: 2}})
        self.assertFalse(self.exceptions("allocation"))

    def operator(self):
        return new_test_user(
            self.env,
            "route_operator",
            "base.group_user,sales_team.group_sale_salesman_all_leads,stock.group_stock_user,connector_base.group_operator",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )

    def test_distance_on_the_globe(self):
        partners = self.env["res.partner"].new({}), self.env["res.partner"].new({})
        partners[0].update({"partner_latitude": 39.53, "partner_longitude": -119.81})
        self.assertIsNone(distance_km(*partners))
        partners[1].update({"partner_latitude": 32.78, "partner_longitude": -96.80})
        self.assertAlmostEqual(distance_km(*partners), 2200, delta=60)


@tagged("post_install", "-at_install")
class TestReroute(RoutingCase):
    """What people do about a decision."""

    def setUp(self):
        super().setUp()
        self.put(self.reno, self.c, 9)
        self.put(self.dallas, self.c, 9)
        self.sale = self.bring(order(lines=[line("SKU-C", 2)]))
        self.clerk = new_test_user(
            self.env,
            "route_clerk",
            "base.group_user,sales_team.group_sale_salesman_all_leads,stock.group_stock_user,connector_base.group_operator",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )

    def choice(self, user=None):
        action = self.sale.with_user(user or self.clerk).action_integration_choose_route()
        model = self.env[action["res_model"]].with_user(user or self.clerk).with_context(**action["context"])
        return model.create({})

    def test_person_ships_it_from_elsewhere_with_a_reason(self):
        self.assertEqual(self.sale.warehouse_id, self.reno)
        choice = self.choice()
        option = choice.option_ids.filtered(lambda option: option.name == "Dallas")
        self.assertEqual((option.shipments, option.missing), (1, 0))
        with self.assertRaises(UserError):
            option.action_take()
        choice.reason = "Reno's lorry has broken down"
        option.action_take()
        self.assertEqual(self.ship_from(self.sale), {self.dallas: {self.c: 2}})
        decision = self.sale.integration_decision_id
        self.assertEqual((decision.is_override, decision.user_id), (True, self.clerk))
        self.assertEqual(self.sale.integration_decision_count, 2)
        audit = self.env["integration.audit"].sudo().search([("action", "=", "order.route")], limit=1)
        self.assertEqual(audit.reason, "Reno's lorry has broken down")

    def test_options_count_what_the_order_itself_has_reserved(self):
        self.sale.picking_ids.action_assign()
        option = self.choice().option_ids.filtered(lambda option: option.name == "Reno")
        self.assertEqual(option.missing, 0)

    def test_warehouse_that_has_begun_is_not_changed(self):
        picking = self.sale.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        choice = self.choice()
        choice.reason = "too late"
        with self.assertRaises(UserError):
            choice.option_ids[:1].action_take()

    def test_who_is_no_operator_cannot(self):
        viewer = new_test_user(
            self.env,
            "route_viewer",
            "base.group_user,sales_team.group_sale_salesman_all_leads,connector_base.group_viewer",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.sale.with_user(viewer).action_integration_route_again()

    def test_shortage_is_healed_by_routing_again(self):
        short = self.bring(order(2, lines=[line("SKU-D", 4)]))
        exception = self.exceptions("allocation")
        self.assertEqual(exception.res_id, short.id)
        self.put(self.dallas, self.d, 4)
        wizard = self.env["integration.fix.decide"].with_user(self.clerk)
        wizard = wizard.create({"code": "route_again", "exception_ids": [(6, 0, exception.ids)], "reason": "there now"})
        wizard.action_apply()
        self.assertEqual(self.ship_from(short), {self.dallas: {self.d: 4}})
        self.assertNotEqual(exception.state, "open")

    def test_shortage_is_asked_about_once_and_healed_when_goods_come(self):
        short = self.bring(order(2, lines=[line("SKU-D", 4)]))
        exception = self.exceptions("allocation")
        move = short.picking_ids.move_ids
        move.integration_reserve_pending = False
        short.picking_ids.scheduled_date = fields.Datetime.now() - timedelta(hours=1)
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertEqual(self.exceptions("allocation"), exception, "the order is with a person already")
        self.put(move.picking_type_id.warehouse_id, self.d, 4)
        move._action_assign()
        self.env["stock.picking"]._cron_integration_shortages()
        self.assertNotEqual(exception.state, "open")

    def test_shortage_is_settled_from_the_exception(self):
        short = self.bring(order(2, lines=[line("SKU-D", 4)]))
        exception = self.exceptions("allocation").with_user(self.clerk)
        action = exception.action_fix("route_choose")
        choice = self.env[action["res_model"]].with_user(self.clerk).with_context(**action["context"]).create({})
        self.assertEqual(choice.order_id, short)
        choice.reason = "Dallas gets it on Monday"
        choice.option_ids.filtered(lambda option: option.name == "Dallas").action_take()
        self.assertEqual(self.ship_from(short), {self.dallas: {self.d: 4}})
        self.assertNotEqual(exception.state, "open")

    def test_cancelled_order_needs_no_stock(self):
        short = self.bring(order(2, lines=[line("SKU-D", 4)]))
        short._action_cancel()
        self.assertFalse(self.exceptions("allocation"))


@tagged("post_install", "-at_install")
class TestRuleset(RoutingCase):
    """Versions, and trying them."""

    def test_one_version_is_in_force_and_stays_as_it_was(self):
        second = self.rules.copy()
        self.assertEqual((second.version, second.state), (self.rules.version + 1, "draft"))
        with self.assertRaises(UserError):
            self.rules.most = "1"
        with self.assertRaises(UserError):
            self.rules.criterion_ids[0].weight = 3
        second.action_go_live()
        self.assertEqual((self.rules.state, second.state), ("retired", "live"))
        with self.assertRaises(UserError):
            self.rules.unlink()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.rules.state = "live"
            self.env.flush_all()

    def test_rules_are_tried_on_past_orders(self):
        self.put(self.reno, self.c, 2)
        self.put(self.dallas, self.c, 2)
        self.put(self.dallas, self.d, 2)
        sale = self.bring(order(lines=[line("SKU-C", 1), line("SKU-D", 1)]))
        self.assertEqual(sale.warehouse_id, self.dallas)
        other = self.bring(order(2, lines=[line("SKU-C", 1)]))
        self.assertEqual(other.warehouse_id, self.reno)
        draft = self.rules.copy()
        self.env["integration.routing.zone"].create({"warehouse_id": self.dallas.id, "cost": 1, "days": 1})
        wizard = self.env["integration.routing.simulation"].create({"ruleset_id": draft.id})
        wizard.action_run()
        self.assertEqual((wizard.order_count, wizard.different_count), (2, 1))
        row = wizard.line_ids.filtered("is_different")
        self.assertEqual((row.order_id, row.before, row.after), (other, "Reno", "Dallas"))
        self.assertEqual((wizard.cost_before, wizard.cost_after), (6.0, 2.0))
        self.assertEqual(other.warehouse_id, self.reno, "nothing was changed")

    def test_screens_open(self):
        for model, views in (
            ("integration.routing.ruleset", ("list", "form")),
            ("integration.routing.decision", ("list", "form", "search")),
            ("integration.routing.choice", ("form",)),
            ("integration.routing.simulation", ("form",)),
        ):
            self.env[model].get_views([(False, view) for view in views])
