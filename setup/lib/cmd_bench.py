"""`setup/bench`: everything set up, then one benchmark."""

import argparse
import os
import subprocess
import sys

from . import postgres
from .database import Databases
from .entry import guarded, opened
from .errors import SetupError
from .paths import REPO

DESCRIPTION = """
Sets everything up as setup/run does, then runs benchmarks/NAME.py with the other arguments.

The benchmark runs inside the prepared Python with these variables, and can start servers of its own with
setup.lib.instance:
  HUB_TEMPLATE             name of the template database with the suite and demo data
  HUB_ODOO, HUB_DATA_DIR   Odoo's start script and data folder
  PGHOST, PGPORT, PGUSER   the PostgreSQL server
The embedded PostgreSQL waits for the disk at each commit while a benchmark runs, as a production server does.
"""


def main(script, arguments):
    """Run the command.

    :param script: path of the command that was called.
    :param arguments: its arguments.
    """
    return guarded(_main, script, arguments)


def names():
    """Return the names of the benchmarks: the modules that can be run."""
    modules = (REPO / "benchmarks").glob("[a-z]*.py")
    return sorted(path.stem for path in modules if "__main__" in path.read_text(encoding="utf-8"))


def _main(script, arguments):
    parser = argparse.ArgumentParser(
        prog="setup/bench", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", metavar="NAME", help=f"one of: {', '.join(names()) or '(none in this checkout)'}")
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.name not in names():
        raise SetupError(f"there is no benchmark {chosen.name}", f"Choose one of: {', '.join(names()) or '(none)'}.")
    with opened(5, script, arguments) as (environment, steps):
        with steps.step("template database with the suite and demo data") as tell:
            template = Databases(environment).template(tell=tell)
            tell(template)
        with steps.step(f"benchmark {chosen.name}", quiet=True):
            return _bench(environment, chosen.name, rest, template)


def _bench(environment, name, arguments, template):
    variables = environment.variables(
        HUB_TEMPLATE=template, HUB_ODOO=str(environment.odoo.script), HUB_DATA_DIR=str(environment.data_dir)
    )
    embedded = isinstance(environment.postgres, postgres.Embedded)
    if embedded:
        postgres.set_durable(environment.server, True)
    try:
        command = [sys.executable, os.path.join("benchmarks", f"{name}.py"), *arguments]
        return subprocess.run(command, cwd=REPO, env=variables, stdin=subprocess.DEVNULL, check=False).returncode
    finally:
        if embedded:
            postgres.set_durable(environment.server, False)
