"""Channels that divide a warehouse, and places that offer several."""

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..lib.levels import quota
from .stock_two_channels import TwoChannelsCase


@tagged("post_install", "-at_install")
class TestShare(TwoChannelsCase):
    """What two channels are told of one warehouse."""

    def test_units_are_divided_and_the_odd_one_goes_to_the_first(self):
        self.put(11)
        self.settle()
        self.assertEqual(self.told(), (6, 5))

    def test_shares_and_priority(self):
        self.backend.stock_weight = 3
        self.second.stock_priority = 1
        self.put(11)
        self.settle()
        self.assertEqual(self.told(), (quota(11, [1, 3], 1), quota(11, [1, 3], 0)))
        self.assertEqual(sum(self.told()), 11)

    def test_last_unit_is_offered_by_one_channel_only(self):
        self.second.stock_priority = 1
        self.put(1)
        self.settle()
        self.assertEqual(self.told(), (0, 1))

    def test_short_warehouse_serves_the_first_channel_only(self):
        self.warehouse.integration_short_units = 4
        self.put(4)
        self.settle()
        self.assertEqual(self.told(), (4, 0))
        self.put(1)
        self.settle()
        self.assertEqual(self.told(), (3, 2))

    def test_shared_warehouse_is_offered_to_each_as_a_whole(self):
        self.warehouse.integration_sharing = "shared"
        self.put(7)
        self.settle()
        self.assertEqual(self.told(), (7, 7))

    def test_product_that_only_one_channel_sells_is_all_its_own(self):
        product = self.make_products(1)
        self.bind(product)
        self.channels[self.backend].levels[f"stock-{product.id}", "loc-1"] = 0
        self.put(9, product)
        self.settle()
        self.assertEqual(self.channels[self.backend].levels[f"stock-{product.id}", "loc-1"], 9)

    def test_a_unit_moves_only_after_the_other_channel_gave_it_up(self):
        self.warehouse.integration_sharing = "shared"
        self.put(10)
        self.settle()
        self.assertEqual(self.told(), (10, 10))
        self.warehouse.integration_sharing = "divided"
        self.round_of(self.second)
        self.assertEqual(self.told(), (10, 0), "the first still sells all 10")
        self.settle()
        self.assertEqual(self.told(), (5, 5))

    def test_a_share_that_grows_waits_for_the_other_to_shrink(self):
        self.put(10)
        self.settle()
        self.backend.stock_weight = 4
        self.round_of(self.backend)
        self.assertEqual(self.told(), (5, 5), "the second was told of 5 and may sell them")
        self.settle()
        self.assertEqual(self.told(), (8, 2))

    def test_what_a_channel_has_not_taken_over_is_not_offered_elsewhere(self):
        self.put(10)
        self.settle()
        self.channels[self.second].refuse[f"stock-{self.product.id}"] = "errors"
        self.backend.stock_weight = 9
        self.settle()
        self.assertEqual(self.told(), (5, 5), "it refused to be told of 1")
        self.channels[self.second].refuse.clear()
        levels = self.env["integration.stock.level"].search([("backend_id", "=", self.second.id)])
        levels.action_try_again()
        self.settle()
        self.assertEqual(self.told(), (9, 1))

    def test_disconnected_channel_gets_nothing_set_aside(self):
        self.second.state = "draft"
        self.put(6)
        self.run_precommit()
        self.round_of(self.backend)
        self.assertEqual(self.told(), (6, 0))

    def test_buffers_of_warehouse_and_channel(self):
        self.warehouse.write({"integration_buffer_units": 2, "integration_buffer_percent": 10})
        self.second.stock_buffer_units = 9
        self.put(22)
        self.settle()
        # 22 - 2 = 20, less 10 % = 18: half each; the second keeps 9 of all 22 back
        self.assertEqual(self.told(), (9, 9))
        self.second.stock_buffer_units = 20
        self.settle()
        self.assertEqual(self.told(), (9, 2))

    def test_share_and_warehouse_settings_are_checked(self):
        with self.assertRaises(ValidationError):
            self.backend.stock_weight = 0
        with self.assertRaises(ValidationError):
            self.warehouse.integration_buffer_percent = 101
        with self.assertRaises(ValidationError):
            self.warehouse.integration_short_units = -1


