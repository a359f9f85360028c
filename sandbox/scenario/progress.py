"""Telling the person who waits what happens, and waiting itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field


class StepTimeout(Exception):
    """Something did not happen in time.

    :param look_at: where a person finds out why
    """

    def __init__(self, what: str, state: str, look_at: str):
        super().__init__(f"{what}: not within the time allowed ({state})")
        self.look_at = look_at


@dataclass
class Progress:
    """Sentences on stderr, each with the seconds since the start.

    :param quiet: say nothing
    """

    quiet: bool = False
    begun: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """One sentence."""
        if not self.quiet:
            print(f"      {self.seconds():6.1f} s  {text}", file=sys.stderr, flush=True)

    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.begun

    def wait(
        self,
        what: str,
        state: Callable[[], str],
        seconds: float,
        look_at: str,
        every: float = 0.5,
    ) -> None:
        """Wait until ``state`` has nothing more to say.

        :param what: what is waited for, for the message
        :param state: "" when it is there, otherwise what is still missing
        :param look_at: advice for the person who meets the timeout
        :raises StepTimeout: it took longer than ``seconds``
        """
        deadline = time.monotonic() + seconds
        told = time.monotonic()
        while missing := state():
            now = time.monotonic()
            if now > deadline:
                raise StepTimeout(what, missing, look_at)
            if now - told > 15:
                self.say(f"... {what}: {missing}")
                told = now
            time.sleep(every)
