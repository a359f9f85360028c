"""Databases: built once as templates, named by a digest of what is in them, and cloned in about a second.

Two templates: the base (Odoo's own modules, demo data; two minutes) changes with Odoo only, the suite (base plus
the addons of this repository) with every change of an addon's code or data.
"""

import ast
import os
import re
import shutil
import time
from pathlib import Path

from .console import say
from .errors import SetupError
from .files import digest_of, digest_of_tree, locked, remove_tree
from .odooconf import sections_for, write_conf
from .paths import ADDONS, cache_dir, state_dir
from .process import log_path, run_logged

PREFIX = "hub"
BASE_MODULES = ("sale_management", "stock_delivery", "purchase_stock", "sale_stock", "queue_job")
KEPT_TEMPLATES = 8  # several work trees of one machine share them
SKIPPED_FOLDERS = ("tests", "static", "__pycache__", "doc", "readme")
SKIPPED_SUFFIXES = (".md", ".rst", ".pyc", ".po", ".pot", ".toml")
OWNED = re.compile(rf"{PREFIX}_(run|test|pot)_(?P<pid>\d+)")
LOGS_KEPT_SECONDS = 3 * 24 * 3600
PROBLEM = re.compile(r" (ERROR|CRITICAL) ")


def suite_addons(folder=ADDONS):
    """Return the names of the addons of this repository that can be installed, sorted.

    :param folder: the addons folder.
    """
    return sorted(
        path.parent.name for path in Path(folder).glob("*/__manifest__.py") if manifest_of(path)["installable"]
    )


