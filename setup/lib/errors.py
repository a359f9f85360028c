"""The one error of the set-up: what happened, and what to do about it."""


class SetupError(Exception):
    """A step failed in a way that the person at the terminal can act on.

    :param what: what happened, in one sentence.
    :param remedy: what to do now.
    :param log: path of a log file whose end helps to understand, or None.
    """

    def __init__(self, what, remedy, log=None):
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.log = log

    def report(self, lines=15):
        """Return the text to show: the end of the log if there is one, what happened, what to do.

        :param lines: how many lines of the log to show at most.
        """
        parts = []
        tail = tail_of(self.log, lines)
        if tail:
            parts.append(f"--- end of {self.log}\n{tail}\n---")
        parts.append(f"Failed: {self.what}")
        parts.append(f"To do:  {self.remedy}")
        return "\n".join(parts)


def tail_of(path, lines):
    """Return the last lines of a text file, or an empty string when it cannot be read.

    :param path: path of the file or None.
    :param lines: how many lines at most.
    """
    if path is None:
        return ""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return "".join(stream.readlines()[-lines:]).rstrip()
    except OSError:
        return ""
