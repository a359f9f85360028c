"""The browser for tests of the web client: the machine's own, or Debian's unpacked into the cache."""

import os
import shlex
import shutil

from . import apt
from .errors import SetupError
from .files import digest_of, is_complete, locked, mark_complete, remove_tree, write_atomic
from .paths import cache_dir
from .process import run_logged

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WRAPPER = "run-chromium"
PROGRAM = "usr/lib/chromium/chromium"
#: beside sandbox and GPU, which containers lack: nothing that would call home
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <include ignore_missing="yes">{prefix}/etc/fonts/conf.d</include>
  <dir>{prefix}/usr/share/fonts</dir>
  <cachedir>{prefix}/var/cache/fontconfig</cachedir>
</fontconfig>
"""


def find():
    """Return the path of a Chromium, or None; `HUB_BROWSER` names one."""
    given = os.environ.get("HUB_BROWSER")
    if given:
        return given
    own = next((path for path in map(shutil.which, NAMES) if path), None)
    return own or _fetched()


def provide(tell):
    """Return the path of a Chromium, fetched if the machine has none; None, having said why, if it cannot be had.

    :param tell: called with lines for the person waiting.
    """
    try:
        with locked(cache_dir("browser") / "lock"):
            return find() or _fetch(tell)
    except SetupError as error:
        tell(f"no Chromium: {error}. Tests that need a browser will be skipped. {error.remedy}")
        return None


def library_folders(prefix):
    """Return the folders below an unpacked prefix that hold shared libraries, those of the program itself aside.

    :param prefix: the prefix.
    """
    own = (prefix / PROGRAM).parent
    found = {path.parent for base in ("lib", "usr/lib") for path in (prefix / base).rglob("lib*.so*")}
    return sorted(folder for folder in found if own != folder and own not in folder.parents)


def wrapper_text(prefix, folders):
    """Return the shell script that runs an unpacked Chromium with the libraries that came with it.

    :param prefix: where it was unpacked.
    :param folders: folders with libraries.
    """
    libraries = ":".join(str(folder) for folder in folders)
    return "\n".join(
        (
            "#!/bin/sh",
            f"LD_LIBRARY_PATH={shlex.quote(libraries)}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}",
            f"FONTCONFIG_FILE={shlex.quote(str(prefix / 'fonts.conf'))}",
            "export LD_LIBRARY_PATH FONTCONFIG_FILE",
            f'exec {shlex.quote(str(prefix / PROGRAM))} "$@"',
            "",
        )
    )


def _fetched():
    """Return the path of the Chromium that was fetched before, or None."""
    pointer = cache_dir("browser") / "current"
    if not pointer.exists():
        return None
    prefix = cache_dir("browser") / pointer.read_text(encoding="utf-8").strip()
    return str(prefix / WRAPPER) if is_complete(prefix) else None


def _fetch(tell):
    """Download and unpack what the machine lacks; the prefix is named by the packages' checksums."""
    tell("looking for Chromium in the machine's Debian archives")
    archive = apt.MachineApt().open()
    packages = archive.missing_for("chromium")
    tell(f"downloading Chromium (about 110 MB, {len(packages)} packages)")
    files = archive.fetch(packages)
    prefix = cache_dir("browser") / digest_of(*sorted(files.values()))
    if not is_complete(prefix):
        remove_tree(prefix)
        prefix.mkdir()
        apt.unpack(files, prefix)
        _make_runnable(prefix)
        mark_complete(prefix)
    write_atomic(cache_dir("browser") / "current", prefix.name)
    return str(prefix / WRAPPER)


def _make_runnable(prefix):
    """Write the wrapper and see that it starts.

    :raises SetupError: when it does not.
    """
    write_atomic(prefix / "fonts.conf", FONTS.format(prefix=prefix))
    wrapper = prefix / WRAPPER
    write_atomic(wrapper, wrapper_text(prefix, library_folders(prefix)), mode=0o755)
    run_logged([str(wrapper), "--version"], "chromium", "Debian's Chromium does not start here", apt.NO_BROWSER)
