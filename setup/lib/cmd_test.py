"""`setup/test`: all tests, each kind where it belongs, and one line that sums them up."""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from . import browser
from .console import say
from .database import PREFIX, Databases
from .entry import guarded, opened
from .errors import SetupError
from .odooconf import sections_for, write_conf
from .paths import REPO, state_dir

DESCRIPTION = """
Sets everything up as setup/run does and runs the tests in stages:

  unit      tests/unit     pure Python, without Odoo
  addons    addons/*       under Odoo, on a fresh copy of the template database
  e2e       tests/e2e, tests/chaos   against real Odoo servers with several workers, and sandboxes

  --chaos N       only tests/chaos: N seeds of broken servers, each about two minutes; --chaos-from S begins
                  with another seed than 1. The plain run plays three
  --mutations     only the mutation gate: takes every defence of the addons away in turn, in a copy, and shows which
                  test notices; words that follow choose the defences that hold one of them

The tests in a browser use the Chromium that HUB_BROWSER names, else the machine's own, else Debian's, which is unpacked
into the cache. Where none can be had they are skipped and say so.

Whatever else is given is passed on to pytest. Names of files choose the stages they belong to; -k, -x and other
options go to every stage that runs.
"""
CHAOS = "tests/chaos/test_chaos.py"
NO_TESTS = 5  # pytest's exit status when nothing was collected
RANK = {"skipped": 1, "failure": 2, "error": 2}  # elements of a JUnit report
VALUE_OPTIONS = ("-k", "-m", "-p", "-n", "-o", "-c", "-W", "--maxfail", "--durations", "--tb", "--dist")


@dataclass(frozen=True)
class Stage:
    """One kind of tests.

    :param name: what it is called.
    :param folders: where its tests are, relative to the repository.
    """

    name: str
    folders: tuple

    def owns(self, path):
        """Tell whether a path relative to the repository belongs to this stage."""
        return any(path == folder or path.startswith(f"{folder}/") for folder in self.folders)

    def present(self):
        """Return those of its folders that hold tests."""
        return [folder for folder in self.folders if any((REPO / folder).rglob("test_*.py"))]


STAGES = (
    Stage("unit", ("tests/unit",)),
    Stage("addons", ("addons",)),
    Stage("e2e", ("tests/e2e", "tests/chaos")),
)


@dataclass
class Tally:
    """How many tests ended how."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, report):
        """Add the figures of a JUnit report.

        :param report: path of the XML file.
        :raises OSError: when there is none.
        :raises xml.etree.ElementTree.ParseError: when it is not whole.
        """
        outcomes = {}
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            # a test with sub-tests is reported once for each of them: its worst outcome counts
            key = (case.get("classname"), case.get("name"))
            outcomes[key] = max(outcomes.get(key, 0), *(RANK.get(child.tag, 0) for child in case), 0)
        found = list(outcomes.values())
        self.passed += found.count(0)
        self.skipped += found.count(1)
        self.failed += found.count(2)

    def line(self):
        """Return the sum in one line."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(script, arguments):
    """Run the command.

    :param script: path of the command that was called.
    :param arguments: its arguments.
    """
    return guarded(_main, script, arguments)


def distribute(arguments, here):
    """Return (options for pytest, {stage name: its paths}) out of what the user gave.

    :param arguments: the arguments.
    :param here: folder that relative paths start from.
    :raises SetupError: when a named test belongs to no stage.
    """
    options, paths, takes_value = [], {}, False
    for argument in arguments:
        file = here / argument.partition("::")[0]
        if takes_value or argument.startswith("-"):
            options.append(argument)
            takes_value = not takes_value and argument in VALUE_OPTIONS
            continue
        if not file.exists():
            raise SetupError(f"{argument} does not exist", "Name a test file, and write options as --option=value.")
        name = os.path.relpath(file.resolve(), REPO)
        stage = next((stage for stage in STAGES if stage.owns(name)), None)
        if stage is None:
            places = ", ".join(folder for stage in STAGES for folder in stage.folders)
            raise SetupError(f"{argument} is not below {places}", "Name a test file of one of these folders.")
        paths.setdefault(stage.name, []).append(name + argument[len(argument.partition("::")[0]) :])
    return options, paths


