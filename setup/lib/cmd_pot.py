"""`setup/pot`: the translation template of each addon, exported from a database that has them all."""

import argparse
import os
import re

from .database import PREFIX, Databases, suite_addons
from .entry import guarded, opened
from .errors import SetupError
from .files import write_atomic
from .odooconf import sections_for, write_conf
from .paths import ADDONS, state_dir
from .process import run_logged

DESCRIPTION = "Exports i18n/ADDON.pot of each addon of the suite, or of the named ones."
STAMP = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date): .*\n', re.M)


def main(script, arguments):
    """Run the command.

    :param script: path of the command that was called.
    :param arguments: its arguments.
    """
    return guarded(_main, script, arguments)


def without_stamps(text):
    """Return a translation template without its dates, which would change with every export.

    :param text: the template.
    """
    return STAMP.sub("", text)


def _main(script, arguments):
    parser = argparse.ArgumentParser(prog="setup/pot", description=DESCRIPTION)
    parser.add_argument("addons", metavar="ADDON", nargs="*", help="name of an addon")
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a template is out of date")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.addons) - set(suite_addons())
    if unknown:
        raise SetupError(f"no such addon: {', '.join(sorted(unknown))}", f"Known: {', '.join(suite_addons())}.")
    with opened(5, script, arguments) as (environment, steps):
        databases = Databases(environment)
        database = f"{PREFIX}_pot_{os.getpid()}"
        with steps.step("database with the suite") as tell:
            databases.clone(databases.template(tell=tell), database)
        try:
            with steps.step("translation templates") as tell:
                stale = [
                    name
                    for name in chosen.addons or suite_addons()
                    if _export(environment, database, name, not chosen.check, tell)
                ]
        finally:
            databases.drop(database)
    if chosen.check and stale:
        raise SetupError(f"translation templates out of date: {', '.join(stale)}", "Run setup/pot and commit them.")
    return 0


def _export(environment, database, addon, write, tell):
    """Export one template; returns whether it differs from the one that is there."""
    conf = state_dir("conf") / f"{database}.conf"
    fresh = state_dir("conf") / f"{addon}.pot"
    target = ADDONS / addon / "i18n" / f"{addon}.pot"
    write_conf(conf, sections_for(environment, database))
    run_logged(
        environment.odoo_command("i18n", "export", "-c", conf, "-d", database, "-l", "pot", "-o", fresh, addon),
        f"pot-{addon}",
        f"the terms of {addon} could not be exported",
        "The log says why.",
        env=environment.variables(ODOO_QUEUE_JOB_CHANNELS="root:0"),
    )
    text = without_stamps(fresh.read_text(encoding="utf-8"))
    fresh.unlink()
    conf.unlink()
    changed = not target.exists() or target.read_text(encoding="utf-8") != text
    if changed and write:
        target.parent.mkdir(exist_ok=True)
        write_atomic(target, text)
    tell(f"{addon}: {text.count('msgid ') - 1} terms, {'changed' if changed else 'up to date'}")
    return changed
