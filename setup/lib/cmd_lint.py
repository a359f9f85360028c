"""`setup/lint`: the pre-commit hooks, over all files or the named ones."""

import os
import shutil
import subprocess

from .console import Steps, say
from .entry import guarded
from .environment import prepare_python
from .errors import SetupError
from .paths import REPO, cache_dir

NEEDS_NODE = ("prettier",)


def main(script, arguments):
    """Run the command.

    :param script: path of the command that was called; unused, the signature is that of all commands.
    :param arguments: files to check, by default all.
    """
    del script
    return guarded(_main, arguments)


def _main(arguments):
    if "-h" in arguments or "--help" in arguments:
        print("usage: setup/lint [FILE ...]\n\nRuns the hooks of .pre-commit-config.yaml, over all files by default.")
        return 0
    if not (REPO / ".git").exists():
        raise SetupError("pre-commit works on a git checkout only", "Clone the repository with git.")
    steps = Steps(3)
    _odoo, virtual = prepare_python(steps)
    skipped = [hook for hook in NEEDS_NODE if not (shutil.which("node") and shutil.which("npm"))]
    if skipped:
        say(f"node and npm are missing: skipping {', '.join(skipped)}")
    variables = {**os.environ, "PATH": f"{virtual.root / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    variables["PRE_COMMIT_HOME"] = str(cache_dir("pre-commit"))
    variables["SKIP"] = ",".join(filter(None, [os.environ.get("SKIP", ""), *skipped]))
    files = ["--files", *arguments] if arguments else ["--all-files"]
    with steps.step("pre-commit hooks"):
        shown = ["--show-diff-on-failure"] if os.environ.get("CI") else []
        command = [virtual.root / "bin/pre-commit", "run", *shown, *files]
        done = subprocess.run(command, cwd=REPO, env=variables, stdin=subprocess.DEVNULL, check=False)
    return done.returncode
