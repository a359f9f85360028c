"""Odoo 19 itself: an existing one named by `ODOO_HOME`, or Debian's package unpacked into the cache."""

import ast
import os
from dataclasses import dataclass
from pathlib import Path

from . import apt
from .errors import SetupError
from .files import digest_of, is_complete, locked, mark_complete, remove_tree, sha256_of, write_atomic
from .paths import cache_dir

SERIES = (19, 0)
# the package links its fonts and three JavaScript files to these
FROM_SID = (
    "odoo-19",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-ocr-b",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
# sid's Font Awesome 7 has other paths and breaks every icon
FROM_STABLE = ("fonts-font-awesome", "fonts-inconsolata")


@dataclass(frozen=True)
class OdooSource:
    """An Odoo 19 that can be run.

    :param python_path: folder to put on Python's path, so that `import odoo` works.
    :param script: the start script (workers re-run it, so `python -m odoo` will not do).
    :param addons_paths: further folders with addons of Odoo.
    :param key: short digest that changes when this Odoo changes.
    """

    python_path: Path
    script: Path
    addons_paths: tuple
    key: str


def find_odoo(tell):
    """Return the Odoo to use, fetching it if need be.

    :param tell: called with lines for the person waiting.
    :raises SetupError: when `ODOO_HOME` is not an Odoo 19, or Odoo cannot be fetched.
    """
    home = os.environ.get("ODOO_HOME")
    if home:
        return from_home(Path(home).expanduser())
    with locked(cache_dir("odoo") / "lock"):
        prefix = _current_prefix()
        if prefix is None:
            prefix = _fetch(tell)
    return _source(prefix / "usr/lib/python3/dist-packages", prefix / "usr/bin/odoo", (), prefix.name)


def from_home(home):
    """Return the Odoo below a folder: a source checkout, or the site folder or prefix of an installation.

    :param home: the folder.
    :raises SetupError: when it holds no Odoo 19.
    """
    for base in (home, home / "usr/lib/python3/dist-packages", home / "lib/python3/dist-packages"):
        release = base / "odoo/release.py"
        if release.exists():
            if series_of(release.read_text(encoding="utf-8")) != SERIES:
                raise SetupError(f"ODOO_HOME={home} is not Odoo 19.0", "Name an Odoo 19.0, or unset ODOO_HOME.")
            scripts = (base / "odoo-bin", base.joinpath("../../../bin/odoo"))
            script = next((path for path in scripts if path.exists()), None)
            if script:
                addons = tuple(path for path in (base / "addons",) if (path / "web").is_dir())
                return _source(base, script, addons, digest_of(home.resolve(), sha256_of(release)))
    raise SetupError(
        f"ODOO_HOME={home} holds no Odoo (odoo/release.py and odoo-bin or bin/odoo)",
        "Name the folder of an Odoo 19 source checkout, or unset ODOO_HOME.",
    )


def series_of(release_text):
    """Return (major, minor) from the text of Odoo's release.py, or None.

    :param release_text: content of the file.
    """
    for line in release_text.splitlines():
        if line.startswith("version_info"):
            head = line.partition("=")[2].strip().strip("(").split(",")[:2]
            try:
                return tuple(ast.literal_eval(part.strip()) for part in head)
            except (ValueError, SyntaxError):
                return None
    return None


def dangling_links(folder):
    """Return the symbolic links below a folder whose target is missing.

    :param folder: the top folder.
    """
    return [
        os.path.join(base, name)
        for base, folders, files in os.walk(folder)
        for name in folders + files
        if os.path.islink(os.path.join(base, name)) and not os.path.exists(os.path.join(base, name))
    ]


def _source(python_path, script, addons_paths, key):
    return OdooSource(python_path, script, addons_paths, key)


def _current_prefix():
    pointer = cache_dir("odoo") / "current"
    if not pointer.exists():
        return None
    prefix = cache_dir("odoo") / pointer.read_text(encoding="utf-8").strip()
    return prefix if is_complete(prefix) else None


def _fetch(tell):
    """Download and unpack; the prefix is named by the packages' checksums and known only once it is complete."""
    tell("reading the package lists of the machine's Debian mirror")
    archive = apt.Apt().open()
    packages = [f"{name}/sid" for name in FROM_SID] + [f"{name}/{archive.stable}" for name in FROM_STABLE]
    tell("downloading Odoo 19 and its fonts (about 135 MB)")
    files = archive.fetch(packages)
    prefix = cache_dir("odoo") / digest_of(*sorted(files.values()))
    if not is_complete(prefix):
        tell("unpacking (about 1.1 GB)")
        remove_tree(prefix)
        prefix.mkdir()
        apt.unpack(files, prefix)
        broken = dangling_links(prefix / "usr/lib/python3/dist-packages/odoo")
        if broken:
            raise SetupError(
                f"the unpacked Odoo lacks the target of {len(broken)} links, such as {broken[0]}",
                "The Debian package has changed: name another Odoo 19 with ODOO_HOME=/path/to/odoo.",
            )
        mark_complete(prefix)
    write_atomic(cache_dir("odoo") / "current", prefix.name)
    return prefix
