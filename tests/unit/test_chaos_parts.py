"""The parts of the chaos suite that need no server: schedules, and patches that still fit."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.chaos.mutations import MUTATIONS, SAMPLE
from tests.chaos.schedule import POINTS, SECONDS, WAVES, events

REPO = Path(__file__).parents[2]
SEEDS = range(1, 51)


def test_a_seed_gives_one_schedule():
    assert [str(event) for event in events(7)] == [str(event) for event in events(7)]
    assert [str(event) for event in events(7)] != [str(event) for event in events(8)]


def test_schedules_are_whole():
    for seed in SEEDS:
        schedule = events(seed)
        assert [event.at for event in schedule] == sorted(event.at for event in schedule)
        names = [event.what for event in schedule]
        assert names.count("place") == WAVES
        assert {"kill_worker", "kill_workers", "crash_postgres", "arm", "harm_shop", "harm_line"} <= set(names)
        # every line that is harmed is calm again
        assert names.count("harm_line") == names.count("calm_line")
        assert all(0 <= event.at < SECONDS + 6 for event in schedule)


def test_fifty_seeds_arm_every_failpoint_of_the_code():
    source = REPO / "addons" / "connector_base" / "failpoints.py"
    spec = importlib.util.spec_from_file_location("failpoints", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert set(POINTS) == set(module.POINTS)
    armed = {event.values["point"] for seed in SEEDS for event in events(seed) if event.what == "arm"}
    assert armed == set(POINTS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.defence)
def test_patches_of_the_mutation_gate_still_fit(mutation):
    text = (REPO / mutation.file).read_text(encoding="utf-8")
    assert text.count(mutation.old) == 1
    assert mutation.new != mutation.old
    assert (REPO / mutation.test).exists()


def test_defences_have_names_of_their_own():
    names = [mutation.defence for mutation in MUTATIONS]
    assert len(set(names)) == len(names)
    assert set(SAMPLE) <= set(names)
