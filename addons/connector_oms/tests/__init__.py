# stock and shipments
from . import (
    test_order_claim,
    test_order_customer,
    test_order_hold,
    test_order_money,
    test_order_product,
    test_order_random,
    test_order_update,
    test_order_views,
    test_product_import,
    test_shipment_out,
    test_stock_availability,
    test_stock_bulk_reserve,
    test_stock_dirty,
    test_stock_publish,
    test_stock_race,
    test_stock_reserve_lane,
)
