"""The pictures of the documentation, taken anew from a running hub: `setup/pictures`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from setup.lib import browser
from setup.lib.console import say
from setup.lib.environment import current
from setup.lib.instance import Instance, Sandbox
from tests.e2e.browser.album import ALBUM, Picture
from tests.e2e.browser.desk import Desk
from tests.e2e.browser.people import ALSO, make_person
from tests.e2e.browser.scene import Scene
from tests.e2e.hub import Hub

DESKTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
#: milliseconds until a screen that does not come is left out, and said so
IMPATIENCE = 8_000
#: colours of a picture: screens are flat, and a palette makes them small
COLOURS = 96


@dataclass
class Photographer:
    """Takes pictures, each with a window of the person who sees that screen.

    :param only: names of files, without suffix; all when empty
    """

    scene: Scene
    chromium: Browser
    folder: Path
    only: tuple[str, ...] = ()

    def take_all(self) -> list[str]:
        """Take every picture, at both widths; what went wrong."""
        troubles: list[str] = []
        for device, suffix in ((DESKTOP, ""), (PHONE, "-phone")):
            desks: dict[str, Desk] = {}
            for picture in ALBUM:
                wanted = not self.only or f"{picture.name}{suffix}" in self.only
                if wanted and (picture.phone or not suffix):
                    desk = desks.get(picture.role) or self._sit_down(picture.role, device)
                    desks[picture.role] = desk
                    troubles += self._take(picture, desk, f"{picture.name}{suffix}")
            for desk in desks.values():
                desk.page.context.close()
        return troubles

    def _sit_down(self, role: str, device: dict) -> Desk:
        page = self.chromium.new_context(locale="en-US", timezone_id="UTC", **device).new_page()
        desk = Desk.open(page, self.scene.hub.server.url, self._login(role))
        page.set_default_timeout(IMPATIENCE)
        return desk

    def _login(self, role: str) -> str:
        """An administrator, or a person who works with the orders and transfers as well."""
        return "admin" if role == "admin" else make_person(self.scene.hub.odoo, role, *ALSO)

    def _take(self, picture: Picture, desk: Desk, name: str) -> list[str]:
        try:
            picture.show(desk, self.scene)
            desk.settle()
            self._keep(desk.page.screenshot(animations="disabled"), name)
            desk.check()
        except Exception as error:
            desk.troubles.clear()
            say(f"{name}: {error}")
            return [name]
        return []

    def _keep(self, data: bytes, name: str) -> None:
        image = Image.open(BytesIO(data)).convert("RGB")
        palette = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        palette.save(self.folder / f"{name}.png", optimize=True)


def photograph(hub: Hub, folder: Path, only: tuple[str, ...] = (), scene: Scene | None = None) -> list[str]:
    """Play the scene on a hub and take its pictures; what went wrong."""
    path = browser.find()
    if not path:
        return ["no Chromium: install one, or name it with HUB_BROWSER=/path/to/chromium"]
    folder.mkdir(parents=True, exist_ok=True)
    if scene is None:
        scene = Scene(hub)
        scene.play()
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=list(browser.ARGUMENTS))
        return Photographer(scene, chromium, folder, only).take_all()


def main(arguments: list[str], run: Callable[..., list[str]] = photograph) -> int:
    """Start a hub of its own and take the pictures; the exit status."""
    parser = argparse.ArgumentParser(prog="setup/pictures", description=__doc__)
    parser.add_argument("--to", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--all", action="store_true", help="all there are, not only those that the folder holds")
    parser.add_argument("names", metavar="NAME", nargs="*", help="only these pictures")
    chosen = parser.parse_args(arguments)
    held = [path.stem for path in chosen.to.glob("*.png")]
    names = tuple(chosen.names or ([] if chosen.all else held))
    with tempfile.TemporaryDirectory() as points:
        server = Instance(current(), workers=2, variables={"INTEGRATION_FAILPOINTS": f"{points}/armed"})
        with server, Sandbox(seed=11, arguments=("--retry-scale", "0.01")) as partner:
            hub = Hub.connect(server, partner, Path(points) / "armed")
            troubles = run(hub, chosen.to, names)
    if troubles:
        say(f"not taken: {', '.join(troubles)}")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
