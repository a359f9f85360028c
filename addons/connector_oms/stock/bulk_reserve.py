"""Reserve many simple moves at once, with the result that core would give.

Core reserves a move at a time: it searches the quants, creates one move line, and
searches and writes the quant again; about 10 queries and 20 ms a move. Here the quants
of all products are read and locked by two queries, shared out in Python
(``lib.allocate``), and all move lines are created by one call. Core's own code still
prepares and creates the lines and sets the states.

Only what is provably the same is done here: storable products without tracking whose
quants have no lot, package or owner and stand once in each location; moves in the
product's unit, not chained, without lines, taken by FIFO, LIFO or closest. Everything
else, and everything when another addon changes how Odoo reserves, is left to core.
"""

from collections import defaultdict

from ..lib.allocate import Demand, Quant, allocate

#: methods that decide what is reserved, and the addons whose versions are known to
#: come to the same for simple moves
HOOKS = {
    "stock.move": (
        "_update_reserved_quantity",
        "_update_reserved_quantity_vals",
        "_get_available_quantity",
    ),
    "stock.quant": (
        "_gather",
        "_get_gather_domain",
        "_get_reserve_quantity",
        "_get_available_quantity",
        "_update_available_quantity",
        "_update_reserved_quantity",
        "_get_removal_strategy",
    ),
}
KNOWN_ADDONS = ("stock", "product_expiry")
RESERVABLE = ("confirmed", "waiting", "partially_available")
STRATEGIES = ("fifo", "lifo", "closest")

QUANTS = """
SELECT q.id, q.product_id, q.location_id, COALESCE(q.quantity, 0)::float8,
       COALESCE(q.reserved_quantity, 0)::float8, q.in_date,
       q.lot_id IS NULL AND q.package_id IS NULL AND q.owner_id IS NULL, l.parent_path
  FROM stock_quant q
  JOIN stock_location l ON l.id = q.location_id
 WHERE q.product_id = ANY(%s)
   AND EXISTS (SELECT 1 FROM stock_location s
                WHERE s.id = ANY(%s) AND l.parent_path LIKE s.parent_path || '%%')"""

LOCK = """
SELECT id FROM stock_quant WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"""


class _Reserved:
    """Stands in for the quants while move lines are created.

    ``stock.move.line.create`` calls ``_update_reserved_quantity`` of what the context
    names ``reserved_quant``; the quants are written afterwards, each once.
    """

    def _update_reserved_quantity(self, *args, **kwargs):
        pass

    def __bool__(self):
        return True


