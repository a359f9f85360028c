"""`setup/env`: the prepared environment for a shell, and databases to work with."""

import argparse
import shlex

from . import odooconf
from .console import say
from .database import Databases
from .entry import guarded, opened
from .odooconf import sections_for, write_conf
from .paths import state_dir
from .postgres import Embedded

DESCRIPTION = """
Prepares everything and prints shell variables:  eval "$(setup/env)"
PostgreSQL then runs on until `setup/env --stop`.
With --db NAME a database is made (a clone of the template, in about a second once the template exists) together
with a configuration file for it, whose path is printed as HUB_CONF.
"""


def main(script, arguments):
    """Run the command.

    :param script: path of the command that was called.
    :param arguments: its arguments.
    """
    return guarded(_main, script, arguments)


def _main(script, arguments):
    parser = argparse.ArgumentParser(
        prog="setup/env", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--db", metavar="NAME", help="make this database, replacing one of that name")
    parser.add_argument(
        "--addons", help="addons of the suite to install, comma-separated; default all, `base` for none"
    )
    parser.add_argument("--stop", action="store_true", help="stop the embedded PostgreSQL")
    chosen = parser.parse_args(arguments)
    with opened(4 if chosen.db else 3, script, arguments) as (environment, steps):
        if isinstance(environment.postgres, Embedded):
            environment.postgres.keep(not chosen.stop)
        if chosen.stop:
            return 0
        variables = {
            **environment.server.environment(),
            "HUB_VENV": environment.venv.root,
            "HUB_PYTHON_BIN": environment.venv.python,
            "HUB_ODOO": environment.odoo.script,
            "HUB_DATA_DIR": environment.data_dir,
        }
        if chosen.db:
            with steps.step(f"database {chosen.db}") as tell:
                variables.update(_make_database(environment, chosen, tell))
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(str(value))}")
    return 0


def _make_database(environment, chosen, tell):
    databases = Databases(environment)
    addons = None if not chosen.addons else [] if chosen.addons == "base" else chosen.addons.split(",")
    databases.clone(databases.template(addons, tell), chosen.db)
    conf = state_dir("conf") / f"{chosen.db}.conf"
    write_conf(conf, sections_for(environment, chosen.db, channels=odooconf.channels_for(2)))
    say(f"      {conf}")
    return {"HUB_DB": chosen.db, "HUB_CONF": conf}
