"""`setup/pictures`: the pictures of the documentation, taken anew from a hub that carries orders."""

import argparse
import subprocess
import sys
from pathlib import Path

from . import browser
from .entry import guarded, opened
from .errors import SetupError
from .paths import REPO
from .process import die_with_parent

DESCRIPTION = """
Starts Odoo and a local Shopify, lets a day with everyday trouble happen and takes a picture of each screen, 1366
pixels wide and as on a phone (390). Without names those are taken anew that the folder holds; with --all every one of
tests/e2e/browser/album.py. Look at them before you keep them.
"""


def main(script, arguments):
    """Run the command.

    :param script: path of the command that was called.
    :param arguments: its arguments.
    """
    return guarded(_main, script, arguments)


def _main(script, arguments):
    parser = argparse.ArgumentParser(
        prog="setup/pictures", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="only these pictures")
    parser.add_argument("--all", action="store_true", help="every picture there is")
    parser.add_argument("--to", type=Path, default=REPO / "docs/img", help="folder for them (default docs/img)")
    chosen = parser.parse_args(arguments)
    with opened(5, script, arguments) as (environment, steps):
        with steps.step("browser") as tell:
            path = browser.provide(tell)
            if not path:
                raise SetupError("there is no Chromium to take pictures with", "Name one with HUB_BROWSER.")
        with steps.step("pictures") as tell:
            command = [sys.executable, "-m", "tests.e2e.browser.pictures", "--to", str(chosen.to.resolve())]
            done = subprocess.run(
                [*command, *(["--all"] if chosen.all else []), *chosen.names],
                cwd=REPO,
                env=environment.variables(HUB_BROWSER=path),
                stdin=subprocess.DEVNULL,
                check=False,
                preexec_fn=die_with_parent,
            )
            tell(str(chosen.to))
    return done.returncode
