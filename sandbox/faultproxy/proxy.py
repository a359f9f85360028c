"""The proxy: one thread a connection, bytes as they come, harm as the plan says."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass

from .plan import CALM, Fate, Plan

CHUNK = 65536
#: closing with this sends RST instead of FIN
ABRUPT = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Strike:
    """One connection that was harmed.

    :param number: the connection, counted since its plan began
    :param fate: what was done to it
    :param at: seconds since the epoch
    """

    number: int
    fate: Fate
    at: float


class FaultProxy:
    """Listens on a port of 127.0.0.1 and passes everything on to a target.

    :param host: the target
    :param port: its port
    :param listen: the port to listen on, 0 for any
    """

    def __init__(self, host: str, port: int, listen: int = 0):
        self.target = (host, port)
        self.strikes: list[Strike] = []
        self._lock = threading.Lock()
        self._plan = CALM
        self._count = 0
        self._open: set[_Connection] = set()
        self._server = socket.create_server(("127.0.0.1", listen), backlog=128)
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True, name=f"faultproxy-{self.port}")

    @property
    def url(self) -> str:
        """Where an HTTP client finds the target."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> FaultProxy:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> FaultProxy:
        """Begin to accept connections."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Break off everything and listen no longer."""
        # closing alone would leave the accepting thread asleep
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.break_all()

    def play(self, plan: Plan) -> None:
        """Treat connections from now on by a plan, counted from 0; those that are open keep their fate."""
        with self._lock:
            self._plan, self._count = plan, 0

    def calm(self) -> None:
        """Harm nothing any more; connections that were to be harmed are broken off."""
        self.play(CALM)
        with self._lock:
            doomed = [connection for connection in self._open if connection.fate.kind]
        for connection in doomed:
            connection.break_off()

    def break_all(self) -> None:
        """Reset every connection that is open, as a failing switch does."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            connection.break_off()

    def struck(self, number: int, fate: Fate) -> None:
        """Note that a connection was harmed."""
        with self._lock:
            self.strikes.append(Strike(number, fate, time.time()))

    def closed(self, connection: _Connection) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._server.accept()
            except OSError:
                return
            with self._lock:
                number, self._count = self._count, self._count + 1
                connection = _Connection(self, client, number, self._plan.fate(number))
                self._open.add(connection)
            threading.Thread(target=connection.run, daemon=True).start()


class _Connection:
    """One connection and its fate."""

    def __init__(self, proxy: FaultProxy, client: socket.socket, number: int, fate: Fate):
        self.proxy = proxy
        self.client = client
        self.number = number
        self.fate = fate
        self.server: socket.socket | None = None
        self._asked = 0
        self._answering = True
        self._broken = threading.Event()

    def run(self) -> None:
        """Pass bytes until either side ends or the fate strikes."""
        try:
            self.server = socket.create_connection(self.proxy.target, timeout=10)
            self.server.settimeout(None)
            for sock in (self.client, self.server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while self._pass_on():
                pass
        except (OSError, ValueError):
            self.break_off()  # the target is away, or somebody broke us off
        finally:
            self._close()
            self.proxy.closed(self)

    def break_off(self) -> None:
        """Reset both sides at once."""
        self._broken.set()
        for sock in (self.client, self.server):
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPT)
                    # wakes a thread that waits for these sockets; the linger makes its closing a reset
                    sock.shutdown(socket.SHUT_RD)

    def _close(self) -> None:
        for sock in (self.client, self.server):
            if sock is not None:
                sock.close()

    def _pass_on(self) -> bool:
        readable, __, __ = select.select([self.client, self.server], [], [])
        if self._broken.is_set():
            return False
        if self.client in readable:
            return self._question(self.client.recv(CHUNK))
        return self._answer(self.server.recv(CHUNK))

    def _question(self, data: bytes) -> bool:
        if self._answering:
            self._answering, self._asked = False, self._asked + 1
        if data and self._asked > self.fate.after and self.fate.kind in ("reset", "blackhole"):
            self.proxy.struck(self.number, self.fate)
            if self.fate.kind == "blackhole":
                self._broken.wait(self.fate.seconds)
            self.break_off()
            return False
        if data:
            self.server.sendall(data)
        return bool(data)

    def _answer(self, data: bytes) -> bool:
        first, self._answering = not self._answering, True
        if self.fate.kind == "latency" and first:
            self.proxy.struck(self.number, self.fate)
            self._broken.wait(self.fate.seconds)
        if data and self.fate.kind == "cut" and self._asked > self.fate.after:
            self.proxy.struck(self.number, self.fate)
            self._cut(data)
            return False
        if data:
            self.client.sendall(data)
        return bool(data)

    def _cut(self, data: bytes) -> None:
        passed = data[: self.fate.passed]
        if passed:
            self.client.sendall(passed)
        self.break_off()
