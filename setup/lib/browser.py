"""The browser for tests of the web client."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find():
    """Return the path of a Chromium, or None; `HUB_BROWSER` names one."""
    given = os.environ.get("HUB_BROWSER")
    if given:
        return given
    return next((path for path in map(shutil.which, NAMES) if path), None)
