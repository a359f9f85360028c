"""The virtual environment: which Python, and what is installed into it."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from . import apt
from .errors import SetupError
from .files import MARKER, digest_of, is_complete, locked, mark_complete, remove_tree, write_atomic
from .paths import REPO, SETUP, cache_dir
from .process import commands_running, output_of, run_logged

OLDEST, NEWEST = (3, 10), (3, 13)
NO_PYTHON = "Install one of them, or name it with HUB_PYTHON=/path/to/python3."
NO_PIP = "Check the network and run the same command again; on Debian `apt install python3-venv` helps as well."
REQUIREMENTS = (
    REPO / "requirements.txt",
    SETUP / "requirements-odoo.txt",
    SETUP / "requirements-dev.txt",
    REPO / "sandbox/requirements.txt",
)
CONSTRAINTS = SETUP / "constraints.txt"
KEPT = 3
REEXECUTED = "HUB_REEXECUTED"
# wheels of Odoo addons name Odoo itself as a requirement, which is on no index: installed without dependencies
ADDON_PREFIX = "odoo-addon-"


@dataclass(frozen=True)
class Venv:
    """A complete virtual environment.

    :param root: its folder.
    :param key: short digest of what is in it.
    """

    root: Path
    key: str

    @property
    def python(self):
        """Path of its Python."""
        return self.root / "bin/python"


def prepare(odoo_key, python_path):
    """Return the environment for an Odoo, made if need be; an interrupted one is continued.

    :param odoo_key: digest of the Odoo it is for.
    :param python_path: folder that holds the package `odoo`.
    :raises SetupError: when no Python fits or an installation fails.
    """
    python, version = find_python()
    texts = [path.read_text(encoding="utf-8") for path in (*REQUIREMENTS, CONSTRAINTS)]
    key = digest_of(python, version, odoo_key, *texts)
    root = cache_dir("venv") / key
    with locked(cache_dir("venv") / "lock"):
        if not is_complete(root):
            _create(python, root)
            _install(root / "bin/python")
            link_odoo(root / "bin/python", python_path)
            mark_complete(root)
            _prune(keep=root)
        else:
            os.utime(root / MARKER)  # when it was last used
    return Venv(root, key)


def find_python():
    """Return (path, version text) of a Python that Odoo 19 runs on, preferring the one running now.

    :raises SetupError: when there is none.
    """
    given = os.environ.get("HUB_PYTHON")
    names = [given] if given else [sys.executable, *(f"python3.{minor}" for minor in (11, 12, 13, 10))]
    for name in names:
        path = shutil.which(name)
        code = "import platform; print(platform.python_version())"
        version = output_of([path, "-c", code]) if path else None
        if version and OLDEST <= tuple(int(part) for part in version.split(".")[:2]) <= NEWEST:
            # resolved, so that a Python inside an environment counts as the one the environment was made from
            return os.path.realpath(path), version.strip()
    wanted = f"Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    raise SetupError(f"no {wanted} found (tried {', '.join(names)})", NO_PYTHON)


def split_requirements(text):
    """Return (ordinary, addons): the requirement lines of a file, wheels of Odoo addons apart.

    :param text: content of a requirements file.
    """
    lines = [line.split(" #")[0].strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    addons = [line for line in lines if line.startswith(ADDON_PREFIX)]
    return [line for line in lines if line not in addons], addons


def link_odoo(python, python_path):
    """Make `import odoo` find an Odoo outside the environment.

    :param python: Python of the environment.
    :param python_path: folder that holds the package `odoo`.
    """
    site = output_of([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    write_atomic(Path(site.strip()) / "odoo-source.pth", f"{python_path}\n")


def _create(python, root):
    """Plain Debian has the venv module without pip in it; pip's own wheel is then fetched with apt."""
    if (root / "bin/python").exists() and output_of([root / "bin/python", "-m", "pip", "--version"]):
        return
    remove_tree(root)
    has_pip = output_of([python, "-c", "import ensurepip"]) is not None
    options = [] if has_pip else ["--without-pip"]
    what = "the virtual environment could not be made"
    run_logged([python, "-m", "venv", *options, str(root)], "venv", what, "Install Debian's python3-venv.")
    if not has_pip:
        wheel = _wheel_of_pip()
        run_logged(
            [root / "bin/python", f"{wheel}/pip", "install", "--no-index", str(wheel)],
            "venv-pip",
            "pip could not be installed",
            NO_PIP,
        )


def _prune(keep):
    """Remove the environments that were not used for longest: each change of a requirement makes a new one."""
    found = [path.parent for path in keep.parent.glob(f"*/{MARKER}") if path.parent != keep]
    commands = "\n".join(commands_running())
    for root in sorted(found, key=lambda root: -(root / MARKER).stat().st_mtime)[KEPT - 1 :]:
        if str(root) not in commands:
            remove_tree(root)


def _wheel_of_pip():
    """Return the wheel of pip that Debian ships for other environments."""
    folder = cache_dir("pip-wheel")
    apt.unpack(apt.Apt().open().fetch(["python3-pip-whl/sid"]), folder)
    wheels = sorted(folder.rglob("pip-*.whl"))
    if not wheels:
        raise SetupError("Debian's package python3-pip-whl holds no pip", NO_PIP)
    return wheels[-1]


def _install(python):
    ordinary, addons = [], []
    for path in REQUIREMENTS:
        plain, wheels = split_requirements(path.read_text(encoding="utf-8"))
        ordinary += plain
        addons += wheels
    what, retry = "the Python packages could not be installed", "Check the network and run the same command again."
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "-c", str(CONSTRAINTS)]
    run_logged([*pip, *ordinary], "pip", what, retry)
    run_logged([*pip, "--no-deps", *addons], "pip-addons", what, retry)


def inside(venv):
    """Tell whether this process already runs in that environment.

    :param venv: a `Venv`.
    """
    return Path(sys.prefix).resolve() == venv.root.resolve()


def reexec(venv, script, arguments):
    """Replace this process by the same command inside the environment.

    :param venv: a `Venv`.
    :param script: path of the command.
    :param arguments: its arguments.
    :raises SetupError: when that was done before and did not lead into the environment.
    """
    if os.environ.get(REEXECUTED):
        raise SetupError(f"{sys.executable} does not run inside {venv.root}", f"Remove {venv.root} and try again.")
    os.environ[REEXECUTED] = "1"
    os.environ["VIRTUAL_ENV"] = str(venv.root)
    os.environ["PATH"] = f"{venv.root / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(str(venv.python), [str(venv.python), str(script), *arguments])
