"""What the benchmarks share: databases, programs beside Odoo, tables, the JSON object at the end."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import requests

from setup.lib.console import say
from setup.lib.database import PREFIX, Databases
from setup.lib.odooconf import sections_for, write_conf
from setup.lib.paths import REPO, state_dir
from setup.lib.process import die_with_parent

#: odd enough not to be anybody else's
NAMES = f"{PREFIX}_bench_{os.getpid()}"
POLL_SECONDS = 0.05


class Images:
    """Databases of one run: an image that is prepared once, and equal clones of it.

    :param environment: ``setup.lib.environment.Environment``
    """

    def __init__(self, environment: Any):
        self.environment = environment
        self.databases = Databases(environment)
        self._made: list[str] = []

    def __enter__(self) -> Images:
        return self

    def __exit__(self, *_error: object) -> None:
        for name in reversed(self._made):
            self.databases.drop(name)
            self.conf(name).unlink(missing_ok=True)

    def clone(self, source: str, suffix: str) -> str:
        """A database that is equal to ``source``; dropped at the end."""
        name = f"{NAMES}_{suffix}"
        self.databases.clone(source, name)
        self._made.append(name)
        return name

    def template(self) -> str:
        """The database with the suite and demo data that ``setup/bench`` has made ready."""
        return os.environ.get("HUB_TEMPLATE") or self.databases.template()

    def conf(self, database: str) -> Path:
        """Path of the configuration for programs that open ``database`` themselves."""
        return state_dir("conf") / f"{database}.conf"

    def program(self, module: str, database: str, *arguments: str) -> Program:
        """Start a module of this package that opens ``database`` with Odoo's own code."""
        conf = self.conf(database)
        write_conf(conf, sections_for(self.environment, database))
        paths = os.pathsep.join((str(self.environment.odoo.python_path), str(REPO)))
        variables = self.environment.variables(PYTHONPATH=paths)
        return Program(f"benchmarks.{module}", [str(conf), database, *arguments], variables)


class Program:
    """A process of our own that answers in lines of JSON.

    :param module: to be run with ``python -m``
    :param variables: its environment
    """

    def __init__(self, module: str, arguments: Sequence[str], variables: dict[str, str]):
        self.module = module
        self.log = state_dir("logs") / f"{module}.log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=REPO,
                env=variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=die_with_parent,
            )

    def tell(self, value: Any) -> Program:
        """Send one line of JSON; returns self."""
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()
        return self

    def answer(self) -> Any:
        """Wait for the next line of JSON.

        :raises RuntimeError: the program ended instead
        """
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait()
            raise RuntimeError(f"{self.module} ended with status {code}; see {self.log}")
        return json.loads(line)

    def end(self) -> None:
        """Wait until it has ended by itself."""
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def together(programs: Iterable[Program], value: Any) -> tuple[float, list[Any]]:
    """Tell all programs the same at once: (seconds until the last one answered, answers)."""
    programs = list(programs)
    begun = time.monotonic()
    for program in programs:
        program.tell(value)
    answers = [program.answer() for program in programs]
    return time.monotonic() - begun, answers


class Json2:
    """Odoo's external API: one HTTP request a call, as any other program would use it.

    :param url: the server
    :param key: an API key
    """

    def __init__(self, url: str, database: str, key: str):
        self.url = url
        self.session = session()
        self.session.headers.update({"Authorization": f"bearer {key}", "X-Odoo-Database": database})

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """Call a public method; ``ids`` and ``context`` are arguments like the others.

        :raises requests.HTTPError: Odoo refused, even when asked again
        """
        for attempt in range(5):
            answer = self.session.post(f"{self.url}/json/2/{model}/{method}", json=arguments, timeout=300)
            if answer.status_code < 500 or attempt == 4:
                break
            time.sleep(0.2)  # a conflict that Odoo's own tries did not outlast
        if not answer.ok:
            raise requests.HTTPError(f"{model}.{method}: {answer.status_code} {answer.text[:500]}")
        return answer.json()


def session() -> requests.Session:
    """A session that asks no proxy for a server of this machine."""
    made = requests.Session()
    made.trust_env = False
    return made


def oracle(shop_url: str, path: str, body: Any = None, method: str = "") -> Any:
    """Ask the sandbox's oracle, or make something happen there."""
    method = method or ("GET" if body is None else "POST")
    answer = session().request(method, f"{shop_url}/_oracle/{path}", json=body, timeout=120)
    answer.raise_for_status()
    return answer.json()


def wait_for(done: Callable[[], bool], what: str, seconds: float) -> float:
    """Wait until ``done()``: the moment it was first seen to be true (``time.monotonic``).

    :raises RuntimeError: it never was
    """
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {seconds:.0f} s: {what}")
        time.sleep(POLL_SECONDS)
    return time.monotonic()


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: first column to the left, the others to the right."""
    rows = [list(heads), *[list(row) for row in rows]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    print(f"\n{title}\n")
    for number, row in enumerate(rows):
        cells = [row[0].ljust(widths[0]), *[cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]]
        print("  ".join(cells).rstrip())
        if not number:
            print("  ".join("-" * width for width in widths))
    print(flush=True)


def notes(lines: Iterable[str]) -> None:
    """Print what the reader of a table has to know."""
    for line in lines:
        print(f"- {line}")
    print(flush=True)


def finish(result: dict[str, Any]) -> None:
    """Print the figures as the last line, one JSON object."""
    print(json.dumps(result), flush=True)


def progress(text: str) -> None:
    """Say what is being done, on standard error."""
    say(f"      {text}")


def pure(addon: str, name: str) -> ModuleType:
    """A module of an addon's ``lib`` that imports nothing but its neighbours there, without Odoo."""
    package = ModuleType(f"{addon}_lib")
    package.__path__ = [str(REPO / "addons" / addon / "lib")]
    sys.modules.setdefault(package.__name__, package)
    return importlib.import_module(f"{package.__name__}.{name}")
