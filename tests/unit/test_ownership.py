from addons.connector_base.lib.ownership import Rule, first_fit

ANN = Rule((("category", "tax"), ("backend_id", 1)), (("user_id", 7),), 4)
REST = Rule((), (("team_id", 3),), 24)


def test_the_first_rule_that_fits_counts():
    assert first_fit([ANN, REST], {"category": "tax", "backend_id": 1}) is ANN
    assert first_fit([REST, ANN], {"category": "tax", "backend_id": 1}) is REST


def test_every_condition_must_be_met():
    assert first_fit([ANN, REST], {"category": "tax", "backend_id": 2}) is REST
    assert first_fit([ANN], {"category": "tax"}) is None


def test_no_rule_no_owner():
    assert first_fit([], {"category": "tax"}) is None