def _main(script, arguments):
    parser = argparse.ArgumentParser(
        prog="setup/test",
        usage="setup/test [--stage NAME] [pytest arguments]",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", choices=[stage.name for stage in STAGES], action="append", help="only this stage")
    parser.add_argument("--chaos", type=int, metavar="N", help="only the chaos runs, N seeds")
    parser.add_argument("--chaos-from", type=int, metavar="S", help="the first seed")
    parser.add_argument("--mutations", nargs="*", metavar="WORD", help="only the mutation gate")
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.mutations is not None:
        return _mutations(script, arguments, chosen.mutations)
    options, paths = distribute(rest, Path.cwd())
    if chosen.chaos or chosen.chaos_from:
        paths = {"e2e": [CHAOS]}
        options.append("-s")
    wanted = set(chosen.stage or paths or [stage.name for stage in STAGES])
    tally, status = Tally(), 0
    with opened(3 + len(STAGES), script, arguments) as (environment, steps):
        for stage in STAGES:
            with steps.step(f"tests: {stage.name}", quiet=True) as tell:
                found = paths.get(stage.name) or stage.present()
                if stage.name not in wanted:
                    tell("not asked for")
                elif not found:
                    tell(f"skipped: no tests in {', '.join(stage.folders)}")
                elif _run_stage(environment, stage.name, found, options, tally, tell, _seeds(chosen)) not in (
                    0,
                    NO_TESTS,
                ):
                    status = 1
    print(tally.line(), flush=True)
    return status


def _seeds(chosen):
    """Return the environment variables that tell the chaos runs which seeds to play."""
    given = {"HUB_CHAOS_SEEDS": chosen.chaos, "HUB_CHAOS_FROM": chosen.chaos_from}
    return {name: str(value) for name, value in given.items() if value}


def _mutations(script, arguments, words):
    with opened(4, script, arguments) as (environment, steps), steps.step("tests: every defence taken away once"):
        command = [sys.executable, "-m", "tests.chaos.gate", *words]
        return subprocess.run(
            command, cwd=REPO, env=environment.variables(), stdin=subprocess.DEVNULL, check=False
        ).returncode


def _run_stage(environment, name, paths, options, tally, tell, more):
    needs_browser = any(path.startswith("tests/e2e") for path in paths)
    variables = {"HUB_BROWSER": (browser.provide(tell) if needs_browser else browser.find()) or "", **more}
    if name != "addons":
        return _pytest(environment, ["-p", "no:odoo", *paths, *options], variables, tally)
    if not variables["HUB_BROWSER"]:
        tell("no Chromium found: tests that need a browser will be skipped")
    databases = Databases(environment)
    database = f"{PREFIX}_test_{os.getpid()}"
    conf = state_dir("conf") / f"{database}.conf"
    databases.clone(databases.template(tell=tell), database)
    write_conf(conf, sections_for(environment, database))
    flags = [f"--odoo-config={conf}", f"--odoo-database={database}", "--odoo-http"]
    if not any(option.startswith("-n") for option in options) and not any("::" in path for path in paths):
        flags += ["-n", str(min(2, os.cpu_count() or 1)), "--dist", "loadfile"]
    variables["ODOO_QUEUE_JOB_CHANNELS"] = "root:0"
    try:
        return _pytest(environment, [*flags, *paths, *options], variables, tally)
    finally:
        databases.drop(database)
        conf.unlink()


def _pytest(environment, arguments, variables, tally):
    """Run pytest in a process of its own and count what its report says; returns its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *arguments]
        done = subprocess.run(
            command, cwd=REPO, env=environment.variables(**variables), stdin=subprocess.DEVNULL, check=False
        )
        status = done.returncode
        with contextlib.suppress(OSError, ElementTree.ParseError):
            tally.add(report)
    if status not in (0, 1, NO_TESTS):
        # it could not start, or was interrupted: whatever the report says, something did not pass
        tally.failed += 1
        say(f"      pytest ended with status {status}")
    return status
