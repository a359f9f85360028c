"""What a channel shows of a product: whose value counts, and what follows when the two differ.

Pure. Values are texts in one canonical form, so that equal ones are equal: prices with the
currency's digits, weights in kilograms down to the gram, names and codes without stray
blanks, descriptions as ``richtext`` writes them. None is a value that is not known, or that there is none of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .matching import clean, normal_code
from .richtext import canonical

#: long, and therefore read only where it is asked for
DESCRIPTION = "description"
#: what can be kept in step, in the order in which it is shown
FIELDS = ("price", "barcode", "weight", "title", DESCRIPTION)
#: what the names of further prices begin with: those of a channel's other price lists
LIST = "list:"
GRAM = Decimal("0.001")

ODOO, CHANNEL, COMPARE = "odoo", "channel", "compare"
SAME, SEND, TAKE, ASK, DIFFERS, LEFT, NOTHING = "same", "send", "take", "ask", "differs", "left", "nothing"
BOTH, AGAIN, JUMP = "both", "again", "jump"


class Verdict(NamedTuple):
    """What is to be done about one value.

    :param state: one of the states above
    :param reason: why a person is asked: changed on both sides, changed again by the side
        that does not own it, or by more than is let through
    :param corrects: the owner's value is put back over a change by the other side
    """

    state: str
    reason: str = ""
    corrects: bool = False


class Past(NamedTuple):
    """What is remembered of one value.

    :param agreed: what both sides held when they last were the same
    :param corrected: the owner's value was put back since the owner last changed it
    :param left: (Odoo's, the channel's) when a person let the two differ
    """

    agreed: str | None = None
    corrected: bool = False
    left: tuple[str, str] | None = None


def decide(owner: str, ours: str | None, theirs: str, past: Past, limit: float = 0) -> Verdict:
    """What is to be done when Odoo has ``ours`` and the channel shows ``theirs``.

    The owner's value goes to the other side. A change by the other side is put right once;
    when it comes again, somebody means it, and a person decides. So does one when both have
    changed. A value that there is none of never replaces one.

    :param owner: ODOO, CHANNEL or COMPARE (nothing is changed)
    :param limit: percent by which a price may change without a person; 0 for any
    """
    if ours == theirs:
        return Verdict(SAME)
    if past.left == (ours, theirs):
        return Verdict(LEFT)
    if owner == COMPARE:
        return Verdict(DIFFERS if ours and theirs else NOTHING)
    right, other = (ours, theirs) if owner == ODOO else (theirs, ours)
    if not right:
        return Verdict(NOTHING)
    if past.agreed is not None:
        meddled = other != past.agreed
        if meddled and right != past.agreed:
            return Verdict(ASK, BOTH)
        if meddled and past.corrected:
            return Verdict(ASK, AGAIN)
    else:
        meddled = False
    if limit and _jumps(right, other, limit):
        return Verdict(ASK, JUMP)
    return Verdict(SEND if owner == ODOO else TAKE, corrects=meddled)


def is_price(name: str) -> bool:
    """Whether a field is a price, of the shop or of one of its further lists."""
    return name == "price" or name.startswith(LIST)


def _jumps(right: str, other: str | None, limit: float) -> bool:
    before = Decimal(other or 0)
    return before > 0 and abs(Decimal(right) - before) * 100 > before * Decimal(str(limit))


def price_text(amount: float | Decimal | None, digits: int) -> str:
    """A price with the currency's digits; "" for none and for nothing, which nobody sells at.

    :param digits: decimal places of the currency
    """
    value = Decimal(str(amount or 0)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return str(value) if value > 0 else ""


def weight_text(kilograms: float | Decimal | None) -> str:
    """A weight in kilograms, to the gram; "" for none."""
    value = Decimal(str(kilograms or 0)).quantize(GRAM, ROUND_HALF_UP)
    return str(value) if value > 0 else ""


def code_text(code: str | None) -> str:
    """A barcode without stray blanks; "" for none."""
    return normal_code(code)


def title_text(title: str | None) -> str:
    """A name in one line; "" for none."""
    return clean(title)


def texts_of(document, digits: int, names: Iterable[str] = FIELDS) -> dict[str, str]:
    """{field: text} of what a channel lists (a canonical ``Product``); without what was not read.

    :param names: the description is only worked out where it is among these
    """
    texts = {
        "price": price_text(document.price, digits),
        "barcode": code_text(document.barcode),
        "weight": weight_text(document.weight_kg),
        "title": title_text(document.title),
    }
    if DESCRIPTION in names and document.description is not None:
        texts[DESCRIPTION] = canonical(document.description)
    return texts


def dump_values(ids: Iterable[int]) -> bytes:
    """Payload of a message: which values it is about; what they are is taken when it is sent."""
    return json.dumps({"values": list(ids)}, separators=(",", ":")).encode()


def load_values(payload: bytes) -> list[int]:
    """The ids in a payload.

    :raises ValueError: it is not one of ``dump_values``
    """
    values = json.loads(payload)["values"]
    if not all(isinstance(value, int) for value in values):
        raise ValueError("values are named by number")
    return values
