"""``python -m sandbox.faultproxy --target HOST:PORT``: a proxy to play with by hand."""

from __future__ import annotations

import argparse
import threading

from .plan import KINDS, Plan
from .proxy import FaultProxy


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.faultproxy", description=__doc__)
    parser.add_argument("--target", required=True, help="host:port to pass everything on to")
    parser.add_argument("--port", type=int, default=0, help="to listen on; 0 for any")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--depth", type=int, default=5, help="questions that pass unharmed, at most")
    parser.add_argument("--seconds", type=float, default=0.3, help="longest delay of an answer")
    parser.add_argument("--silence", type=float, default=5.0, help="seconds that a black hole lasts")
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=float, default=0.0, help="share of the connections, 0 to 1")
    options = vars(parser.parse_args())
    host, _, port = options.pop("target").rpartition(":")
    with FaultProxy(host, int(port), options.pop("port")) as proxy:
        proxy.play(Plan(**options))
        print(f"ready {proxy.url}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
