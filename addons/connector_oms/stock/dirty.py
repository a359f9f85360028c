"""Which products' availability may have changed in this transaction.

Marks are gathered in memory while the ORM works and written once, at precommit, in
one statement: a transaction that touches a thousand quants inserts each (product,
warehouse) once, and one that is rolled back leaves none.
"""

from datetime import timedelta

from odoo import fields

from ..lib.dirty_sql import DIRTY_SQL
from .jobs import gathered

KEY = "connector_oms.stock_dirty"


class Marks:
    """What one transaction has changed so far.

    :ivar places: (product id, location id)
    :ivar warehouses: (product id, warehouse id); product 0 stands for all products
    :ivar backends: backend ids whose levels are all to be computed anew
    """

    def __init__(self):
        self.places = set()
        self.warehouses = set()
        self.backends = set()


def marks_of(env):
    """The marks of the current transaction, to be written before its commit."""
    return gathered(env, KEY, Marks, _write)


def mark_places(env, pairs):
    """Stock of a product has changed in a location.

    :param pairs: (product id, location id)
    """
    marks_of(env).places.update(pairs)


def mark_warehouses(env, pairs):
    """What a warehouse owes or holds of a product has changed.

    :param pairs: (product id, warehouse id); ids may be missing, then nothing is marked
    """
    marks_of(env).warehouses.update((p, w) for p, w in pairs if p and w)


def mark_whole_warehouses(env, warehouse_ids):
    """Everything in these warehouses is to be computed anew."""
    marks_of(env).warehouses.update((0, warehouse_id) for warehouse_id in warehouse_ids)


def mark_backends(env, backend_ids):
    """Every level of these backends is to be computed anew."""
    marks_of(env).backends.update(backend_ids)


def warehouses_above(env, location_ids):
    """Ids of the warehouses that locations belong to, as the database has it now."""
    env["stock.location"].flush_model(["parent_path", "location_id"])
    env.cr.execute(
        """SELECT DISTINCT w.id
             FROM stock_location l
             JOIN stock_warehouse w ON TRUE
             JOIN stock_location v ON v.id = w.view_location_id
              AND l.parent_path LIKE v.parent_path || '%%'
            WHERE l.id = ANY(%s)""",
        (list(location_ids),),
    )
    return [row[0] for row in env.cr.fetchall()]


def _write(env, marks):
    """Append the marks for every backend that publishes, and ask for its job."""
    if not (marks.places or marks.warehouses or marks.backends):
        return
    places, warehouses = list(marks.places), list(marks.warehouses)
    env.cr.execute(
        DIRTY_SQL,
        {
            "place_products": [pair[0] for pair in places],
            "locations": [pair[1] for pair in places],
            "products": [pair[0] for pair in warehouses],
            "warehouses": [pair[1] for pair in warehouses],
            "backends": list(marks.backends),
        },
    )
    # a change after a quiet time is published at once; while one follows the other,
    # they are gathered for a second
    soon = fields.Datetime.now() + timedelta(seconds=1)
    for flow_id, has_just_run in env.cr.fetchall():
        flow = env["integration.flow"].sudo().browse(flow_id)
        flow._request_publish_stock(eta=soon if has_just_run else None, soon=True)
