"""`setup/run`: everything from nothing to a running hub that has carried orders."""

import argparse
import json
import subprocess
import sys
import time

from .console import say
from .database import PREFIX, Databases, suite_addons
from .entry import guarded, opened
from .errors import SetupError
from .files import locked, remove_tree
from .instance import Instance, Sandbox
from .paths import REPO, state_dir
from .process import die_with_parent

DESCRIPTION = """
Fetches Odoo 19, makes its Python environment, starts PostgreSQL, Odoo and a local Shopify, lets orders flow from
one to the other and compares both record by record; then serves until Ctrl-C.

Nothing is installed on the machine and nothing needs root: all of it lives in $XDG_CACHE_HOME/integration-hub
(~/.cache) and $XDG_STATE_HOME/integration-hub (~/.local/state), which can be deleted at any time.

environment:
  ODOO_HOME               an existing Odoo 19 to use instead of Debian's package
  PGHOST, PGPORT, PGUSER, PGPASSWORD  or  DATABASE_URL
                          an existing PostgreSQL (13 or later) to use instead of the embedded one
  HUB_PYTHON              the Python (3.10 to 3.13) to make the environment from
  HUB_DEBIAN_MIRROR       a Debian archive, where the machine's apt sources name none
"""
SCENARIO = REPO / "sandbox/scenario/__main__.py"


def main(script, arguments):
    """Run the command.

    :param script: path of the command that was called.
    :param arguments: its arguments.
    """
    return guarded(_main, script, arguments)


def parse(arguments):
    """Return the chosen options.

    :param arguments: arguments of the command line.
    """
    parser = argparse.ArgumentParser(
        prog="setup/run", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--once", action="store_true", help="stop after the scenario; exit status by its outcome")
    parser.add_argument("--orders", type=int, default=200, help="orders of the scenario (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of all that is generated (default 1)")
    parser.add_argument("--workers", type=int, default=3, help="HTTP workers of Odoo (default 3, two may run jobs)")
    parser.add_argument("--port", type=int, default=8069, help="port one would like (default 8069)")
    return parser.parse_args(arguments)


def _main(script, arguments):
    chosen = parse(arguments)
    for part, there in (("addons", suite_addons()), ("sandbox/scenario", SCENARIO.exists())):
        if not there:
            raise SetupError(f"there is no {part} in this checkout", "Use a complete checkout.")
    with opened(7, script, arguments) as (environment, steps), locked(state_dir() / "run.lock"):
        return _run(environment, steps, chosen)


def _run(environment, steps, chosen):
    databases = Databases(environment)
    _forget_earlier_runs(databases)
    name = f"{PREFIX}_demo_{time.strftime('%Y%m%d_%H%M%S')}"
    with steps.step("database with the suite and demo data") as tell:
        databases.clone(databases.template(tell=tell), name)
        tell(name)
    odoo = Instance(environment, workers=chosen.workers, database=name, port=chosen.port)
    shop = Sandbox(seed=chosen.seed, port=8070)
    try:
        with steps.step(f"Odoo with {chosen.workers} workers and the job runner") as tell:
            odoo.start()
            tell(odoo.url)
        with steps.step("local Shopify") as tell:
            shop.start()
            tell(shop.url)
        setup_seconds = steps.elapsed()
        with steps.step(f"scenario: {chosen.orders} orders") as tell:
            begun = time.monotonic()
            result, status = run_scenario(environment, odoo, shop, chosen)
            tell("everything is right" if status == 0 else f"the scenario failed (exit status {status})")
        result["setup_seconds"] = round(setup_seconds, 1)
        result["scenario_seconds"] = round(time.monotonic() - begun, 1)
        _tell_outcome(result, status)
        if not chosen.once:
            _serve(odoo, shop)
        print(json.dumps(result), flush=True)
        return status
    finally:
        shop.close()
        odoo.stop()


def run_scenario(environment, odoo, shop, chosen):
    """Run the scenario against both servers; returns (its result as a dict, exit status).

    :param environment: an `Environment`.
    :param odoo: a started `Instance`.
    :param shop: a started `Sandbox`.
    :param chosen: options with `orders` and `seed`.
    :raises SetupError: when it gives no result.
    """
    command = [sys.executable, "-m", "sandbox.scenario", "--odoo", odoo.url, "--db", odoo.database]
    command += ["--login", "admin", "--password", "admin", "--sandbox", shop.url]
    command += ["--orders", str(chosen.orders), "--seed", str(chosen.seed)]
    done = subprocess.run(
        command,
        cwd=REPO,
        env=environment.variables(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=die_with_parent,
    )
    return last_json(done.stdout, done.returncode, odoo), done.returncode


def last_json(output, status, odoo):
    """Return the JSON object on the last line of an output; lines before it are shown.

    :param output: what the scenario printed.
    :param status: its exit status.
    :param odoo: the `Instance`, whose log helps when there is no result.
    :raises SetupError: when the last line is no JSON object.
    """
    lines = output.strip().splitlines()
    for line in lines[:-1]:
        say(line)
    try:
        result = json.loads(lines[-1])
    except (IndexError, json.JSONDecodeError):
        result = None
    if not isinstance(result, dict):
        raise SetupError(
            f"the scenario ended without a result (exit status {status})",
            f"Its messages stand above; Odoo's log is {odoo.log}.",
        )
    return result


def _forget_earlier_runs(databases):
    """A run begins with a database of its own; those before it were kept for looking at until now."""
    for name in databases.names(f"{PREFIX}_demo_"):
        databases.drop(name)
    instances = state_dir("instances")
    for folder in instances.glob(f"{PREFIX}_demo_*"):
        remove_tree(folder)


def _tell_outcome(result, status):
    say("")
    for key, value in result.items():
        say(f"  {key:24} {value}")
    say("")
    say("  The scenario succeeded." if status == 0 else "  The scenario FAILED: see the figures above.")


def _serve(odoo, shop):
    say("")
    say(f"  Odoo      {odoo.url}/odoo   login admin, password admin")
    say(f"  Shopify   {shop.url}/_oracle   (what the local shop received and holds)")
    say(f"  log       {odoo.log}")
    say("")
    say("  Serving until Ctrl-C.")
    try:
        while odoo.is_running() and shop.is_running():
            time.sleep(1)
    except KeyboardInterrupt:
        say("  stopping")
        return
    ended = odoo if not odoo.is_running() else shop
    raise SetupError(f"{ended.name} ended by itself", f"See {ended.log}.", ended.log)
