"""Faults on demand: what the network and the partner do to the next requests."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any

KINDS = {
    "429": "answers 429 before doing anything",
    "500_before": "answers 500 before doing anything",
    "500_after": "does it, then answers 500",
    "hang": "does it, then is silent for `seconds`, then closes without an answer",
    "close": "does it, then closes the connection without an answer",
    "close_before": "closes the connection before doing anything",
    "throttled": "answers THROTTLED with HTTP 200",
    "latency": "waits `seconds`, then does it; its idempotency key is taken meanwhile",
    "internal": "answers HTTP 200 with an INTERNAL_SERVER_ERROR before doing anything",
    "bad_json": "does it, then answers something that is not JSON",
}


@dataclass
class Fault:
    """One entry of the plan.

    :param kind: a name of ``KINDS``
    :param operation: a root field or the operation's name; ``*`` for any request
    :param count: how many requests it still strikes
    :param seconds: for ``hang`` and ``latency``
    :param skip: how many matching requests go unharmed first
    """

    kind: str
    operation: str = "*"
    count: int = 1
    seconds: float = 0.0
    skip: int = 0
    struck: int = 0


class FaultPlan:
    """The faults that wait for their request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, data: dict[str, Any]) -> Fault:
        """Add a fault.

        :raises ValueError: no such kind, or an unknown setting
        """
        if data.get("kind") not in KINDS:
            raise ValueError(f"no fault {data.get('kind')!r}; there are: {', '.join(KINDS)}")
        try:
            fault = Fault(**data)
        except TypeError as error:
            raise ValueError(str(error)) from error
        with self._lock:
            self._faults.append(fault)
        return fault

    def strike(self, names: set[str]) -> Fault | None:
        """The fault that strikes a request of these names, used up by one."""
        with self._lock:
            for fault in self._faults:
                if fault.count > 0 and (fault.operation == "*" or fault.operation in names):
                    if fault.skip > 0:
                        fault.skip -= 1
                        continue
                    fault.count -= 1
                    fault.struck += 1
                    return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        """Every fault with what is left of it."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def clear(self) -> None:
        """No faults any more."""
        with self._lock:
            self._faults.clear()
