"""Odoo servers and sandboxes to start and stop, for `setup/run`, end-to-end tests and benchmarks.

with Instance(current(), workers=2) as odoo, Sandbox() as shop:
    requests.get(f"{odoo.url}/web/health") ; requests.get(f"{shop.url}/_oracle/health")
"""

import os
import re
import secrets
import select
import signal
import sys
import time

from .console import say
from .database import PREFIX, Databases
from .errors import SetupError
from .files import remove_tree
from .odooconf import channels_for, jobs_for, sections_for, write_conf
from .paths import REPO, state_dir
from .ports import free_port
from .process import children_of
from .service import Service, answers

START_SECONDS = 180
ALIVE = re.compile(r"Worker (Worker\w+) \((\d+)\) alive")
RUNNER_READY = "queue job runner ready for db"


class Instance(Service):
    """An Odoo server with several workers and a job runner, on a database of its own.

    :param environment: an `Environment`, see `environment.current`.
    :param workers: number of HTTP workers; jobs run in them as well.
    :param jobs: how many jobs may run at once; 0 for no job runner; by default all workers, but one of three or more.
    :param database: name of an existing database to serve; without it a clone of the template is made and
        dropped at the end.
    :param addons: addons of the suite in the template, by default all.
    :param port: port one would like.
    :param options: further options of odoo.conf, section [options].
    :param integration: further options of odoo.conf, section [integration].
    :param variables: further environment variables for the server.
    """

    def __init__(
        self,
        environment,
        workers=2,
        jobs=None,
        database=None,
        addons=None,
        port=8069,
        options=None,
        integration=None,
        variables=None,
    ):
        self.environment = environment
        self.databases = Databases(environment)
        self.workers = workers
        self.jobs = jobs_for(workers) if jobs is None else jobs
        self.owns_database = database is None
        self.database = database or f"{PREFIX}_run_{os.getpid()}_{secrets.token_hex(3)}"
        self.addons = addons
        self.preferred_port = port
        self.options = options or {}
        self.integration = integration or {}
        self.variables = variables or {}
        self.folder = state_dir("instances", self.database)
        self.conf = self.folder / "odoo.conf"
        self.port = None
        self._log_offset = 0
        super().__init__("Odoo", self.folder / "odoo.log")

    @property
    def url(self):
        """Address of the server, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_error):
        self.close()

    def prepare(self, tell=say):
        """Make the database if this instance owns one and it is not there yet; returns self.

        :param tell: called with lines for the person waiting.
        """
        if self.owns_database and not self.databases.exists(self.database):
            self.databases.clone(self.databases.template(self.addons, tell), self.database)
        return self

    def start(self):
        """Start the server and wait until it answers and its job runner is ready; returns self.

        After a stop or a kill it starts again on the same database and port.

        :raises SetupError: when it does not start.
        """
        self.prepare()
        for attempt in range(3):
            self.port = free_port(self.port or self.preferred_port)
            try:
                self._start_once()
                return self
            except SetupError:
                self.stop()
                # somebody else may have taken the port between our look and Odoo's start
                if attempt == 2 or "Address already in use" not in self.log_since_start():
                    raise
                self.preferred_port, self.port = 0, None
        return self

    def restart(self):
        """Stop politely and start again; returns self."""
        self.stop()
        return self.start()

    def close(self):
        """Stop the server and drop the database if this instance owns it; the log stays."""
        self.stop()
        if self.owns_database:
            self.databases.drop(self.database)
            self.conf.unlink(missing_ok=True)

    def discard(self):
        """Do as `close`, and remove the folder with configuration and log as well."""
        self.close()
        remove_tree(self.folder)

    def worker_pids(self, kind="WorkerHTTP"):
        """Return the process ids of the living workers of a kind, oldest first.

        :param kind: `WorkerHTTP` (requests and jobs), `WorkerCron` or `WorkerJobRunner`.
        """
        living = set(children_of(self.pid)) if self.is_running() else set()
        known = ALIVE.findall(self.log_since_start())
        return [int(pid) for name, pid in known if name == kind and int(pid) in living]

    def kill_worker(self, pid=None):
        """Kill one HTTP worker with signal 9; the server starts a new one. Returns the process id.

        :param pid: which one, by default the oldest.
        :raises SetupError: when there is none.
        """
        pids = [pid] if pid else self.worker_pids()
        if not pids:
            raise SetupError("no HTTP worker is running", f"See {self.log}.", self.log)
        os.kill(pids[0], signal.SIGKILL)
        return pids[0]

    def query(self, statement, parameters=()):
        """Run one SQL statement in the server's database and return its rows.

        :param statement: SQL.
        :param parameters: its values.
        """
        return self.environment.server.query(statement, parameters, self.database)

    def log_since_start(self):
        """Return what the server logged since it was last started."""
        try:
            with open(self.log, encoding="utf-8", errors="replace") as stream:
                stream.seek(self._log_offset)
                return stream.read()
        except FileNotFoundError:
            return ""

    def _start_once(self):
        self._log_offset = self.log.stat().st_size if self.log.exists() else 0
        options = {
            "http_port": self.port,
            "gevent_port": free_port(self.port + 3, taken=(self.port,)),
            "workers": self.workers,
            "max_cron_threads": 1,
            "limit_time_cpu": 600,
            "limit_time_real": 1200,
            **self.options,
        }
        channels = channels_for(self.jobs) if self.jobs else "root:0"
        sections = sections_for(self.environment, self.database, options, channels, self.integration)
        write_conf(self.conf, sections)
        self.launch(
            self.environment.odoo_command("-c", self.conf),
            cwd=str(self.folder),
            env=self.environment.variables(**self.variables),
        )
        self.wait_until(lambda: answers(f"{self.url}/web/health"), START_SECONDS)
        self.wait_until(lambda: answers(f"{self.url}/web/login", START_SECONDS), START_SECONDS)
        if self.jobs:
            self.wait_until(lambda: RUNNER_READY in self.log_since_start(), START_SECONDS)


class Sandbox(Service):
    """A local partner with a real protocol; its state survives a restart.

    :param partner: module below `sandbox`.
    :param seed: seed of what it generates.
    :param state: file of its state; without it a new one that is removed at the end.
    :param port: port one would like.
    :param arguments: further arguments of the partner.
    """

    def __init__(self, partner="shopify", seed=1, state=None, port=0, arguments=()):
        self.partner = partner
        self.seed = seed
        self.folder = state_dir("sandboxes", f"{partner}-{os.getpid()}-{secrets.token_hex(3)}")
        self.owns_state = state is None
        self.state = state or self.folder / "state.sqlite"
        self.port = port
        self.arguments = tuple(arguments)
        self.url = None
        super().__init__(f"the sandbox {partner}", self.folder / "sandbox.log")

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_error):
        self.close()

    def start(self):
        """Start the partner and wait until it is healthy; returns self.

        :raises SetupError: when it does not start.
        """
        if not (REPO / "sandbox" / self.partner).exists():
            raise SetupError(f"there is no sandbox/{self.partner} in this checkout", "Use a complete checkout.")
        self.port = free_port(self.port)
        command = [sys.executable, "-m", f"sandbox.{self.partner}", "--port", str(self.port)]
        command += ["--state", str(self.state), "--seed", str(self.seed), *self.arguments]
        self.launch(command, cwd=str(REPO), stdout=-1, text=True)
        self.url = self._ready_line(60)
        self.wait_until(lambda: answers(f"{self.url}/_oracle/health"), 60)
        return self

    def close(self):
        """Stop the partner and forget its state, unless the state was given."""
        self.stop()
        if self.owns_state:
            for path in self.folder.glob("state.sqlite*"):
                path.unlink()

    def _ready_line(self, seconds):
        """Return the address out of the line `ready http://...`."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, left))
            line = self.process.stdout.readline() if readable else ""
            if line.startswith("ready "):
                return line.split()[1].rstrip("/")
            if not line:
                self.stop()
                raise SetupError(f"{self.name} did not get ready", f"See {self.log}.", self.log)
