"""What is kept how long: ``connector_base/lib/retention.py``."""

import pytest

from addons.connector_base.lib import retention, retention_sql
from addons.connector_base.lib.retention import Rule, choose, left, personal

ALL = Rule(1, "content", 0, 0, 0, 90)
SHOP = Rule(2, "content", 7, 0, 0, 30)
EDI = Rule(3, "content", 7, 71, 0, 3650)
OTHER = Rule(4, "stuck", 7, 71, 0, 1)


@pytest.mark.parametrize(
    ("backend", "flow", "expected"),
    [(7, 71, EDI), (7, 72, SHOP), (7, 0, SHOP), (8, 81, ALL), (0, 0, ALL)],
)
def test_the_most_specific_rule_counts(backend, flow, expected):
    for rules in ([ALL, SHOP, EDI, OTHER], [OTHER, EDI, SHOP, ALL]):
        assert choose(rules, "content", backend, flow) == expected


def test_without_a_rule_all_is_kept():
    assert choose([SHOP, EDI], "content", 8, 81) is None
    assert choose([ALL], "stuck", 7, 71) is None


def test_what_is_left_to_do_lacks_the_bit():
    assert left(retention.CONTENT) == [0, 2, 4, 6]
    assert left(retention.TRIES) == [0, 1, 2, 3]
    assert left(retention.MASKED, 3) == [0, 2]


def test_words_are_taken_literally_and_whole():
    assert personal() == retention.PERSONAL == personal("", None, "A")
    assert personal("Ada  Lovelace") == r"\yAda\s+Lovelace\y|" + retention.PERSONAL
    assert personal("a.b+c@d.eu").startswith(r"\ya\.b\+c@d\.eu\y|")


def test_each_class_has_its_steps_and_each_step_its_statements():
    steps = {(step.data_class, step.act) for step in retention_sql.STEPS}
    assert steps == set(retention_sql.ACTS)
    for name, kind in retention.KINDS.items():
        assert ((name, "mask") in steps, (name, "clear") in steps) == (kind.masks, kind.clears)


def test_nothing_writes_what_identifies_a_message():
    identity = ("backend_id", "topic", "key", "business_key", "digest", "state", "received_at", "settled_at")
    for statements in retention_sql.ACTS.values():
        for statement in statements:
            assert "DELETE FROM integration_message " not in statement
            if "UPDATE integration_message\n" in statement or "UPDATE integration_message " in statement:
                written = statement.split("SET", 1)[1].split("WHERE id")[0]
                assert not [name for name in identity if f" {name} =" in written]
