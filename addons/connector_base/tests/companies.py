"""Proof that one company sees nothing of another, for every table of the suite."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

#: ways from a row to its company, the first that a model has
WAYS = ("company_id", "backend_id.company_id", "message_id.company_id", "order_id.company_id")


def way_to_company(model):
    """How rows of a model tell their company; None when they belong to none."""
    return next((way for way in WAYS if way.partition(".")[0] in model._fields), None)


def company_models(env):
    """{model name: way} of every table of the suite whose rows belong to a company."""
    ways = {name: way_to_company(env[name]) for name in env.registry if name.startswith("integration.")}
    return {
        name: way
        for name, way in ways.items()
        if way and not env[name]._abstract and not env[name]._transient and env[name]._auto
    }


def stranger(env):
    """An administrator of everything of ours, in another company."""
    company = env["res.company"].create({"name": "Stranger's company"})
    return new_test_user(
        env,
        login="stranger",
        groups="connector_base.group_admin,base.group_system",
        company_id=company.id,
        company_ids=[(6, 0, company.ids)],
    )


def visible_rows(env, user):
    """{model name: rows of other companies that the user sees}, and which models had any.

    :return: (leaks, models that were put to the test)
    """
    leaks, tested = {}, set()
    for name, way in company_models(env).items():
        domain = [(way, "!=", False), (way, "not in", user.company_ids.ids)]
        foreign = env[name].sudo().with_context(active_test=False).search(domain)
        if foreign:
            tested.add(name)
        try:
            seen = env[name].with_user(user).with_context(active_test=False).search([("id", "in", foreign.ids)])
        except AccessError:
            continue
        if seen:
            leaks[name] = seen.ids
    return leaks, tested
