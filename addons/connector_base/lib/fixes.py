"""What can be done about an exception: one line a fix, looked up by category."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fix:
    """One way to settle exceptions.

    :param code: what it is known by
    :param label: the button's text
    :param model: wizard that asks for what is needed; see ``integration.fix``
    :param categories: of the exceptions it is meant for; empty for all
    :param record: name of the model the exception must be about; "" for any or none
    :param states: states the message behind must have; empty: no message is needed
    :param group: XML id of the group that may do it
    :param topics: of the messages it is meant for; empty for all
    :param matches: groups of exceptions it is meant for, by the start of their key
    """

    code: str
    label: str
    model: str
    categories: frozenset[str] = frozenset()
    record: str = ""
    states: frozenset[str] = frozenset()
    group: str = "connector_base.group_operator"
    matches: str = ""
    topics: frozenset[str] = frozenset()

    def fits(self, category: str, record: str, state: str, group_key: str, topic: str = "") -> bool:
        """Whether it can be done about an exception with these traits."""
        return (
            (not self.categories or category in self.categories)
            and (not self.record or record == self.record)
            and (not self.states or state in self.states)
            and (not self.topics or topic in self.topics)
            and group_key.startswith(self.matches)
        )


def covered(fixes: Iterable[Fix]) -> set[str]:
    """The categories that at least one of these fixes is made for."""
    return set().union(*(fix.categories for fix in fixes))
