"""Everything the other steps stand on: Odoo, the virtual environment and PostgreSQL, in one object."""

import os
from dataclasses import dataclass

from . import odoo_source, postgres, venv
from .console import say
from .errors import SetupError
from .files import digest_of
from .odoo_source import OdooSource
from .paths import REPO, cache_dir
from .postgres import Server
from .venv import Venv


@dataclass
class Environment:
    """What was prepared.

    :param odoo: the Odoo to run.
    :param venv: the virtual environment it runs in.
    :param postgres: the manager of the PostgreSQL server; `close` it at the end.
    :param server: how to reach that server.
    """

    odoo: OdooSource
    venv: Venv
    postgres: object
    server: Server

    @property
    def data_dir(self):
        """Odoo's data folder (file stores, sessions), common to all databases of the set-up."""
        return cache_dir("odoo-data")

    @property
    def key(self):
        """Digest of all that a database depends on beside the addons."""
        return digest_of(self.odoo.key, venv.CONSTRAINTS.read_text(encoding="utf-8"))

    def variables(self, **more):
        """Return the environment variables for Odoo and for programs beside it.

        :param more: further variables.
        """
        foreign = ("PG", "DATABASE_URL", "ODOO_QUEUE_JOB_")  # would win over what we configure
        clean = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        clean["PYTHONUNBUFFERED"] = "1"
        clean["PYTHONPATH"] = str(REPO)
        # pytest-odoo calls createdb: the wheel's programs serve where the machine has none
        folders = (self.venv.root / "bin", os.environ.get("PATH", ""), postgres.program_folder())
        clean["PATH"] = os.pathsep.join(str(folder) for folder in folders if folder)
        return {**clean, **self.server.environment(), **more}

    def odoo_command(self, *arguments):
        """Return the command line that runs Odoo.

        :param arguments: arguments of the `odoo` script.
        """
        return [str(self.venv.python), str(self.odoo.script), *(str(part) for part in arguments)]

    def close(self):
        """Let go of PostgreSQL; the last user stops it."""
        self.postgres.close()


def prepare_python(steps):
    """Return (odoo, venv), fetched and made if need be; needs nothing but Python's standard library.

    :param steps: a `Steps` with room for two.
    :raises SetupError: when a step fails.
    """
    with steps.step("Odoo 19") as tell:
        odoo = odoo_source.find_odoo(tell)
        tell(str(odoo.python_path))
    with steps.step("Python packages") as tell:
        virtual = venv.prepare(odoo.key, odoo.python_path)
        tell(str(virtual.root))
    return odoo, virtual


def enter(steps, script, arguments):
    """Return the `Environment` with a running PostgreSQL; restarts the command inside the virtual environment.

    :param steps: a `Steps` with room for three.
    :param script: path of the command that was called.
    :param arguments: its arguments.
    :raises SetupError: when a step fails.
    """
    if os.environ.get(venv.REEXECUTED):
        odoo = odoo_source.find_odoo(say)
        virtual = venv.prepare(odoo.key, odoo.python_path)
    else:
        odoo, virtual = prepare_python(steps)
    if not venv.inside(virtual):
        steps.hand_over()
        venv.reexec(virtual, script, arguments)
    os.environ.pop(venv.REEXECUTED, None)
    manager = postgres.choose()
    with steps.step("PostgreSQL") as tell:
        server = manager.open()
        tell(f"host {server.host or 'default'}, user {server.user or 'default'}")
    return Environment(odoo, virtual, manager, server)


def current():
    """Return the `Environment` of a process that already runs inside the virtual environment.

    For tests and benchmarks, which the commands start there; quick, because everything is prepared.

    :raises SetupError: when called outside the virtual environment.
    """
    odoo = odoo_source.find_odoo(say)
    virtual = venv.prepare(odoo.key, odoo.python_path)
    if not venv.inside(virtual):
        raise SetupError("this Python is not the prepared one", "Start it through setup/test or setup/bench.")
    manager = postgres.choose()
    return Environment(odoo, virtual, manager, manager.open())
