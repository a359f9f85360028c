from . import test_order_money
from . import test_order_customer
from . import test_order_product
from . import test_order_hold
from . import test_order_update
