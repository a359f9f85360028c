"""What the person at the terminal sees: numbered steps with their time, on standard error."""

import contextlib
import os
import sys
import threading
import time

BEGUN, NUMBER = "HUB_STEPS_BEGUN", "HUB_STEPS_NUMBER"  # how the count goes on in a process that replaces this one
SILENCE = 20  # seconds without news after which a running step says that it still runs


class Steps:
    """Prints numbered steps and how long each took.

    :param total: how many steps there will be.
    """

    def __init__(self, total):
        self.total = total
        self.number = int(os.environ.pop(NUMBER, 0))
        self.begun = float(os.environ.pop(BEGUN, time.time()))

    @contextlib.contextmanager
    def step(self, title, quiet=False):
        """Show a step for the length of a `with` block; the block gets a function to tell details with.

        :param title: what the step does.
        :param quiet: leave out the news of a long step, because the step itself prints.
        """
        self.number += 1
        head = f"[{self.number}/{self.total}]"
        say(f"{head} {title}")
        begun = time.monotonic()
        done = threading.Event()
        if not quiet:
            threading.Thread(target=_keep_telling, args=(head, begun, done), daemon=True).start()
        try:
            yield lambda detail: say(f"      {detail}")
        except BaseException:
            say(f"{head} failed after {time.monotonic() - begun:.1f} s")
            raise
        finally:
            done.set()
        say(f"{head} done in {time.monotonic() - begun:.1f} s")

    def elapsed(self):
        """Return the seconds since the first step was announced."""
        return time.time() - self.begun

    def hand_over(self):
        """Leave the count in the environment for a process that replaces this one."""
        os.environ[NUMBER] = str(self.number)
        os.environ[BEGUN] = str(self.begun)


def say(text):
    """Print a line for people, on standard error, so that standard output stays for results."""
    print(text, file=sys.stderr, flush=True)


def _keep_telling(head, begun, done):
    while not done.wait(SILENCE):
        say(f"{head} still at it, {time.monotonic() - begun:.0f} s")
