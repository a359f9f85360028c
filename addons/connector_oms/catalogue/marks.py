"""Which products may show differently at channels, gathered while a transaction works.

Marks are kept in memory and written once, at precommit, in one statement; a transaction
that is rolled back leaves none.
"""

from ..lib import listing_sql as sql
from ..stock.jobs import gathered

KEY = "connector_oms.catalogue_marks"


class Marks:
    """What one transaction has changed so far.

    :ivar products: product ids
    :ivar backends: backends all of whose products are concerned
    :ivar is_general: all products of all backends are
    """

    def __init__(self):
        self.products = set()
        self.backends = set()
        self.is_general = False


def mark_products(env, product_ids):
    """Something that channels show of these products may have changed."""
    if product_ids:
        _marks_of(env).products.update(product_ids)


def mark_backends(env, backend_ids):
    """All products of these backends are to be looked at."""
    _marks_of(env).backends.update(backend_ids)


def mark_everything(env):
    """Something that prices of all products depend on has changed."""
    _marks_of(env).is_general = True


def _marks_of(env):
    return gathered(env, KEY, Marks, _write)


def _write(env, marks):
    """Append the marks for the backends that keep anything in step, and ask for their rounds."""
    flows = env["integration.flow"].sudo().search([("code", "=", "catalogue.out")])
    flows = flows.filtered(lambda flow: flow.backend_id.state != "draft")
    backends = flows.backend_id
    keeping = backends.filtered(lambda backend: backend._kept_fields())
    # a backend that was marked itself may have stopped keeping anything: that is to be seen, too
    whole = set(keeping.ids if marks.is_general else ()) | (marks.backends & set(backends.ids))
    env["integration.product.binding"].flush_model()
    touched = set()
    if marks.products and keeping:
        touched |= _mark(env, keeping.ids, list(marks.products), False)
    if whole:
        touched |= _mark(env, list(whole), [], True)
    flows.filtered(lambda flow: flow.backend_id.id in touched)._request_publish_catalogue()


def _mark(env, backend_ids, product_ids, is_everything):
    env.cr.execute(sql.MARK, {"backends": backend_ids, "products": product_ids, "everything": is_everything})
    return {row[0] for row in env.cr.fetchall()}
