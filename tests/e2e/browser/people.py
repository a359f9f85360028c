"""Users for the desk's tests: a role of the connectors, and nothing that the job does not need."""

from __future__ import annotations

from sandbox.scenario.client import Odoo

ROLES = {
    "viewer": "connector_base.group_viewer",
    "operator": "connector_base.group_operator",
    "manager": "connector_base.group_manager",
}
#: what lets a person open the records behind exceptions
ALSO = ("sales_team.group_sale_salesman_all_leads", "stock.group_stock_user", "account.group_account_invoice")


def group(odoo: Odoo, external_id: str) -> int:
    """Id of a group."""
    module, __, name = external_id.partition(".")
    found = odoo.rows("ir.model.data", [("module", "=", module), ("name", "=", name)], ["res_id"])
    return found[0]["res_id"]


def make_person(odoo: Odoo, role: str, *more: str, name: str = "") -> str:
    """See that there is a user of a role; its login, which is its password too.

    :param role: a key of ``ROLES``
    :param more: external ids of further groups
    :param name: what the screens call it, by default after the role
    """
    login = f"desk_{role}{len(more) or ''}"
    if not odoo.rows("res.users", [("login", "=", login)], ["id"]):
        groups = ["base.group_user", ROLES[role], *more]
        odoo.create(
            "res.users",
            {
                "name": name or f"Desk {role}",
                "login": login,
                "password": login,
                "email": f"{login}@example.com",
                "tz": "UTC",
                "group_ids": [(6, 0, [group(odoo, one) for one in groups])],
            },
        )
    return login
