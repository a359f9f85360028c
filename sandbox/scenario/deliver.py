"""The warehouses work: deliveries are packed and validated, some of them in part."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from .client import Odoo, OdooError
from .prepare import World
from .quiet import wait_quiet

#: shares of the deliveries that are left for another day, sent in part, packed in two boxes
LEFT, IN_PART, TWO_BOXES = 0.08, 0.2, 0.2
#: deliveries validated by one press of the button in the list
AT_ONCE = 20
#: what Odoo may ask when a delivery is validated, and the button that answers
ANSWERS = {"stock.backorder.confirmation": "process", "confirm.stock.sms": "dont_send_sms"}


def deliver(world: World) -> None:
    """Send most of what is ready; then some of the backorders that this leaves behind."""
    chance = world.chance("deliveries")
    ready = _ready(world)
    chosen = [row for row in ready if chance.random() >= LEFT]
    whole, in_part, boxed = _share_out(chance, chosen)
    for row in whole + in_part + boxed:
        _label(world, row, 1)
    for row in boxed:
        _pack_in_two(world, row)
    for row in in_part:
        _take_some(world.odoo, row, chance)
    _validate_in_parts(world.odoo, [row["id"] for row in whole + boxed])
    for row in in_part:
        validate(world.odoo, [row["id"]])
    world.tell.say(
        f"{len(chosen)} of {len(ready)} deliveries validated: {len(in_part)} in part, {len(boxed)} in two packages"
    )
    wait_quiet(world)
    later = [row for row in _ready(world) if row["backorder_id"]][::2]
    for row in later:
        _label(world, row, 2)
    _validate_in_parts(world.odoo, [row["id"] for row in later])
    world.tell.say(f"{len(later)} backorders validated")
    wait_quiet(world)


def _ready(world: World) -> list[dict[str, Any]]:
    """Deliveries of the shop's orders whose stock is reserved."""
    return world.odoo.rows(
        "stock.picking",
        [
            ("integration_backend_id", "=", world.backend_id),
            ("state", "=", "assigned"),
            ("picking_type_code", "=", "outgoing"),
        ],
        ["name", "move_ids", "move_line_ids", "backorder_id"],
        order="id",
    )


def _share_out(chance: random.Random, rows: list[dict[str, Any]]) -> tuple[list[dict], list[dict], list[dict]]:
    """(sent whole, sent in part, packed in two boxes)."""
    whole, in_part, boxed = [], [], []
    for row in rows:
        lot = chance.random()
        if lot < IN_PART and len(row["move_ids"]) > 1:
            in_part.append(row)
        elif lot < IN_PART + TWO_BOXES and len(row["move_line_ids"]) > 1:
            boxed.append(row)
        else:
            whole.append(row)
    return whole, in_part, boxed


def _label(world: World, row: dict[str, Any], boxes: int) -> None:
    """Give a delivery its tracking number; one in six goes without."""
    if row["id"] % 6 == 0:
        return
    number = f"1ZHUB{world.seed:03d}{row['id']:07d}"
    world.odoo.write("stock.picking", [row["id"]], {"carrier_tracking_ref": number})


def _pack_in_two(world: World, row: dict[str, Any]) -> None:
    """Put half of the lines into one package, the others into a second, each tracked."""
    odoo, lines = world.odoo, row["move_line_ids"]
    for part in (lines[: len(lines) // 2], lines[len(lines) // 2 :]):
        odoo.write("stock.move.line", part, {"picked": True})
        odoo.press("stock.picking", "action_put_in_pack", [row["id"]])
    numbers = ",".join(f"1ZBOX{world.seed:03d}{row['id']:06d}{letter}" for letter in "AB")
    odoo.write("stock.picking", [row["id"]], {"carrier_tracking_ref": numbers})


def _take_some(odoo: Odoo, row: dict[str, Any], chance: random.Random) -> None:
    """Enter what was found on the shelf: something, but not everything, where there is that much."""
    moves = odoo.read("stock.move", row["move_ids"], ["quantity"])
    moves = [move for move in moves if move["quantity"]]  # a line that was edited away has a cancelled one
    if len(moves) < 2:
        return
    chance.shuffle(moves)
    found: dict[int, list[int]] = defaultdict(list)
    for index, move in enumerate(moves):
        # the first is sent whole, the last not at all, those in between by lot
        most = int(move["quantity"])
        taken = most if index == 0 else chance.randint(0, most)
        found[0 if index == len(moves) - 1 else taken].append(move["id"])
    for taken, ids in found.items():
        odoo.write("stock.move", ids, {"quantity": taken, "picked": taken > 0})


def _validate_in_parts(odoo: Odoo, ids: list[int]) -> None:
    for start in range(0, len(ids), AT_ONCE):
        validate(odoo, ids[start : start + AT_ONCE])


def validate(odoo: Odoo, ids: Iterable[int]) -> None:
    """Button "Validate", and an answer to whatever Odoo asks then.

    :raises OdooError: it asks something that nobody here can answer
    """
    ids = list(ids)
    answer = odoo.press("stock.picking", "button_validate", ids) if ids else True
    while isinstance(answer, dict) and answer.get("res_model"):
        model, context = answer["res_model"], answer.get("context") or {}
        if model not in ANSWERS:
            raise OdooError(f"validating deliveries {ids} asks for {model}")
        wizard = answer.get("res_id") or odoo.create(model, {}, context=context)
        answer = odoo.press(model, ANSWERS[model], [wizard], **context)
