"""One Odoo and one local shop for all end-to-end tests, connected once.

Tests place orders of their own and look only at those, so their order does not matter;
whatever they upset (faults, limits, webhooks) is set right again around each of them.
"""

from __future__ import annotations

import os

import pytest

from setup.lib.environment import current
from setup.lib.errors import SetupError
from setup.lib.instance import Instance, Sandbox
from tests.e2e.hub import Hub

#: tests that look at what all others left behind
LAST = ("test_secrets.py",)


def pytest_collection_modifyitems(items):
    """Run the search for secrets after everything that might have spilled one."""
    items.sort(key=lambda item: item.path.name in LAST)


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    """The running hub; `HUB_TEST_DATABASE` names an existing database to use instead of a copy."""
    try:
        environment = current()
    except SetupError as error:
        pytest.skip(f"no prepared environment: {error}")
    points = tmp_path_factory.mktemp("failpoints") / "armed"
    server = Instance(
        environment,
        workers=3,
        database=os.environ.get("HUB_TEST_DATABASE"),
        variables={"INTEGRATION_FAILPOINTS": str(points)},
    )
    # the shop delivers again after parts of a second instead of minutes
    partner = Sandbox(seed=11, arguments=("--retry-scale", "0.01"))
    with server, partner:
        yield Hub.connect(server, partner, points)


@pytest.fixture(autouse=True)
def calm(request):
    """Nothing armed and no trouble before a test and after it."""
    if "hub" not in request.fixturenames:
        yield
        return
    found = request.getfixturevalue("hub")
    found.calm()
    yield
    found.calm()
    found.quiet()
