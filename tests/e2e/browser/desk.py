"""A person at the desk: one user's browser, worked by what the person reads on the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

#: milliseconds one step of the screen may take on a slow machine
PATIENCE = 30_000
#: what Odoo calls its dialogs about errors that are nobody's intention
BROKEN = re.compile("Odoo (Client|Server|Network) Error|Something went wrong", re.IGNORECASE)
#: Debian's odoo-19 comes without this file of `mail`, which nothing of the suite uses
LACKING = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
#: done when the document was left alone for so long; what never rests is waited for ten seconds
CALM = """() => new Promise((done) => {
    let timer = setTimeout(done, 700);
    const again = () => { clearTimeout(timer); timer = setTimeout(done, 700); };
    new MutationObserver(again).observe(document, { subtree: true, childList: true, attributes: true });
    setTimeout(done, 10000);
})"""


@dataclass
class Desk:
    """One user's browser window.

    :param page: the window
    :param url: the server
    :param troubles: whatever the window complained about
    """

    page: Page
    url: str
    troubles: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, page: Page, url: str, login: str) -> Desk:
        """Sign in (the password is the login); the first screen of the desk is shown."""
        desk = cls(page, url)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: desk.troubles.append(f"uncaught: {error}"))
        page.on("console", desk._listen)
        page.goto(f"{url}/web/login?redirect=/odoo/connectors")
        page.get_by_label("Email").fill(login)
        page.get_by_label("Password").fill(login)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.get_by_role("heading", name="Backends").wait_for()
        return desk

    def begin(self) -> None:
        """Go back to the first screen, with nothing to complain about yet."""
        self.troubles.clear()
        self.go("/odoo/connectors")
        self.page.get_by_role("heading", name="Backends").wait_for()

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and LACKING not in message.text:
            self.troubles.append(f"console: {message.text} ({message.location.get('url', '')})")

    def go(self, path: str) -> None:
        """Open an address of the server, as a bookmark does."""
        self.page.goto(f"{self.url}{path}")

    def menu(self, *names: str) -> None:
        """Choose an entry of the menu bar, opening what it is under.

        What has no room in the bar is behind its last button, all in one list.
        """
        last = self.entry(names[-1])
        if not self.entry(names[0]).count():
            bar = self.page.get_by_role("banner").first.get_by_role("menu").first
            bar.get_by_role("button").last.click()
            last.first.wait_for()
        for name in names[:-1]:
            if not last.count():
                self.entry(name).first.click()
        last.first.click()

    def entry(self, name: str) -> Locator:
        """A visible entry of a menu."""
        found = self.page.get_by_role("menuitem", name=name, exact=True)
        return found.or_(self.page.get_by_role("banner").get_by_role("button", name=name, exact=True)).filter(
            visible=True
        )

    def button(self, name: str, within: Locator | None = None) -> Locator:
        """A button by what is written on it."""
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button by what is written on it."""
        self.button(name, within).first.click()

    def press_anywhere(self, name: str) -> None:
        """Press a button of a form that a narrow window may have put behind its three dots, which bear no name."""
        found = self.button(name).filter(visible=True).first
        entry = self.page.get_by_role("menuitem", name=name, exact=True).filter(visible=True).first
        if not found.count():
            self.page.locator(".o_statusbar_buttons .dropdown-toggle").click()
            found.or_(entry).first.wait_for()
        found.or_(entry).first.click()

    def settle(self) -> None:
        """Wait until nothing on the screen has changed for a moment."""
        self.page.get_by_role("banner").first.wait_for()
        self.page.evaluate(CALM)

    def dialog(self, title: str = "") -> Locator:
        """The dialog in front."""
        found = self.page.get_by_role("dialog")
        return found.filter(has_text=title) if title else found

    def choose(self, within: Locator, label: str, text: str) -> None:
        """Type into a field that completes what is typed, and take the entry that holds it."""
        box = within.get_by_label(label, exact=True)
        box.fill(text)
        self.page.get_by_role("option", name=text).first.click()

    def told(self, text: str | re.Pattern[str]) -> None:
        """Wait until a notification says something."""
        expect(self.page.get_by_role("alert").filter(has_text=text).first).to_be_visible(timeout=PATIENCE)

    def sees(self, text: str | re.Pattern[str], within: Locator | None = None, **options: Any) -> None:
        """Wait until something can be read on the screen."""
        found = (within or self.page).get_by_text(text, **options).filter(visible=True).first
        expect(found).to_be_visible(timeout=PATIENCE)

    def sees_not(self, locator: Locator) -> None:
        """Wait until something is not on the screen."""
        expect(locator).to_have_count(0, timeout=PATIENCE)

    def check(self) -> None:
        """Nothing broke in this window: no dialog about an error, nothing on the console.

        :raises AssertionError: something did
        """
        shown = self.dialog().filter(has_text=BROKEN)
        self.troubles += [f"dialog: {text}" for text in shown.all_inner_texts()]
        assert not self.troubles, self.troubles
