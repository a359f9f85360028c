"""Who gets an exception, and by when: the first rule that fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Rule(NamedTuple):
    """One line of the rules, in their order.

    :param wanted: (field, value) pairs that an exception must have
    :param outcome: field -> value that it gets
    :param hours: until it has to be settled; 0 sets no deadline
    """

    wanted: tuple[tuple[str, Any], ...]
    outcome: tuple[tuple[str, Any], ...]
    hours: float


def first_fit(rules: Iterable[Rule], facts: Mapping[str, Any]) -> Rule | None:
    """The first rule all of whose conditions these facts meet; None for none.

    :param facts: field -> value of an exception; a missing one is like an empty one
    """
    for rule in rules:
        if all((facts.get(name) or False) == value for name, value in rule.wanted):
            return rule
    return None
