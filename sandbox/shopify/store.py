"""State of the sandbox: documents in memory, written through to SQLite.

Every kind of thing is a table of documents by id. Reads are plain dict look-ups;
a write marks the document, and ``commit`` brings all marked ones to the file in
one transaction before the answer leaves, so that a killed sandbox comes back
with what it promised. All access happens under ``lock``.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import defaultdict
from datetime import datetime, timezone
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS document (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY, at TEXT, operation TEXT, root TEXT, version TEXT, status INTEGER,
    outcome TEXT, cost INTEGER, milliseconds REAL, correlation TEXT, body TEXT, answer TEXT);
"""


def now() -> datetime:
    """The sandbox's clock: aware UTC."""
    return datetime.now(timezone.utc)


def stamp(moment: datetime | None = None) -> str:
    """A moment as the Admin API writes it: whole seconds, UTC."""
    return (moment or now()).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """Documents by kind and id.

    :param path: SQLite file; None keeps everything in memory only
    """

    def __init__(self, path: str | None = None):
        self.lock = threading.RLock()
        self._closed = False
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False)
        # a crash of the sandbox loses nothing; a crash of the machine may
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_TABLES)
        self._documents: dict[str, dict[Any, Any]] = defaultdict(dict)
        self._dirty: set[tuple[str, Any]] = set()
        self._load()

    def _load(self) -> None:
        for kind, key, body in self._connection.execute("SELECT kind, id, body FROM document"):
            self._documents[kind][_key(key)] = json.loads(body)

    def all(self, kind: str) -> dict[Any, Any]:
        """Every document of a kind by id, in order of creation."""
        return self._documents[kind]

    def get(self, kind: str, key: Any) -> Any | None:
        """One document or None."""
        return self._documents[kind].get(key)

    def put(self, kind: str, key: Any, document: Any) -> Any:
        """Store a document (again after it was changed in place)."""
        self._documents[kind][key] = document
        self._dirty.add((kind, key))
        return document

    def delete(self, kind: str, key: Any) -> None:
        """Forget a document."""
        if self._documents[kind].pop(key, None) is not None:
            self._dirty.add((kind, key))

    def next(self, name: str, start: int = 1) -> int:
        """The next number of a counter; a reset starts it again at ``start``."""
        counters = self._documents["counter"]
        value = counters.get(name, start - 1) + 1
        self.put("counter", name, value)
        return value

    def commit(self) -> None:
        """Bring what changed to the file."""
        if self._closed or not self._dirty:
            return
        rows, gone = [], []
        for kind, key in self._dirty:
            document = self._documents[kind].get(key)
            if document is None:
                gone.append((kind, str(key)))
            else:
                rows.append((kind, str(key), json.dumps(document, separators=(",", ":"))))
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO document VALUES (?, ?, ?)", rows)
            self._connection.executemany("DELETE FROM document WHERE kind = ? AND id = ?", gone)
        self._dirty.clear()

    def log_request(self, row: dict[str, Any]) -> None:
        """Keep what a client sent and what it was answered."""
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        with self.lock:
            if self._closed:
                return
            self._connection.execute(f"INSERT INTO request ({names}) VALUES ({marks})", row)
            self._connection.commit()

    def requests(self, where: str = "1", values: tuple = (), limit: int = 1000) -> list[dict]:
        """Logged requests, oldest first.

        :param where: SQL condition over the columns of ``request``
        """
        with self.lock:
            cursor = self._connection.execute(
                f"SELECT * FROM (SELECT * FROM request WHERE {where} ORDER BY id DESC LIMIT ?) ORDER BY id",
                (*values, limit),
            )
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def count_requests(self) -> list[tuple[str, str, int, int]]:
        """(root fields, outcome, how many, points) of everything received."""
        with self.lock:
            return self._connection.execute(
                "SELECT root, outcome, count(*), coalesce(sum(cost), 0) FROM request"
                " GROUP BY root, outcome ORDER BY root, outcome"
            ).fetchall()

    def reset(self) -> None:
        """Forget everything."""
        with self.lock, self._connection:
            self._connection.execute("DELETE FROM document")
            self._connection.execute("DELETE FROM request")
            self._documents.clear()
            self._dirty.clear()

    def close(self) -> None:
        """Write what is left and close the file; whoever still works changes nothing more."""
        with self.lock:
            self.commit()
            self._closed = True
            self._connection.close()


def _key(text: str) -> Any:
    """Ids are numbers, composite ids and names are text."""
    return int(text) if text.isdigit() else text
