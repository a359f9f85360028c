"""One defence less: the patch that takes it away, and the tests that have to notice.

A patch replaces one text that must stand exactly once in its file: when the code moves, the gate says so
instead of testing nothing. ``sql`` is run on the test's copy of the database as well.
"""

from __future__ import annotations

from dataclasses import dataclass

BASE = "addons/connector_base"
OMS = "addons/connector_oms"
SHOPIFY = "addons/connector_shopify"
UNIT = "tests/unit"


@dataclass(frozen=True)
class Mutation:
    """One defence less.

    :param defence: what is taken away, in words
    :param file: where it stands
    :param old: the text that is it
    :param new: what stands there instead
    :param test: the quickest test file that must fail
    :param only: pytest's ``-k``: the tests meant
    :param sql: statement for the database, where the defence stands there
    """

    defence: str
    file: str
    old: str
    new: str
    test: str
    only: str
    sql: str = ""


def of_base(defence: str, file: str, old: str, new: str, test: str, only: str, sql: str = "") -> Mutation:
    """A defence of connector_base."""
    return Mutation(defence, f"{BASE}/{file}", old, new, f"{BASE}/tests/{test}.py", only, sql)


def of_oms(defence: str, file: str, old: str, new: str, test: str, only: str, sql: str = "") -> Mutation:
    """A defence of connector_oms."""
    return Mutation(defence, f"{OMS}/{file}", old, new, f"{OMS}/tests/{test}.py", only, sql)


def of_unit(defence: str, file: str, old: str, new: str, test: str, only: str) -> Mutation:
    """A defence that a unit test watches; ``file`` from the top of the repository."""
    return Mutation(defence, file, old, new, f"{UNIT}/{test}.py", only)
