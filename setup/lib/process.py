"""Running other programs, with their output kept in a log that an error can point to."""

import contextlib
import ctypes
import os
import signal
import subprocess

from .errors import SetupError
from .paths import state_dir

PR_SET_PDEATHSIG = 1


def log_path(name):
    """Return the path of a log of the set-up.

    :param name: what is logged, without suffix.
    """
    return state_dir("logs") / f"{name}.log"


def run_logged(command, name, what, remedy, **options):
    """Run a program to its end, its output going to a log of its own.

    :param command: list of arguments.
    :param name: name of the log.
    :param what: what to say happened when it fails.
    :param remedy: what to do then.
    :param options: further options of `subprocess.run` (cwd, env, ...).
    :raises SetupError: when it cannot be started or its exit status is not 0.
    """
    log = log_path(name)
    with open(log, "w", encoding="utf-8") as stream:
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                check=False,
                # a killed set-up must not leave a writer behind that disturbs the next one
                preexec_fn=die_with_parent,
                **options,
            )
        except OSError as error:
            raise SetupError(f"{what}: {error}", remedy) from error
    if done.returncode:
        raise SetupError(f"{what} (exit status {done.returncode})", remedy, log)


def output_of(command, **options):
    """Run a program and return its standard output, or None when it fails or does not exist.

    :param command: list of arguments.
    :param options: further options of `subprocess.run`.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
            **options,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def die_with_parent():
    """Ask the kernel to stop this process when its parent dies; for `preexec_fn`, does nothing outside Linux.

    Without it a killed set-up or test run would leave servers behind.
    """
    with_kernel = getattr(ctypes.CDLL(None), "prctl", None)
    if with_kernel is not None:
        with_kernel(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def children_of(pid):
    """Return the ids of the direct children of a process, oldest first (Linux).

    :param pid: id of the parent.
    """
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stream:
                    # the second field is the name in brackets and may hold spaces
                    parent = int(stream.read().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            if parent == pid:
                found.append(int(entry))
    return sorted(found)


def commands_running():
    """Return the command lines of the processes of this machine, as far as they may be read (Linux)."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/cmdline", "rb") as stream:
                found.append(stream.read().replace(b"\0", b" ").decode(errors="replace"))
    return found
