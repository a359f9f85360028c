"""A browser beside the hub, and people who may work at the desk but administrate nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from setup.lib import browser
from tests.e2e.browser.desk import Desk
from tests.e2e.browser.people import make_person
from tests.e2e.hub import Hub

DESKTOP = {"width": 1366, "height": 768}


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of the desk."""
    path = browser.find()
    if not path:
        pytest.skip("no Chromium: install one, or name it with HUB_BROWSER=/path/to/chromium")
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=path, args=list(browser.ARGUMENTS))
        yield found
        found.close()


@pytest.fixture(scope="package")
def desks(hub: Hub, chromium: Browser) -> Iterator[dict[str, Desk]]:
    """Windows by role, kept from test to test: a person does not sign in anew for each job either."""
    found: dict[str, Desk] = {}
    yield found
    for desk in found.values():
        desk.page.context.close()


@pytest.fixture
def sit_down(hub: Hub, chromium: Browser, desks: dict[str, Desk]) -> Iterator[Callable[[str], Desk]]:
    """Give a role its window; at the end of the test nothing may have broken in any of them."""
    used: list[Desk] = []

    def sit(role: str) -> Desk:
        if role in desks:
            desks[role].begin()
        else:
            context = chromium.new_context(viewport=DESKTOP, locale="en-US", timezone_id="UTC")
            desks[role] = Desk.open(context.new_page(), hub.server.url, make_person(hub.odoo, role))
        used.append(desks[role])
        return desks[role]

    yield sit
    for desk in used:
        desk.check()


@pytest.fixture
def operator(sit_down) -> Desk:
    """The window of an operator of the connectors, who has no other right."""
    return sit_down("operator")


@pytest.fixture
def manager(sit_down) -> Desk:
    """The window of a manager of the connectors, who is no administrator."""
    return sit_down("manager")
