from addons.connector_base.lib.fixes import Fix, covered

STATE = Fix("state", "Choose", "wizard", frozenset({"address"}), "sale.order", matches="state:")
AGAIN = Fix("again", "Try again", "wizard", states=frozenset({"blocked"}))


def test_a_fix_is_offered_where_all_its_traits_are_met():
    assert STATE.fits("address", "sale.order", "", "state:US-XX")
    assert not STATE.fits("address", "sale.order", "", "")
    assert not STATE.fits("address", "stock.picking", "", "state:US-XX")
    assert not STATE.fits("tax", "sale.order", "", "state:US-XX")


def test_a_fix_of_messages_needs_one_in_the_right_state():
    assert AGAIN.fits("whatever", "", "blocked", "")
    assert not AGAIN.fits("whatever", "", "done", "")
    assert not AGAIN.fits("whatever", "", "", "")


def test_covered_names_the_categories_fixes_are_made_for():
    assert covered([STATE, AGAIN]) == {"address"}
