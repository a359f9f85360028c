"""Where things are: the repository, the cache (safe to delete) and the run-time state."""

import os
from pathlib import Path

PROJECT = "integration-hub"
REPO = Path(__file__).resolve().parents[2]
ADDONS = REPO / "addons"
SETUP = REPO / "setup"


def cache_dir(*parts):
    """Return a folder of the cache, created if need be: `$XDG_CACHE_HOME/<project>/...`.

    :param parts: names below the project's cache folder.
    """
    return _ensure(_base("XDG_CACHE_HOME", ".cache"), parts)


def state_dir(*parts):
    """Return a folder of the run-time state, created if need be: `$XDG_STATE_HOME/<project>/...`.

    :param parts: names below the project's state folder.
    """
    return _ensure(_base("XDG_STATE_HOME", ".local/state"), parts)


def _base(variable, default):
    """The XDG rules: the variable counts only when it holds an absolute path."""
    value = os.environ.get(variable, "")
    return Path(value) if os.path.isabs(value) else Path.home() / default


def _ensure(base, parts):
    folder = base.joinpath(PROJECT, *parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
