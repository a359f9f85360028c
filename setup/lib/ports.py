"""Ports of this machine that nobody uses."""

import socket


def free_port(preferred=0, taken=()):
    """Return a port that can be listened on now: the preferred one, or another if that is in use.

    :param preferred: the port one would like, 0 for any.
    :param taken: ports to leave alone although nobody listens there yet.
    """
    if preferred and preferred not in taken and _can_listen(preferred):
        return preferred
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in taken:
            return port


def _can_listen(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
