"""``python -m sandbox.shopify``: run the local Shopify until it is interrupted."""

from __future__ import annotations

import argparse
import signal
import threading

from .server import Sandbox
from .settings import BUCKET_SECONDS, PLANS


def main() -> None:
    """Parse options, serve, say where, stop on a signal."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.shopify", description=__doc__.partition(":")[2].strip())
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one (default)")
    parser.add_argument("--state", help="SQLite file that survives restarts; memory without")
    parser.add_argument("--seed", type=int, default=1, help="of generated orders")
    parser.add_argument("--plan", choices=PLANS, help="Shopify plan: points a second")
    parser.add_argument(
        "--retry-scale", type=float, help="factor on the waits between webhook retries (4 hours in all)"
    )
    parser.add_argument("--concurrency", type=int, help="webhooks sent at the same time")
    options = parser.parse_args()
    settings: dict = {"webhooks": {}}
    if options.plan:
        speed = PLANS[options.plan]
        settings["cost"] = {"maximum": speed * BUCKET_SECONDS, "per_second": speed}
    if options.retry_scale is not None:
        settings["webhooks"]["retry_scale"] = options.retry_scale
    if options.concurrency:
        settings["webhooks"]["concurrency"] = options.concurrency
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_arguments: stop.set())
    with Sandbox(options.state, options.host, options.port, options.seed, settings) as sandbox:
        print(f"ready {sandbox.url}", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
