"""What is kept how long: the classes of data, and which rule counts where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

#: What is no longer kept of a message, as bits of one number: one small index then finds
#: what is still to be done for each of them.
CONTENT, TEXTS, TRIES = 1, 2, 4
ALL = CONTENT | TEXTS | TRIES
#: the same of an exception
MASKED, CLEARED = 1, 2

#: e-mail addresses and telephone numbers in a text, as PostgreSQL reads a pattern
PERSONAL = r"[[:alnum:]._%+-]+@[[:alnum:]-]+\.[[:alnum:].-]+|(\+|\y00)[0-9][0-9 ()/.-]{6,}[0-9]"


class Kind(NamedTuple):
    """What can be said of one class of data.

    :param masks: names and addresses in it can be masked before it goes
    :param clears: it can go
    :param narrows: backends and flows may have a rule of their own
    :param least: days that it is needed for in any case
    """

    masks: bool = False
    clears: bool = True
    narrows: bool = True
    least: int = 1


KINDS = {
    "content": Kind(),
    "stuck": Kind(),
    "correction": Kind(),
    "text": Kind(masks=True, clears=False),
    # they are counted for the traffic first, and again when a look was late
    "attempt": Kind(least=14),
    "exception": Kind(masks=True),
    "alert": Kind(narrows=False),
    # hours are made of minutes; what is usual at an hour of the week is told by five weeks
    "minute": Kind(narrows=False, least=2),
    "hour": Kind(narrows=False, least=35),
}


class Rule(NamedTuple):
    """One rule, with ids for whatever it is narrowed to (0: any)."""

    id: int
    data_class: str
    backend_id: int
    flow_id: int
    mask_days: int
    clear_days: int


def choose(rules: Iterable[Rule], data_class: str, backend_id: int = 0, flow_id: int = 0) -> Rule | None:
    """The rule that counts: the flow's, else the backend's, else the one for all; None where there is none.

    :param rules: at most one a class, backend and flow
    :param flow_id: 0 for what belongs to no flow
    """
    fitting = [
        rule
        for rule in rules
        if rule.data_class == data_class
        and rule.flow_id in (0, flow_id)
        and (rule.backend_id in (0, backend_id) or rule.flow_id)
    ]
    return max(fitting, key=lambda rule: (bool(rule.flow_id), bool(rule.backend_id)), default=None)


def left(bit: int, every: int = ALL) -> list[int]:
    """The numbers that lack a bit: what has still to be done."""
    return [number for number in range(every + 1) if not number & bit]


def personal(*words: Any) -> str:
    """The pattern of addresses, telephone numbers, and these words (a name), for PostgreSQL."""
    found = [_word(word) for word in words if word and len(str(word).strip()) > 1]
    return "|".join([*found, PERSONAL])


def _word(word: Any) -> str:
    text = r"\s+".join(re.escape(part) for part in str(word).split())
    start = r"\y" if text[:1].isalnum() else ""
    end = r"\y" if text[-1:].isalnum() else ""
    return f"{start}{text}{end}"
