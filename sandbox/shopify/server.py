"""HTTP/1.1 with keep-alive, one thread a connection."""

from __future__ import annotations

import json
import socket
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import auth, bulk
from .api import AdminApi, Reply
from .faults import FaultPlan
from .oracle import Oracle
from .schema import shared_engine
from .shop import Shop
from .store import Store
from .webhooks import Dispatcher

#: the largest file of a bulk operation (Admin API)
BODY_LIMIT = 100 * 1024 * 1024


class Sandbox:
    """A running local Shopify.

    :param path: SQLite file of its state, None for memory only
    :param port: 0 picks a free one
    :param seed: seed of orders that name none
    :param settings: changes of ``settings.DEFAULTS``
    """

    def __init__(
        self,
        path: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 1,
        settings: dict[str, Any] | None = None,
    ):
        self.store = Store(path)
        self.shop = Shop(self.store, seed)
        with self.store.lock:
            if settings:
                self.shop.change_settings(settings)
            bulk.stop_all(self.shop)
            self.store.commit()
        self.faults = FaultPlan()
        self.api = AdminApi(self.shop, shared_engine(), self.faults)
        self.dispatcher = Dispatcher(self.shop)
        self.oracle = Oracle(self.shop, self.api, self.dispatcher, self.faults)
        self._server = _Server((host, port), _Handler)
        self._server.sandbox = self
        self.host, self.port = host, self._server.server_address[1]
        self.shop.base_url = self.url
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self.port}"

    def start(self) -> Sandbox:
        """Serve in a thread of its own."""
        self.dispatcher.start()
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and close the state."""
        self._server.shutdown()
        self._server.server_close()
        self.dispatcher.stop()
        self.store.close()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def route(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Reply:
        """Answer one HTTP request."""
        parts = urlsplit(path)
        names = parts.path.strip("/").split("/")
        if names[:2] == ["admin", "api"] and names[3:] == ["graphql.json"]:
            if method != "POST":
                return Reply(405, {"errors": "Method Not Allowed"})
            return self.api.handle(names[2], headers, raw)
        if names == ["admin", "oauth", "access_token"] and method == "POST":
            return self._grant(headers, raw)
        if names[0] == "_files":
            return self._file(method, "/".join(names[1:]), headers, raw)
        if names[0] == "_oracle":
            return self.oracle.handle(method, names[1:], dict(parse_qsl(parts.query)), raw)
        return Reply(404, {"errors": "Not Found"})

    def _file(self, method: str, key: str, headers: dict[str, str], raw: bytes) -> Reply:
        """Uploads and answers of bulk operations, which Shopify keeps elsewhere."""
        if method == "POST":
            return Reply(201) if bulk.keep_file(self.shop, headers, raw) else Reply(403, {"errors": "Forbidden"})
        found = bulk.read_file(self.shop, key)
        return Reply(404) if found is None else Reply(200, raw=found)

    def _grant(self, headers: dict[str, str], raw: bytes) -> Reply:
        text = raw.decode("utf-8", "replace")
        try:
            is_json = "json" in headers.get("content-type", "")
            data = json.loads(text) if is_json else dict(parse_qsl(text))
            with self.store.lock:
                body = auth.grant(self.shop, data)
                self.store.commit()
            return Reply(200, body)
        except auth.GrantRefused as refused:
            return Reply(400, {"error": refused.code, "error_description": str(refused)})
        except (ValueError, AttributeError):
            return Reply(400, {"error": "invalid_request"})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    sandbox: Sandbox

    def handle_error(self, request, client_address):
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # one packet an answer: unbuffered writes would wait for delayed acknowledgements
    wbufsize = 65536
    disable_nagle_algorithm = True
    timeout = 120

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_LIMIT:
            self.close_connection = True
            self._write(Reply(413, {"errors": "Payload Too Large"}))
            return
        raw = self.rfile.read(length) if length else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            reply = self.server.sandbox.route(self.command, self.path, headers, raw)
        except Exception:
            # a fault of the sandbox itself must be seen, in the answer and on the console
            traceback.print_exc()
            reply = Reply(500, {"errors": "the sandbox failed", "traceback": traceback.format_exc()})
        if reply.hang:
            time.sleep(reply.hang)
        if reply.drop:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._write(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _write(self, reply: Reply) -> None:
        body = reply.raw
        if body is None:
            body = json.dumps(reply.body, ensure_ascii=False).encode()
        self.send_response(reply.status)
        for name, value in {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            **reply.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_arguments: object) -> None:
        """Requests are in the log that the oracle shows."""
