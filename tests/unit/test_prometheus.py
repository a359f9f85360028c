"""The exposition format, to the letter."""

from addons.connector_base.lib.prometheus import Family, render


def test_help_type_and_samples():
    family = Family("hub_depth", "gauge", "What waits.")
    family.add(3, backend="Shop")
    family.add(0.5)
    assert render([family]) == (
        '# HELP hub_depth What waits.\n# TYPE hub_depth gauge\nhub_depth{backend="Shop"} 3\nhub_depth 0.5\n'
    )


def test_labels_and_help_are_escaped():
    family = Family("hub_x", "gauge", 'one\\two\nthree "four"')
    family.add(1, name='a"b\\c\nd')
    text = render([family])
    assert '# HELP hub_x one\\\\two\\nthree "four"\n' in text
    assert 'hub_x{name="a\\"b\\\\c\\nd"} 1\n' in text


def test_a_histogram_is_cumulative_and_ends_with_infinity():
    family = Family("hub_seconds", "histogram", "How long.")
    family.add_histogram((0.5, 1), [2, 5, 6], 7.25, flow="order.in")
    assert render([family]).splitlines()[2:] == [
        'hub_seconds_bucket{flow="order.in",le="0.5"} 2',
        'hub_seconds_bucket{flow="order.in",le="1"} 5',
        'hub_seconds_bucket{flow="order.in",le="+Inf"} 6',
        'hub_seconds_sum{flow="order.in"} 7.25',
        'hub_seconds_count{flow="order.in"} 6',
    ]


def test_nothing_known_says_nothing():
    family = Family("hub_age", "gauge", "Age.")
    family.add(None)
    assert render([family]) == ""
