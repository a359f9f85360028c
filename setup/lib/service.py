"""A program that runs beside us until it is stopped: Odoo, a sandbox."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

from .errors import SetupError
from .process import die_with_parent


class Service:
    """One program in a process group of its own, with its output in a log.

    :param name: what people call it.
    :param log: path of the log; the program's output is appended.
    """

    def __init__(self, name, log):
        self.name = name
        self.log = log
        self.process = None

    @property
    def pid(self):
        """Process id of the program, or None when it was not started."""
        return self.process.pid if self.process else None

    def is_running(self):
        """Tell whether the program runs."""
        return self.process is not None and self.process.poll() is None

    def launch(self, command, **options):
        """Start the program; it is stopped by the kernel if this process dies.

        :param command: list of arguments.
        :param options: further options of `subprocess.Popen` (cwd, env, stdout).
        :raises SetupError: when it cannot be started.
        """
        with open(self.log, "ab") as stream:
            try:
                self.process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stderr=stream,
                    start_new_session=True,
                    preexec_fn=die_with_parent,
                    **{"stdout": stream, **options},
                )
            except OSError as error:
                raise SetupError(f"{self.name} cannot be started: {error}", "See the message.") from error

    def wait_until(self, ready, seconds):
        """Wait until a condition holds.

        :param ready: function without arguments, true when the program is ready.
        :param seconds: how long to wait at most.
        :raises SetupError: when the program ends before, or the time is over.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.is_running():
                code = self.process.returncode if self.process else None
                raise SetupError(f"{self.name} ended at once (exit status {code})", f"See {self.log}.", self.log)
            if time.monotonic() > deadline:
                raise SetupError(f"{self.name} was not ready within {seconds} s", f"See {self.log}.", self.log)
            time.sleep(0.1)

    def stop(self, seconds=20):
        """Stop the program politely, then by force, with all processes of its group.

        :param seconds: how long it may take to end by itself.
        """
        if self.is_running():
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.kill()

    def kill(self):
        """End the program and all processes of its group at once, as a power cut would."""
        if self.process is None:
            return
        group = self.process.pid
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self.process.wait()
        self._wait_for_group(group)
        if self.process.stdout:
            self.process.stdout.close()
        self.process = None

    @staticmethod
    def _wait_for_group(group, seconds=5):
        """Its workers end a moment later, and hold its port until then."""
        deadline = time.monotonic() + seconds
        with contextlib.suppress(ProcessLookupError, PermissionError):
            while time.monotonic() < deadline:
                os.killpg(group, 0)
                time.sleep(0.02)


def answers(url, seconds=30):
    """Tell whether a URL gives status 200.

    :param url: the address.
    :param seconds: how long to wait for the answer.
    """
    # a proxy of the environment must not be asked for an address of this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=seconds) as response:
            return response.status == 200
    except (OSError, urllib.error.URLError):
        return False
