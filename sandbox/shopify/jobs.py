"""Work that Shopify does after it has answered, such as cancelling an order."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .store import Store


class Jobs:
    """Runs jobs after the answer; how long after is a setting.

    A job that has not begun when the sandbox is killed is lost, as its client has
    to expect of a job that it never sees done.
    """

    def __init__(self, store: Store):
        self._store = store
        self._waiting: set[str] = set()

    def run(self, key: str, work: Callable[[], object]) -> None:
        """Do ``work`` now or ``job_seconds`` later. The caller holds the store's lock."""
        seconds = self._store.get("setting", "all")["job_seconds"]
        if not seconds:
            work()
            return
        self._waiting.add(key)
        timer = threading.Timer(seconds, self._finish, (key, work))
        timer.daemon = True
        timer.start()

    def is_done(self, key: str) -> bool:
        """Whether nothing is left to do for a job (also one nobody knows)."""
        return key not in self._waiting

    def pending(self) -> int:
        """How many jobs have not begun."""
        return len(self._waiting)

    def _finish(self, key: str, work: Callable[[], object]) -> None:
        with self._store.lock:
            try:
                work()
            except ValueError:
                pass  # the order changed meanwhile: the job ends without effect
            finally:
                self._waiting.discard(key)
                self._store.commit()
