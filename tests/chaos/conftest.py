"""The stage, and which seeds are played on it."""

from __future__ import annotations

import os

import pytest

from setup.lib.cluster import OwnCluster
from setup.lib.environment import current
from setup.lib.errors import SetupError
from tests.chaos.stage import Stage

#: seeds played without being asked for more
SEEDS = 3


def pytest_generate_tests(metafunc):
    """One test a seed: `HUB_CHAOS_SEEDS` says how many, `HUB_CHAOS_FROM` which is the first."""
    if "seed" in metafunc.fixturenames:
        first = int(os.environ.get("HUB_CHAOS_FROM") or 1)
        count = int(os.environ.get("HUB_CHAOS_SEEDS") or SEEDS)
        metafunc.parametrize("seed", range(first, first + count))


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    """The servers, started once for all seeds."""
    try:
        environment = current()
    except SetupError as error:
        pytest.skip(f"no prepared environment: {error}")
    if not OwnCluster.is_available():
        pytest.skip("the PostgreSQL that can be broken is not installed")
    found = Stage(environment, tmp_path_factory.mktemp("chaos"))
    try:
        yield found.open()
    finally:
        found.close()
