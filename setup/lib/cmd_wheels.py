"""`setup/wheels`: a wheel of each addon, built as it would be for a package index."""

import argparse
import sys
from pathlib import Path

from .console import Steps
from .database import suite_addons
from .entry import guarded
from .environment import prepare_python
from .errors import SetupError
from .paths import ADDONS, REPO
from .process import run_logged

DESCRIPTION = "Builds a wheel of each addon of the suite, or of the named ones, through whool."


def main(script, arguments):
    """Run the command.

    :param script: path of the command that was called; unused, the signature is that of all commands.
    :param arguments: its arguments.
    """
    del script
    return guarded(_main, arguments)


def _main(arguments):
    parser = argparse.ArgumentParser(prog="setup/wheels", description=DESCRIPTION)
    parser.add_argument("addons", metavar="ADDON", nargs="*", help="name of an addon")
    parser.add_argument("--to", type=Path, default=REPO / "dist", help="folder for the wheels (default dist)")
    chosen = parser.parse_args(arguments)
    missing = [name for name in chosen.addons or suite_addons() if not (ADDONS / name / "pyproject.toml").exists()]
    if missing:
        raise SetupError(
            f"no pyproject.toml in {', '.join(missing)}",
            'Add one with [build-system] requires = ["whool"], build-backend = "whool.buildapi".',
        )
    steps = Steps(3)
    _odoo, virtual = prepare_python(steps)
    with steps.step("wheels") as tell:
        for name in chosen.addons or suite_addons():
            # without isolation: the environment holds whool, so that nothing is fetched
            command = [virtual.python, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(chosen.to)]
            run_logged([*command, str(ADDONS / name)], f"wheel-{name}", f"no wheel of {name}", "The log says why.")
            tell(name)
    for path in sorted(chosen.to.glob("*.whl")):
        sys.stdout.write(f"{path}\n")
    return 0
