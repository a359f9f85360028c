"""The mutation gate: every defence is taken away once, and its test has to notice.

Run by ``setup/test --mutations``. The addons themselves are never touched: each patch is applied to a copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from setup.lib.console import say
from setup.lib.database import Databases
from setup.lib.environment import Environment, current
from setup.lib.odooconf import sections_for, write_conf
from setup.lib.paths import ADDONS, REPO
from tests.chaos.mutation import Mutation
from tests.chaos.mutations import MUTATIONS

COPIED = ("addons", "tests", "sandbox", "docs")
LINKED = ("setup", "pyproject.toml")
SKIPPED = shutil.ignore_patterns("__pycache__", "static", "i18n")
#: pytest: all passed, some failed
PASSED, FAILED = 0, 1


class MovedError(Exception):
    """The text that a patch replaces does not stand where it stood."""


@dataclass(frozen=True)
class Verdict:
    """What came of one mutation.

    :param by: the test that noticed, "" for none
    :param trouble: why it could not be judged
    """

    mutation: Mutation
    by: str = ""
    trouble: str = ""
    seconds: float = 0.0

    @property
    def is_caught(self) -> bool:
        """Whether a test noticed."""
        return bool(self.by)


def apply(mutation: Mutation, tree: Path) -> str:
    """Take one defence away in a copy of the repository; the text as it was.

    :raises MovedError: the patch does not fit any more
    """
    path = tree / mutation.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        raise MovedError(f"{mutation.file} holds the text to be replaced {text.count(mutation.old)} times, not once")
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    return text


class Gate:
    """A copy of the repository, and databases to run its tests on.

    :param environment: of the set-up
    :param folder: where the copy is made
    """

    def __init__(self, environment: Environment, folder: Path):
        self.environment = environment
        self.databases = Databases(environment)
        self.template = self.databases.template()
        self.tree = folder / "tree"
        self.database = f"hub_test_{os.getpid()}_gate"
        self.conf = folder / "odoo.conf"
        self.report = folder / "report.xml"
        self.output = folder / "output.txt"

    def prepare(self) -> None:
        """Copy what the tests need."""
        self.tree.mkdir()
        for name in COPIED:
            shutil.copytree(REPO / name, self.tree / name, ignore=SKIPPED)
        for name in LINKED:
            (self.tree / name).symlink_to(REPO / name)
        sections = sections_for(self.environment, self.database)
        paths = sections["options"]["addons_path"].replace(str(ADDONS), str(self.tree / "addons"))
        sections["options"]["addons_path"] = paths
        write_conf(self.conf, sections)

    def judge(self, mutation: Mutation) -> Verdict:
        """Take the defence away, run its test, put it back."""
        started = time.monotonic()
        try:
            before = apply(mutation, self.tree)
        except MovedError as error:
            return Verdict(mutation, trouble=str(error))
        try:
            status, failed = self.run(mutation)
        finally:
            (self.tree / mutation.file).write_text(before, encoding="utf-8")
        seconds = time.monotonic() - started
        if status not in (PASSED, FAILED) or (status == FAILED and not failed):
            return Verdict(mutation, trouble=f"pytest ended with status {status}", seconds=seconds)
        return Verdict(mutation, by=failed, seconds=seconds)

    def check(self, mutations: list[Mutation]) -> list[str]:
        """Run the tests with every defence in place: what fails, or is not there, can prove nothing."""
        wrong = []
        for mutation in {(m.test, m.only): m for m in mutations}.values():
            status, failed = self.run(mutation, sql=False)
            if status != PASSED:
                wrong.append(f"{mutation.test} -k '{mutation.only}': {failed or f'status {status}'}\n{self._tail()}")
        return wrong

    def _tail(self) -> str:
        """The last lines of what pytest said."""
        return "\n".join(self.output.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])

    def run(self, mutation: Mutation, sql: bool = True) -> tuple[int, str]:
        """(pytest's exit status, the first test that failed)."""
        self.report.unlink(missing_ok=True)
        options = [f"--junitxml={self.report}", "-q", "-x", "-p", "no:cacheprovider", mutation.test]
        options += ["-k", mutation.only] if mutation.only else []
        if mutation.test.startswith("addons/"):
            self.databases.clone(self.template, self.database)
            if sql and mutation.sql:
                self.environment.server.query(mutation.sql, database=self.database)
            options += [f"--odoo-config={self.conf}", f"--odoo-database={self.database}", "--odoo-http"]
        else:
            options += ["-p", "no:odoo"]
        variables = {"PYTHONPATH": str(self.tree), "ODOO_QUEUE_JOB_CHANNELS": "root:0", "PYTHONDONTWRITEBYTECODE": "1"}
        with self.output.open("wb") as stream:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *options],
                cwd=self.tree,
                env={**self.environment.variables(), **variables},
                stdout=stream,
                stderr=subprocess.STDOUT,
                check=False,
            )
        return done.returncode, _first_failure(self.report)

    def close(self) -> None:
        """Drop the last database."""
        self.databases.drop(self.database)


def _first_failure(report: Path) -> str:
    if not report.exists():
        return ""
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            return f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"
    return ""


def main(words: list[str]) -> int:
    """Judge all mutations, or those whose defence holds one of the words; the exit status."""
    chosen = [m for m in MUTATIONS if not words or any(word in m.defence for word in words)]
    survivors = []
    with tempfile.TemporaryDirectory(prefix="hub-gate-") as folder:
        gate = Gate(current(), Path(folder))
        gate.prepare()
        try:
            wrong = gate.check(chosen)
            for line in wrong:
                say(f"fails with every defence in place: {line}")
            for mutation in chosen:
                verdict = gate.judge(mutation)
                survivors += [] if verdict.is_caught else [verdict]
                result = verdict.by or f"SURVIVED {verdict.trouble}"
                say(f"{mutation.defence:55s} -> {result}  ({verdict.seconds:.1f} s)")
        finally:
            gate.close()
    say(f"{len(chosen)} defences, {len(survivors)} survived being taken away")
    return 1 if wrong or survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
