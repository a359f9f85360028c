"""The webhook route, every delivery verified and stored, beside a route that does nothing.

setup/bench webhook [--rounds 40] [--seconds 0.8] [--clients 6] [--workers N]
"""

from __future__ import annotations

import argparse
import os
from statistics import median
from typing import Any

from benchmarks.common import Images, Program, finish, notes, progress, table
from setup.lib.environment import current
from setup.lib.instance import Instance
from setup.lib.odooconf import sections_for
from setup.lib.paths import REPO

#: as many as Odoo's deployment guide advises, so that one is at work while another waits for the disk
WORKERS = 2 * (os.cpu_count() or 1) + 1
SHOP = "hub-goods.myshopify.com"
NOOP_ADDONS = REPO / "benchmarks" / "addons"
#: deliveries that are signed before a second begins; more than a server this small can take
MOST_PER_SECOND = 1500


def main() -> None:
    """Measure both routes in turns, then print their medians."""
    options = _arguments()
    environment = current()
    with Images(environment) as images:
        facts = _prepare(images)
        paths = {"no-op": "/bench/noop/{token}", "webhook": "/integration/webhook/{token}"}
        addons_path = sections_for(environment)["options"]["addons_path"]
        server = Instance(
            environment,
            workers=options.workers,
            jobs=0,
            database=facts["database"],
            options={"addons_path": f"{addons_path},{NOOP_ADDONS}"},
        )
        with server as odoo:
            variables = environment.variables(PYTHONPATH=str(REPO))
            client = Program("benchmarks._deliver", [], variables)
            client.tell({"url": odoo.url, "secret": facts["secret"], "shop": SHOP})
            found = {name: [] for name in paths}
            for number in range(options.rounds + 1):
                for name in sorted(paths, reverse=bool(number % 2)):
                    result = _round(client, paths[name].format(**facts), options)
                    if number:  # the first one warms both up
                        found[name].append(result)
            client.end()
            _check(odoo, found, options)
    _print(found, options)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=0.8, help="length of a round")
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--workers", type=int, default=WORKERS)
    return parser.parse_args()


def _prepare(images: Images) -> dict[str, Any]:
    """A database with a backend and the no-op route."""
    database = images.clone(images.template(), "webhook")
    progress("a backend, and a route that does nothing")
    images.databases.install(
        database,
        ["bench_noop"],
        options=("--addons-path", f"{sections_for(images.environment)['options']['addons_path']},{NOOP_ADDONS}"),
        log="bench_noop",
    )
    program = images.program("_prepare", database)
    program.tell({"shop_url": "", "variants": [], "customers": [], "taxes": []})
    facts = program.answer()
    program.end()
    query = "UPDATE integration_backend SET state = 'running', shopify_domain = %s"
    images.environment.server.query(query, (SHOP,), database)
    return {**facts, "database": database}


def _round(client: Program, path: str, options: argparse.Namespace) -> dict[str, Any]:
    most = int(options.seconds * MOST_PER_SECOND)
    wanted = {"path": path, "seconds": options.seconds, "clients": options.clients, "most": most}
    return client.tell(wanted).answer()


def _check(odoo: Instance, found: dict[str, list[dict]], options: argparse.Namespace) -> None:
    """Every delivery was answered as it should be, and every one to the hub is in the ledger."""
    refused = sum(result["refused"] for results in found.values() for result in results)
    assert not refused, f"{refused} deliveries were not taken"
    kept = odoo.query("SELECT count(*) FROM integration_message")[0][0]
    sent = sum(result["sent"] for result in found["webhook"])
    assert kept >= sent, f"{sent} deliveries were sent and {kept} kept"


def _print(found: dict[str, list[dict]], options: argparse.Namespace) -> None:
    rows, rates = [], {}
    for name, results in found.items():
        rates[name] = median(result["rate"] for result in results)
        spread = f"{min(r['rate'] for r in results):.0f}-{max(r['rate'] for r in results):.0f}"
        times = [f"{median(result[name] for result in results):.1f} ms" for name in ("p50", "p95")]
        rows.append([name, f"{rates[name]:.0f}", spread, *times])
    # each round against the one beside it, so that what else the machine does hits both
    shares = [hub["rate"] / noop["rate"] for hub, noop in zip(found["webhook"], found["no-op"], strict=True)]
    share = round(median(shares), 3)
    heads = ("route", "a second", "spread", "p50", "p95")
    table(f"{options.clients} clients, {options.workers} workers, {options.rounds} rounds in turns", heads, rows)
    notes(
        [
            "webhook: signature verified, one row committed to disk, the drain asked for; no job runner works it off",
            "no-op: the same kind of route, the same requests; it reads the body and answers",
            f"share: median of the rounds' shares ({min(shares):.2f}-{max(shares):.2f})",
        ]
    )
    finish({"share_of_noop": share})


if __name__ == "__main__":
    main()
