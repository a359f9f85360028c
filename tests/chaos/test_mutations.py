"""A few defences taken away in the plain run, so that the gate itself does not rot; `--mutations` takes all."""

from __future__ import annotations

import pytest

from setup.lib.environment import current
from setup.lib.errors import SetupError
from tests.chaos.gate import Gate
from tests.chaos.mutations import MUTATIONS, SAMPLE


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    """The gate, with its copy of the repository."""
    try:
        found = Gate(current(), tmp_path_factory.mktemp("gate"))
    except SetupError as error:
        pytest.skip(f"no prepared environment: {error}")
    found.prepare()
    try:
        yield found
    finally:
        found.close()


@pytest.mark.parametrize("mutation", [m for m in MUTATIONS if m.defence in SAMPLE], ids=lambda m: m.defence)
def test_a_defence_that_is_taken_away_is_missed(gate: Gate, mutation):
    assert gate.check([mutation]) == []
    verdict = gate.judge(mutation)
    assert verdict.is_caught, verdict
