"""The fault proxy harms exactly what its plan says, and passes the rest byte for byte."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter

import pytest

from sandbox.faultproxy import CALM, FaultProxy, Plan


@pytest.fixture
def echo():
    """A server that answers every line with itself; what it was told stands in ``heard``."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve(connection):
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(1000):
                heard.append(data)
                connection.sendall(b"<" + data + b">")

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with server:
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)


def ask(connection, text):
    """One question and its answer; "" for an end."""
    connection.sendall(text.encode())
    return connection.recv(1000).decode()


def connect(proxy):
    """A connection through the proxy."""
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def test_the_same_seed_gives_the_same_fates():
    plan = Plan(seed="7", latency=0.2, reset=0.2, blackhole=0.2, cut=0.2)
    fates = [plan.fate(number) for number in range(400)]
    assert fates == [plan.fate(number) for number in range(400)]
    assert fates != [Plan(seed="8", latency=0.2, reset=0.2, blackhole=0.2, cut=0.2).fate(n) for n in range(400)]
    counts = Counter(fate.kind for fate in fates)
    assert all(50 < counts[kind] < 110 for kind in ("", "latency", "reset", "blackhole", "cut")), counts


def test_nothing_happens_without_a_plan(echo):
    with FaultProxy("127.0.0.1", echo[0]) as proxy, connect(proxy) as connection:
        assert [ask(connection, text) for text in ("a", "b")] == ["<a>", "<b>"]
        assert proxy.strikes == []


def test_reset_lets_the_question_not_pass(echo):
    with FaultProxy("127.0.0.1", echo[0]) as proxy:
        proxy.play(Plan(seed="1", reset=1.0, depth=0))
        with connect(proxy) as connection, pytest.raises(ConnectionError):
            ask(connection, "a")
        assert [strike.fate.kind for strike in proxy.strikes] == ["reset"]
    assert echo[1] == []


def test_cut_lets_the_question_pass_and_not_the_answer(echo):
    with FaultProxy("127.0.0.1", echo[0]) as proxy:
        proxy.play(Plan(seed="1", cut=1.0, depth=0))
        answer = "broken"
        with connect(proxy) as connection, contextlib.suppress(ConnectionError):
            answer = ask(connection, "abcdef")
        assert answer != "<abcdef>" or proxy.strikes[0].fate.passed >= 8
    assert echo[1] == [b"abcdef"]


def test_black_hole_is_silent_until_it_is_broken_off(echo):
    with FaultProxy("127.0.0.1", echo[0]) as proxy:
        proxy.play(Plan(seed="1", blackhole=1.0, depth=0, silence=30))
        with connect(proxy) as connection:
            connection.sendall(b"a")
            connection.settimeout(0.2)
            with pytest.raises(TimeoutError):
                connection.recv(10)
            connection.settimeout(5)
            proxy.calm()
            with pytest.raises(ConnectionError):
                connection.recv(10)
    assert echo[1] == []


def test_faults_strike_after_some_questions(echo):
    with FaultProxy("127.0.0.1", echo[0]) as proxy:
        plan = Plan(seed="3", reset=1.0, depth=4)
        proxy.play(plan)
        after = plan.fate(0).after
        with connect(proxy) as connection:
            assert [ask(connection, "a") for __ in range(after)] == ["<a>"] * after
            with pytest.raises(ConnectionError):
                ask(connection, "b")
    assert b"b" not in echo[1]


def test_latency_delays_and_nothing_else(echo):
    with FaultProxy("127.0.0.1", echo[0]) as proxy:
        proxy.play(Plan(seed="1", latency=1.0, seconds=0.2))
        with connect(proxy) as connection:
            started = time.monotonic()
            assert ask(connection, "a") == "<a>"
            assert time.monotonic() - started >= Plan(seed="1", latency=1.0, seconds=0.2).fate(0).seconds * 0.9


def test_a_broken_line_breaks_everything_that_is_open(echo):
    with FaultProxy("127.0.0.1", echo[0]) as proxy, connect(proxy) as connection:
        assert ask(connection, "a") == "<a>"
        proxy.break_all()
        with pytest.raises(ConnectionError):
            assert ask(connection, "b")
            ask(connection, "c")
        proxy.play(CALM)
        with connect(proxy) as another:
            assert ask(another, "d") == "<d>"
