"""Named places where a test lets the hub fail as a crash would.

Inert unless the environment variable ``INTEGRATION_FAILPOINTS`` is set when Odoo starts:
nothing in the database, no option and no request can arm one. The variable names a file
that is read whenever a point is reached, so that a running server can be armed and
disarmed. A line is ``point:part of the subject:action``; the actions are

- ``kill``: the process ends at once, as by ``kill -9``
- ``raise``: an exception nobody foresaw
- ``sleep=2.5``: it stands still for so many seconds

``*N`` behind an action lets it strike N times, whichever processes reach the point; each
strike is noted as one byte in a file beside the armed one, see ``tally``.
"""

import hashlib
import os
import signal
import time

#: every step of both ways; what stands in brackets is the subject
POINTS = {
    "receive.inserted": "a message of a look-up stands in the ledger, not committed yet (its key)",
    "receive.kept": "it is committed, the partner has no answer yet (its key)",
    "job.request": "work is committed, the job that follows is not asked for yet (the method)",
    "drain.claimed": "messages are locked, no attempt is noted yet (the flow's code)",
    "drain.started": "their attempts are committed (the flow's code)",
    "inbound.fetched": "the partner's records are there (the flow's code)",
    "inbound.apply": "a batch is handed to its handler (the business keys)",
    "inbound.applied": "the handler is done, the batch is not settled yet (the business keys)",
    "drain.worked": "everything is settled, not committed yet (the flow's code)",
    "drain.committed": "it is committed, the attempts have no outcome yet (the flow's code)",
    "outbound.planned": "the calls of a message are committed, none is made yet (the operation)",
    "outbound.sending": "a call is marked as being sent, nothing has left yet (the call's key)",
    "outbound.sent": "the partner has answered, the answer is not recorded yet (the call's key)",
    "outbound.recorded": "the answer is recorded, the message is not settled yet (the call's key)",
    "outbound.looked_up": "the partner said what became of a call, not recorded yet (the call's key)",
    "poll.received": "a page of a look-up is in the ledger (the flow's code)",
    "poll.over": "a look-up is through, its end is not noted yet (the flow's code)",
    "stock.computed": "levels are computed and queued, not committed yet (the flow's code)",
    "reserve.reserved": "a slice of moves is reserved, not committed yet (the warehouse's code)",
}

_PATH = os.environ.get("INTEGRATION_FAILPOINTS", "")


class Failpoint(Exception):  # noqa: N818 - it stands for any exception
    """Raised by the action ``raise``."""


def reach(point, subjects):
    """Do what is armed for ``point`` and any of ``subjects``; normally nothing.

    :param point: name of the place, one of ``POINTS``
    :param subjects: texts that say what is at hand
    """
    if not _PATH:
        return
    for line in _armed():
        name, __, rest = line.partition(":")
        wanted, __, action = rest.rpartition(":")
        if name == point and any(wanted in subject for subject in subjects):
            _act(line, action)


def tally(path, line):
    """Where the strikes of a line are counted: one byte each.

    :param path: the armed file
    :param line: an armed line
    """
    return f"{path}.{hashlib.sha256(line.encode()).hexdigest()[:12]}"


def _armed():
    try:
        with open(_PATH, encoding="utf-8") as stream:
            return [line.strip() for line in stream if line.strip()]
    except FileNotFoundError:
        return []


def _act(line, action):
    action, __, limit = action.partition("*")
    if limit and _strike(line) > int(limit):
        return
    verb, __, seconds = action.partition("=")
    if verb == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if verb == "sleep":
        time.sleep(float(seconds))
        return
    raise Failpoint(f"armed: {line}")


def _strike(line):
    """Count one strike and say which it was; appending is atomic between processes."""
    handle = os.open(tally(_PATH, line), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, b"x")
        return os.lseek(handle, 0, os.SEEK_CUR)
    finally:
        os.close(handle)