class BulkReserve:
    """The simple ones among ``moves``.

    :param moves: stock.move, in the order in which they are served; their products
        are locked
    """

    def __init__(self, moves):
        self.moves = moves
        self.env = moves.env
        self.busy = moves.browse()
        self.strategies = {}

    def run(self):
        """Reserve the simple moves.

        :return: the moves that core still has to look at: the others, and those that
            got something (core checks entire packs and lets other addons follow up).
            Moves whose stock somebody is changing right now are left as they are.
        """
        simple = self.moves.filtered(self._is_simple) if self._hooks_are_known() else None
        if not simple:
            return self.moves
        rows = self._quants(simple)
        plain = self._plain_products(simple, rows) - self._shared_products(simple)
        simple = simple.filtered(lambda move: move.product_id.id in plain)
        self._find_busy(simple, rows)
        simple -= self.busy
        takes = self._allocate(simple, rows)
        self._create_lines(simple, takes)
        untouched = simple.filtered(lambda move: move.id not in takes)
        untouched.filtered("integration_reserve_pending").integration_reserve_pending = False
        return self.moves - self.busy - untouched

    def _hooks_are_known(self):
        """Whether no other addon has a say in what is reserved."""
        for model, names in HOOKS.items():
            for cls in type(self.env[model]).__mro__:
                addon = cls.__module__.removeprefix("odoo.addons.").partition(".")[0]
                if addon not in KNOWN_ADDONS and not vars(cls).keys().isdisjoint(names):
                    return False
        return True

    def _is_simple(self, move):
        product = move.product_id
        return (
            move.state in RESERVABLE
            and not move.picked
            and move.procure_method != "make_to_order"
            and not move.move_orig_ids
            and not move.move_line_ids
            and not move.restrict_partner_id
            and move.product_uom == product.uom_id
            and product.tracking == "none"
            and not ("use_expiration_date" in product and product.use_expiration_date)
            and product.categ_id.packaging_reserve_method != "full"
            and move.product_uom.compare(move.product_uom_qty, 0) > 0
            and not move._should_bypass_reservation()
            and self._strategy(move) in STRATEGIES
        )

    def _strategy(self, move):
        key = move.product_id.categ_id.id, move.location_id.id
        if key not in self.strategies:
            self.strategies[key] = self.env["stock.quant"]._get_removal_strategy(move.product_id, move.location_id)
        return self.strategies[key]

    def _quants(self, moves):
        """{product id: rows of ``QUANTS``}."""
        self.env["stock.quant"].flush_model()
        self.env["stock.location"].flush_model(["parent_path"])
        self.env.cr.execute(QUANTS, (moves.product_id.ids, moves.location_id.ids))
        rows = defaultdict(list)
        for row in self.env.cr.fetchall():
            rows[row[1]].append(row)
        return rows

    def _shared_products(self, simple):
        """Products that other moves of this call may take, too: core keeps their order."""
        others = (self.moves - simple).filtered(lambda move: move.state in RESERVABLE and not move.picked)
        return set(others.product_id.ids)

    @staticmethod
    def _plain_products(moves, rows):
        """Products all of whose quants are plain, and one in each location."""
        plain = set()
        for product_id in moves.product_id.ids:
            quants = rows.get(product_id, ())
            places = {row[2] for row in quants}
            if len(places) == len(quants) and all(row[6] for row in quants):
                plain.add(product_id)
        return plain

    def _find_busy(self, moves, rows):
        """Lock the quants; moves whose stock is locked by others are left for later.

        Not waited for: who holds a quant may in turn wait for a product that we hold.
        """
        ids = [row[0] for product in moves.product_id.ids for row in rows.get(product, ())]
        self.env.cr.execute(LOCK, (ids,))
        locked = {row[0] for row in self.env.cr.fetchall()}
        held = {row[1] for quants in rows.values() for row in quants if row[0] not in locked}
        self.busy = moves.filtered(lambda move: move.product_id.id in held)

    def _allocate(self, moves, rows):
        """{move id: takes}."""
        sources, demands, quants = {}, [], {}
        for move in moves:
            key = move.product_id.id, move.location_id.id
            if key not in sources:
                ordered = self._ordered(move, rows.get(key[0], ()))
                sources[key] = [row[0] for row in ordered]
                quants.update({row[0]: Quant(row[0], row[3], row[4]) for row in ordered})
            need = move.product_uom._compute_quantity(
                move.product_uom_qty - move.quantity,
                move.product_id.uom_id,
                rounding_method="HALF-UP",
            )
            demands.append(Demand(move.id, key, need))
        compare = self.env["uom.uom"].search([], limit=1).compare
        return allocate(demands, sources, quants.values(), compare)

    def _ordered(self, move, rows):
        """Quants at or below the move's source, in the order of its removal strategy."""
        root = move.location_id.parent_path
        below = [row for row in rows if row[7].startswith(root)]
        strategy = self._strategy(move)
        if strategy == "closest":
            names = self.env["stock.location"].browse([row[2] for row in below])
            names = {location.id: location.complete_name for location in names}
            return sorted(below, key=lambda row: (names[row[2]], -row[0]))
        return sorted(below, key=lambda row: (row[5], row[0]), reverse=strategy == "lifo")

    def _create_lines(self, moves, takes):
        """Create the move lines of all moves, then write each quant once."""
        quants = self.env["stock.quant"].browse
        vals_list, reserved = [], defaultdict(float)
        for move in moves:
            for take in takes.get(move.id, ()):
                vals_list.append(
                    move.with_company(move.company_id)._prepare_move_line_vals(
                        quantity=take.quantity, reserved_quant=quants(take.quant_id)
                    )
                )
                reserved[take.quant_id] += take.quantity
        lines = self.env["stock.move.line"].with_context(reserved_quant=_Reserved())
        lines = lines.create(vals_list).with_env(self.env)
        for quant in quants(reserved).sudo():
            quant.write({"reserved_quantity": quant.reserved_quantity + reserved[quant.id]})
        lines.filtered(_may_be_redirected)._apply_putaway_strategy()


def _may_be_redirected(line):
    """Whether a putaway rule could send this line elsewhere; customers have none."""
    place = line.move_id.location_dest_id
    return place.usage == "view" or bool(place.putaway_rule_ids)