@tagged("post_install", "-at_install")
class TestPools(TwoChannelsCase):
    """Places that offer the stock of two warehouses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reserve = cls.env["stock.warehouse"].create({"name": "Reserve", "code": "RSV"})

    def pool(self, place=None, warehouse=None, **values):
        place = place or self.place
        return self.env["integration.stock.source"].create(
            {"binding_id": place.id, "warehouse_id": (warehouse or self.reserve).id, "sequence": 20, **values}
        )

    def test_place_offers_the_sum_of_its_warehouses(self):
        self.pool()
        self.put(4)
        self.put(3, warehouse=self.reserve)
        self.settle()
        self.assertEqual(self.told(), (2 + 3, 2), "the test warehouse is divided, the reserve is not")

    def test_parts_of_a_shared_pool_are_counted_by_warehouse(self):
        self.pool()
        self.pool(self.second_place)
        self.put(4)
        self.put(7, warehouse=self.reserve)
        self.settle()
        self.assertEqual(self.told(), (2 + 4, 2 + 3))
        level = self.env["integration.stock.level"].search(
            [("backend_id", "=", self.backend.id), ("product_id", "=", self.product.id)]
        )
        self.assertEqual(level.parts, {str(self.warehouse.id): 2, str(self.reserve.id): 4})
        self.assertEqual(level.told_parts, level.parts)
        self.assertEqual(level.free_quantity, 11)

    def test_what_one_warehouse_owes_is_taken_from_the_place(self):
        self.pool()
        self.put(5, warehouse=self.reserve)
        self.make_move(self.product, 2, confirm=True)
        self.settle()
        self.assertEqual(self.told(), (3, 0))

    def test_change_in_the_second_warehouse_is_noticed(self):
        self.pool()
        self.put(5, warehouse=self.reserve)
        self.settle()
        self.put(1, warehouse=self.reserve)
        self.run_precommit()
        dirty = self.env["integration.stock.dirty"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(dirty.warehouse_id, self.warehouse, "marked under the place")
        self.settle()
        self.assertEqual(self.told(), (6, 0))

    def test_warehouse_taken_out_of_the_pool_is_offered_no_more(self):
        source = self.pool()
        self.put(5, warehouse=self.reserve)
        self.put(2)
        self.settle()
        self.assertEqual(self.told(), (6, 1))
        source.unlink()
        self.settle()
        self.assertEqual(self.told(), (1, 1))
        level = self.env["integration.stock.level"].search(
            [("backend_id", "=", self.backend.id), ("product_id", "=", self.product.id)]
        )
        self.assertFalse(level.parts)

    def test_warehouse_stands_behind_one_place_of_a_channel(self):
        self.pool()
        other = self.env["integration.location.binding"].create(
            {
                "backend_id": self.backend.id,
                "external_id": "loc-2",
                "record_id": self.env["stock.warehouse"].create({"name": "Third", "code": "THD"}).id,
            }
        )
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.pool(other)

    def test_own_warehouse_of_a_place_stays(self):
        with self.assertRaises(UserError):
            self.place.source_ids.unlink()

    def test_place_that_is_linked_anew_takes_its_new_warehouse(self):
        self.place.record_id = self.reserve
        self.assertEqual(self.place.source_ids.warehouse_id, self.reserve)

    def test_delivery_from_the_second_warehouse_names_the_place(self):
        self.pool()
        self.assertEqual(self.env["integration.stock.source"]._place_of(self.backend, self.reserve), self.place)


@tagged("post_install", "-at_install")
class TestRules(TwoChannelsCase):
    """Rules for some products."""

    def rule(self, **values):
        return self.env["integration.stock.rule"].create(values)

    def test_most_particular_rule_holds(self):
        shelf_ware = self.env["product.category"].create({"name": "Shelf ware"})
        self.product.categ_id = self.env["product.category"].create({"name": "Boxes", "parent_id": shelf_ware.id})
        self.rule(cap_units=3)
        self.rule(categ_id=shelf_ware.id, cap_units=2)
        self.rule(product_id=self.products[1].id, backend_id=self.backend.id, cap_units=1)
        for product in self.products:
            self.put(20, product)
        self.settle()
        self.assertEqual(self.told(), (2, 2))
        self.assertEqual(self.told(self.products[1]), (1, 3))

    def test_product_that_one_channel_is_not_to_offer_is_left_to_the_other(self):
        rule = self.rule(product_id=self.product.id, backend_id=self.second.id, is_offered=False)
        self.put(8)
        self.settle()
        self.assertEqual(self.told(), (8, 0))
        rule.active = False
        self.settle()
        self.assertEqual(self.told(), (4, 4))

    def test_buffer_of_a_rule_replaces_the_channels(self):
        self.backend.stock_buffer_units = 5
        self.rule(product_id=self.product.id, backend_id=self.backend.id, buffer_units=1)
        self.second.state = "draft"
        for product in self.products[:2]:
            self.put(8, product)
        self.run_precommit()
        self.round_of(self.backend)
        self.assertEqual((self.told()[0], self.told(self.products[1])[0]), (7, 3))

    def receipt(self, units, days):
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": units,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.stock.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "date": self.env.cr.now().replace(microsecond=0),
            }
        )
        move._action_confirm(merge=False)
        move.date = move.date.fromordinal(move.date.toordinal() + days)
        return move

    def test_what_is_to_arrive_is_sold_only_where_a_rule_says_so(self):
        self.second.state = "draft"
        self.receipt(10, 3)
        late = self.receipt(100, 30)
        self.put(1)
        self.round_of(self.backend)
        self.assertEqual(self.told()[0], 1)
        self.rule(product_id=self.product.id, incoming_days=7)
        self.round_of(self.backend)
        self.assertEqual(self.told()[0], 11)
        late.date = late.date.fromordinal(late.date.toordinal() - 28)
        self.round_of(self.backend)
        self.assertEqual(self.told()[0], 111)

    def test_what_is_to_arrive_first_covers_what_is_owed(self):
        self.second.state = "draft"
        self.rule(product_id=self.product.id, incoming_days=7)
        self.receipt(10, 3)
        self.make_move(self.product, 4, confirm=True)
        self.round_of(self.backend)
        self.assertEqual(self.told()[0], 6)

    def test_what_is_to_arrive_is_divided_too(self):
        self.rule(product_id=self.product.id, incoming_days=7)
        self.receipt(10, 3)
        self.put(5)
        self.settle()
        self.assertEqual(sum(self.told()), 15)

    def test_rules_are_unique_and_sane(self):
        self.rule(product_id=self.product.id, cap_units=1)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.rule(product_id=self.product.id, cap_units=2)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.rule(product_id=self.products[1].id, buffer_units=-2)
        with self.assertRaises(ValidationError):
            self.rule(product_id=self.products[2].id, categ_id=self.env.ref("product.product_category_goods").id)
