"""Defences of goods that are brought for an order."""

from tests.chaos.mutation import OMS, of_oms, of_unit

BRINGING = (
    of_unit(
        "nothing that is brought is taken twice",
        f"{OMS}/lib/routing.py",
        "            left[source][line.product] -= units\n",
        "",
        "test_routing",
        "ships_itself or taken_twice",
    ),
    of_oms(
        "what is brought for an order is nobody else's",
        "models/stock_rule.py",
        "            super(StockRule, self.with_context(integration_feed=True))._run_pull(fed)\n",
        "            super()._run_pull(fed)\n",
        "test_routing_feed",
        "nobody_else",
    ),
    of_oms(
        "receipts for waiting deliveries are not sold",
        "lib/figures_sql.py",
        " - COALESCE(promised.units, 0)))\n  FROM stock_move m\n",
        "))\n  FROM stock_move m\n",
        "test_routing_feed",
        "before_it_arrives",
    ),
    of_oms(
        "goods on their way arrive though the order is cancelled",
        "models/stock_move_feed.py",
        "        return self.browse() if begun else found",
        "        return found",
        "test_routing_feed",
        "has_left_arrives",
    ),
    of_oms(
        "nothing is brought for a cancelled order",
        "models/stock_move_feed.py",
        "        for feeder in feeders:\n",
        "        for feeder in ():\n",
        "test_routing_feed",
        "has_nothing_brought",
    ),
)
