from . import (
    integration_fix_address,
    integration_fix_customer,
    integration_fix_date,
    integration_fix_decide,
    integration_fix_link,
    integration_fix_map,
    integration_order_release_wizard,
    integration_return_inspection,
    integration_routing_choice,
    integration_routing_simulation,
    integration_stock_figure,
    integration_stock_promise,
)
