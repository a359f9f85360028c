"""Named places where a test lets the hub fail as a crash would.

Inert unless the environment variable ``INTEGRATION_FAILPOINTS`` is set when Odoo starts:
nothing in the database, no option and no request can arm one. The variable names a file
that is read whenever a point is reached, so that a running server can be armed and
disarmed. A line is ``point:part of the subject:action``; the actions are

- ``kill``: the process ends at once, as by ``kill -9``
- ``raise``: an exception nobody foresaw

Points: ``inbound.apply`` (subject: the message's business key) before a batch is handed
to its handler; ``outbound.sent`` (subject: the call's idempotency key) after the partner
answered and before the answer is recorded.
"""

import os
import signal

_PATH = os.environ.get("INTEGRATION_FAILPOINTS", "")


class Failpoint(Exception):  # noqa: N818 - it stands for any exception
    """Raised by the action ``raise``."""


def reach(point, subjects):
    """Do what is armed for ``point`` and any of ``subjects``; normally nothing.

    :param point: name of the place
    :param subjects: texts that say what is at hand
    """
    if not _PATH:
        return
    for line in _armed():
        name, __, rest = line.partition(":")
        wanted, __, action = rest.rpartition(":")
        if name == point and any(wanted in subject for subject in subjects):
            _act(line, action)


def _armed():
    try:
        with open(_PATH, encoding="utf-8") as stream:
            return [line.strip() for line in stream if line.strip()]
    except FileNotFoundError:
        return []


def _act(line, action):
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise Failpoint(f"armed: {line}")
