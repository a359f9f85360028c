"""A PostgreSQL of one's own: made for one run, restarted as a crash would, thrown away afterwards.

The embedded server is shared by everything that runs on the machine; whoever wants to break a server takes this.
"""

import dataclasses
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from .errors import SetupError
from .files import remove_tree
from .ports import free_port
from .postgres import SETTINGS, Embedded, Server, program_folder

#: a commit that was confirmed survives the server's crash. The machine itself does not crash here, so
#: nothing has to wait for the disk: what the kernel was given it keeps
OWN_SETTINGS = {**SETTINGS, "synchronous_commit": "on", "shared_buffers": "128MB", "max_connections": "120"}


class OwnCluster(Embedded):
    """One server in a temporary folder, listening on a socket and on a port of 127.0.0.1.

    :param environment: the `Environment` whose databases are copied here.
    """

    def __init__(self, environment):
        self.origin = environment
        # a socket's path has to be short
        self.root = Path(tempfile.mkdtemp(prefix="hub-pg-"))
        self.data = self.root / "data"
        self.settings = OWN_SETTINGS
        self.port = free_port()
        self.server = Server("127.0.0.1", str(self.port), "odoo")
        self.options = f"-k {self.root} -p {self.port} -c listen_addresses=127.0.0.1"

    @staticmethod
    def is_available():
        """Tell whether the programs to make one are there."""
        return program_folder() is not None

    def __enter__(self):
        try:
            self.open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_error):
        self.close()

    def open(self):
        """Make the cluster and start it; returns its `Server`.

        :raises SetupError: when it cannot be made or started.
        """
        self._initialise()
        self._start()
        return self.server

    def close(self):
        """Stop the server and remove its files."""
        if self.pid() is not None:
            self.stop(signal.SIGQUIT)
        remove_tree(self.root)

    def crash(self):
        """Stop it as `pg_ctl stop -m immediate` does: every connection breaks, recovery follows at the next start."""
        self.stop(signal.SIGQUIT)

    def start(self):
        """Start it again; returns when it has recovered and accepts connections."""
        self._start()

    def environment(self):
        """Return an `Environment` like the one we came from, whose databases are here."""
        return dataclasses.replace(self.origin, server=self.server, postgres=self)

    def adopt(self, name):
        """Copy a database of the environment we came from, under the same name; returns the name.

        :param name: a database that nobody changes meanwhile.
        :raises SetupError: when it cannot be copied.
        """
        there, here = self.origin.server.environment(), self.server.environment()
        self.server.query(f'CREATE DATABASE "{name}" TEMPLATE template0')
        dump = subprocess.Popen(
            [self._binary("pg_dump"), "--format=plain", "--no-owner", "--no-privileges", name],
            env={**os.environ, **there},
            stdout=subprocess.PIPE,
        )
        with dump.stdout:
            load = subprocess.run(
                [self._binary("psql"), "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-d", name],
                env={**os.environ, **here},
                stdin=dump.stdout,
                stdout=subprocess.DEVNULL,
                check=False,
            )
        if dump.wait() or load.returncode:
            raise SetupError(f"the database {name} could not be copied", "See the lines above.")
        self.server.query("ANALYZE", database=name)
        return name

    def dump(self, name, path):
        """Write a database to a file that `pg_restore` reads.

        :param name: the database.
        :param path: the file.
        """
        command = [self._binary("pg_dump"), "--format=custom", f"--file={path}", name]
        subprocess.run(command, env={**os.environ, **self.server.environment()}, check=True)

    def wait_gone(self, name, seconds=20):
        """Wait until nobody is connected to a database.

        :param name: the database.
        :param seconds: how long at most.
        """
        deadline = time.monotonic() + seconds
        statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        while self.server.query(statement, (name,))[0][0] and time.monotonic() < deadline:
            time.sleep(0.1)