def manifest_of(path):
    """Return an addon's manifest as a dict, with `installable` and `depends` always there.

    :param path: path of `__manifest__.py`.
    :raises SetupError: when it is not a Python literal.
    """
    try:
        manifest = ast.literal_eval(Path(path).read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        raise SetupError(f"{path} cannot be read: {error}", "Correct the manifest.") from error
    return {"installable": True, "depends": [], **manifest}


def outside_dependencies(folder=ADDONS):
    """Return the modules that the suite needs from Odoo or OCA, sorted.

    :param folder: the addons folder.
    """
    names = suite_addons(folder)
    needed = {name for addon in names for name in manifest_of(Path(folder) / addon / "__manifest__.py")["depends"]}
    return sorted(needed.union(BASE_MODULES).difference(names))


def is_irrelevant(name):
    """Tell whether a file of an addon has no influence on a freshly installed database.

    :param name: path relative to the addons folder, with slashes.
    """
    parts = name.split("/")
    return name.endswith(SKIPPED_SUFFIXES) or any(part in SKIPPED_FOLDERS for part in parts[1:-1])


class Databases:
    """Makes, clones and drops databases of one environment.

    :param environment: an `Environment`.
    """

    def __init__(self, environment):
        self.environment = environment
        self.server = environment.server
        self.lock = cache_dir("odoo-data") / "templates.lock"

    def template(self, addons=None, tell=say):
        """Return the name of the template that holds some addons of the suite, built if need be.

        :param addons: names, by default all installable ones; an empty tuple for the base alone.
        :param tell: called with lines for the person waiting.
        :raises SetupError: when an installation fails.
        """
        names = suite_addons() if addons is None else sorted(addons)
        outside = outside_dependencies()
        base = f"{PREFIX}_base_{digest_of(self.environment.key, *outside)}"
        with locked(self.lock):
            if not self.exists(base):
                tell(f"installing Odoo's modules with demo data (once, about two minutes): {', '.join(outside)}")
                self._build(base, None, outside)
            if not names:
                return base
            suite = f"{PREFIX}_suite_{digest_of(base, *names, digest_of_tree(ADDONS, is_irrelevant))}"
            if not self.exists(suite):
                tell(f"installing the suite: {', '.join(names)}")
                self._build(suite, base, names)
                self._prune(keep=(base, suite))
        return suite

    def clone(self, template, name):
        """Make a database as a copy of a template, replacing one of that name; returns the name.

        :param template: name of a database nobody is connected to.
        :param name: name of the new one.
        """
        self.drop(name)
        self.server.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        source = self._filestore(template)
        if source.is_dir():
            # files of the store are named by their content and never changed, so they can be shared
            shutil.copytree(source, self._filestore(name), copy_function=_link)
        return name

    def drop(self, name):
        """Remove a database and its file store; a missing one is fine."""
        self.server.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        remove_tree(self._filestore(name))

    def exists(self, name):
        """Tell whether the server holds a database of that name."""
        return bool(self.server.query("SELECT 1 FROM pg_database WHERE datname = %s", (name,)))

    def names(self, prefix):
        """Return the names of the databases that begin with a prefix, oldest first."""
        rows = self.server.query(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", (prefix,)
        )
        return [row[0] for row in rows]

    def sweep(self):
        """Drop what killed commands of this machine left: databases named after a process that is no more."""
        for name in self.names(f"{PREFIX}_"):
            owner = OWNED.match(name)
            if owner and not os.path.exists(f"/proc/{owner['pid']}"):
                self.drop(name)
        for folder in state_dir("instances").iterdir():
            if OWNED.match(folder.name) and folder.stat().st_mtime < time.time() - LOGS_KEPT_SECONDS:
                remove_tree(folder)

    def install(self, name, modules, options=(), log="install"):
        """Install modules into a database, which Odoo creates when it is missing.

        :param name: the database.
        :param modules: names of the modules.
        :param options: further arguments for Odoo.
        :param log: name of the log.
        :raises SetupError: when Odoo fails or a module is not installed afterwards.
        """
        conf = state_dir("conf") / f"{name}.conf"
        write_conf(conf, sections_for(self.environment))
        what = f"the installation of {', '.join(modules)} failed"
        remedy = f"The log says why: {log_path(log)}"
        command = self.environment.odoo_command(
            "-c", conf, "-d", name, "-i", ",".join(modules), "--stop-after-init", "--no-http", *options
        )
        run_logged(command, log, what, remedy, env=self.environment.variables(ODOO_QUEUE_JOB_CHANNELS="root:0"))
        conf.unlink()
        rows = self.server.query("SELECT name FROM ir_module_module WHERE state = 'installed'", database=name)
        missing = sorted(set(modules) - {row[0] for row in rows})
        if missing:
            raise SetupError(f"not installed: {', '.join(missing)}", remedy, log_path(log))

    def _build(self, name, base, modules):
        """The final name appears only when all is done, so an interrupted build is never mistaken for one."""
        building = f"{name}_building"
        self.drop(building)
        if base:
            self.clone(base, building)
        self.install(building, modules, () if base else ("--with-demo",), log=name)
        for line in problems_in(log_path(name)):
            say(f"      {line}")
        self._rename(building, name)

    def _rename(self, old, new):
        self.server.query(f'ALTER DATABASE "{old}" RENAME TO "{new}"')
        if self._filestore(old).is_dir():
            remove_tree(self._filestore(new))
            os.rename(self._filestore(old), self._filestore(new))

    def _prune(self, keep):
        """Drop the oldest templates: every change of an addon makes a new one."""
        for kind in ("base", "suite"):
            names = [name for name in self.names(f"{PREFIX}_{kind}_") if name not in keep]
            for name in names[: max(0, len(names) + 1 - KEPT_TEMPLATES)]:
                self.drop(name)

    def _filestore(self, name):
        return self.environment.data_dir / "filestore" / name


def problems_in(log):
    """Return the lines of an Odoo log that report errors, but for the one that always stands there.

    :param log: path of the log.
    """
    with open(log, encoding="utf-8", errors="replace") as stream:
        # the embedded PostgreSQL has no pg_trgm, which Odoo does without
        return [line.strip() for line in stream if PROBLEM.search(line) and "pg_trgm" not in line]


def _link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
