"""The frame around every command: errors told plainly, the exit status, the end of PostgreSQL."""

import contextlib
import signal
import sys

from .console import Steps, say
from .database import Databases
from .environment import enter
from .errors import SetupError
from .postgres import Embedded


@contextlib.contextmanager
def opened(total, script, arguments):
    """Give (environment, steps) for the length of a `with` block.

    :param total: how many numbered steps the command has, the three of the environment included.
    :param script: path of the command that was called.
    :param arguments: its arguments.
    :raises SetupError: when the environment cannot be made.
    """
    steps = Steps(total)
    environment = enter(steps, script, arguments)
    try:
        if isinstance(environment.postgres, Embedded):
            Databases(environment).sweep()
        yield environment, steps
    finally:
        environment.close()


def guarded(body, *arguments):
    """Call a command's body and return its exit status; tells what failed and what to do.

    :param body: returns an exit status.
    :param arguments: its arguments.
    """
    signal.signal(signal.SIGTERM, _stop)
    try:
        return body(*arguments)
    except SetupError as error:
        say(error.report())
        return 1
    except KeyboardInterrupt:
        say("stopped; the same command goes on where this one was")
        return 130


def _stop(_number, _frame):
    """A polite kill ends like Ctrl-C, so that servers are stopped."""
    raise KeyboardInterrupt


def check_python():
    """End the process with a plain message on a Python that is too old for the set-up itself."""
    if sys.version_info < (3, 10):  # noqa: UP036 - the one place that must run on an older one
        sys.exit("Python 3.10 or later is needed to run this; install it or call it with python3.x in front.")
