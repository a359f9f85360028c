"""Which products may show differently at channels, gathered while a transaction works.

Marks are kept in memory and written once, at precommit, in one statement; a transaction
that is rolled back leaves none.
"""

from ..lib import listing_sql as sql

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
    precommit = env.cr.precommit
    marks = precommit.data.get(KEY)
    if marks is None:
        marks = precommit.data[KEY] = Marks()
        precommit.add(lambda: _write(env, marks))
    return marks


def _write(env, marks):
    """Append the marks for the backends that keep anything in step, and ask for their rounds."""
    flows = env["integration.flow"].sudo().search([("code", "=", "catalogue.out")])
    flows = flows.filtered(lambda flow: flow.backend_id.state != "draft" and flow.backend_id._kept_fields())
    if not flows:
        return
    env["integration.catalogue.mark"].flush_model()
    env["integration.product.binding"].flush_model()
    everyone = flows.backend_id.ids
    touched = set()
    if marks.products:
        touched |= _mark(env, everyone, list(marks.products), False)
    whole = everyone if marks.is_general else [i for i in marks.backends if i in set(everyone)]
    if whole:
        touched |= _mark(env, whole, [], True)
    flows.filtered(lambda flow: flow.backend_id.id in touched)._request_publish_catalogue()


def _mark(env, backend_ids, product_ids, is_everything):
    env.cr.execute(sql.MARK, {"backends": backend_ids, "products": product_ids, "everything": is_everything})
    return {row[0] for row in env.cr.fetchall()}
