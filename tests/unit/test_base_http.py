"""The HTTP client of connector_base against a real server on loopback."""

from __future__ import annotations

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from addons.connector_base.lib.errors import (
    AmbiguousError,
    CircuitOpenError,
    ConfigurationError,
    DataError,
    RateLimitedError,
    TransientError,
)
from addons.connector_base.lib.http import HttpClient, OpenGate


class Partner(BaseHTTPRequestHandler):
    """Behaves as the path says; counts what reached it."""

    protocol_version = "HTTP/1.1"
    seen: list = []

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        type(self).seen.append((self.path, self.rfile.read(length), dict(self.headers)))
        getattr(self, "do_" + self.path.strip("/").split("?")[0])()

    def answer(self, status, body=b"{}", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_ok(self):
        self.answer(200, b'{"fine": 1}')

    def do_busy(self):
        self.answer(429, Retry_After="7")

    def do_broken(self):
        self.answer(500)

    def do_away(self):
        self.answer(302, Location="http://127.0.0.1:1/")

    def do_large(self):
        self.answer(200, b"x" * 5000)

    def do_hang(self):
        time.sleep(1.5)
        self.answer(200)

    def do_drip(self):
        self.send_response(200)
        self.send_header("Content-Length", str(40 * 70000))
        self.end_headers()
        for __ in range(40):
            try:
                self.wfile.write(b"x" * 70000)
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def do_cut(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, *args):
        """Quiet."""


class QuietServer(ThreadingHTTPServer):
    """Clients of these tests hang up on purpose."""

    def handle_error(self, request, client_address):
        """Nothing to tell."""


@pytest.fixture(scope="module")
def partner():
    server = QuietServer(("127.0.0.1", 0), Partner)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def client_for(url, **options):
    return HttpClient([url.split("//")[1]], allow_private=True, **options)


def test_answers_are_given_back_with_correlation_sent(partner):
    client = client_for(partner, headers={"X-Correlation-ID": "c-1"})
    response = client.request("POST", f"{partner}/ok", body=b"{}", safe=True)
    assert response.json() == {"fine": 1}
    assert Partner.seen[-1][2]["X-Correlation-ID"] == "c-1"


def test_being_asked_to_wait_carries_the_seconds(partner):
    with pytest.raises(RateLimitedError) as caught:
        client_for(partner).request("POST", f"{partner}/busy", safe=True)
    assert caught.value.retry_after == 7


def test_lost_answers_are_ambiguous_unless_the_call_is_safe(partner):
    for path in ("broken", "cut", "hang"):
        client = client_for(partner, deadline=0.4)
        with pytest.raises(AmbiguousError):
            client.request("POST", f"{partner}/{path}", body=b"x", safe=False)
        with pytest.raises(TransientError):
            client.request("POST", f"{partner}/{path}", body=b"x", safe=True)


def test_refused_connection_was_never_sent(partner):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(TransientError):
        client_for(url).request("POST", url, safe=False)


def test_redirects_are_not_followed(partner):
    with pytest.raises(ConfigurationError):
        client_for(partner).request("POST", f"{partner}/away", safe=True)


def test_large_answers_are_cut_off(partner):
    with pytest.raises(DataError):
        client_for(partner, max_bytes=1000).request("POST", f"{partner}/large", safe=True)


def test_deadline_covers_a_dripping_body(partner):
    started = time.monotonic()
    with pytest.raises(TransientError):
        client_for(partner, deadline=0.3).request("POST", f"{partner}/drip", safe=True)
    assert time.monotonic() - started < 1.5


def test_private_peer_is_refused_before_a_byte_is_sent(partner):
    """The name is allowed, the address behind it is not: what DNS rebinding does."""
    from addons.connector_base.lib.http import _GuardedAdapter

    client = client_for(partner)
    client.session.mount("http://", _GuardedAdapter())
    before = len(Partner.seen)
    with pytest.raises(ConfigurationError, match="private"):
        client.request("POST", f"{partner}/ok", safe=True)
    assert len(Partner.seen) == before


class RecordingGate(OpenGate):
    """Notes what it is asked and told."""

    def __init__(self, refuse=False):
        self.told, self.refuse = [], refuse

    def acquire(self, cost):
        if self.refuse:
            raise CircuitOpenError("open")

    def report(self, error):
        self.told.append(error)


def test_gate_is_asked_before_and_told_after(partner):
    gate = RecordingGate()
    client = client_for(partner, gate=gate)
    client.request("POST", f"{partner}/ok", safe=True)
    with pytest.raises(TransientError):
        client.request("POST", f"{partner}/broken", safe=True)
    assert gate.told[0] is None and isinstance(gate.told[1], TransientError)


def test_open_breaker_lets_nothing_out(partner):
    before = len(Partner.seen)
    with pytest.raises(CircuitOpenError):
        client_for(partner, gate=RecordingGate(refuse=True)).request("POST", f"{partner}/ok", safe=True)
    assert len(Partner.seen) == before
