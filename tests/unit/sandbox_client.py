"""A client of the local Shopify for its unit tests: real HTTP, no helper of the suite."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from sandbox.shopify.server import Sandbox

REPO = Path(__file__).resolve().parents[2]
TOKEN = "sandbox-admin-token"
DOCUMENTS = {
    path.stem: path.read_text(encoding="utf-8")
    for folder in ("addons/connector_shopify/lib/queries", "sandbox/shopify/operations")
    for path in (REPO / folder).glob("*.graphql")
}


class Client:
    """Speaks to a sandbox as a partner and as its oracle."""

    def __init__(self, sandbox: Sandbox):
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False
        self.headers = {"X-Shopify-Access-Token": TOKEN}

    def post(self, text: str, version: str = "2026-07", timeout: float = 10, operation=None, **variables):
        """The raw answer to a document."""
        return self.session.post(
            f"{self.sandbox.url}/admin/api/{version}/graphql.json",
            json={"query": text, "variables": variables, "operationName": operation},
            headers=self.headers,
            timeout=timeout,
        )

    def ask(self, text: str, **variables):
        """The whole JSON answer to a document, given or named."""
        return self.post(DOCUMENTS.get(text, text), **variables).json()

    def data(self, text: str, **variables):
        """The data of an answer that has no errors."""
        answer = self.ask(text, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def oracle(self, path: str, body=None, method: str | None = None, **query):
        """Ask or tell the oracle; a refusal is an assertion error."""
        answer = self.session.request(
            method or ("GET" if body is None else "POST"),
            f"{self.sandbox.url}/_oracle/{path}",
            json=body,
            params=query,
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def place(self, shape: str = "plain", **values):
        """Place an order; its summary."""
        placed = self.oracle("orders", {"shape": shape, "count": 1, **values})["orders"][0]
        return self.order(placed["name"])

    def order(self, name: str):
        """The oracle's summary of an order."""
        return self.oracle(f"orders/{name.replace('#', '')}")

    def level(self, sku: str, location: str = "Reno"):
        """The oracle's view of one stock level."""
        return self.oracle("inventory", sku=sku, location=location)["levels"][0]

    def items(self) -> dict[str, str]:
        """SKU -> inventory item id."""
        return {row["sku"]: row["inventory_item_id"] for row in self.oracle("catalogue")["variants"]}

    def places(self) -> dict[str, str]:
        """Name -> location id."""
        return {row["name"]: row["id"] for row in self.oracle("catalogue")["locations"]}


class Receiver:
    """A webhook receiver that answers what it is told to.

    :param statuses: answers in turn; afterwards 200
    """

    def __init__(self, statuses=()):
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.statuses = list(statuses)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.server.shutdown()
        self.server.server_close()
