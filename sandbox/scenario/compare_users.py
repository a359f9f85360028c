"""Whose rights the work was done with: what a channel's traffic made was made by the backend's own user."""

from __future__ import annotations

from .prepare import World
from .sides import Row

#: model -> (name of its link to the backend, what people call one)
MADE = {
    "sale.order": ("integration_backend_id", "order"),
    "integration.order.binding": ("backend_id", "link of the order"),
    "integration.partner.binding": ("backend_id", "link of the customer"),
    "integration.product.binding": ("backend_id", "link of the product"),
    "integration.shipment.binding": ("backend_id", "link of the shipment"),
}


def made_by_others(world: World) -> list[str]:
    """Records of the backend's traffic that somebody else than its service user made."""
    found = []
    for model, (backend, kind) in MADE.items():
        rows = world.odoo.rows(model, [(backend, "=", world.backend_id)], ["display_name", "create_uid"])
        found += by_others(rows, kind, world.service_user_id)
    return found


def by_others(rows: list[Row], kind: str, user_id: int) -> list[str]:
    """A sentence for each row that was made by somebody else.

    :param kind: what people call such a record
    """
    return [
        f"the {kind} {row['display_name']} was made by {row['create_uid'][1]}"
        for row in rows
        if row["create_uid"][0] != user_id
    ]
