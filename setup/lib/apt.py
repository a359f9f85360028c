"""Debian packages without root: looked up and fetched with apt, in lists of our own, never installed.

The mirror is the one the machine already uses; no host is written down here. `HUB_DEBIAN_MIRROR` names one
where the machine's own sources hold no Debian archive (Ubuntu, for example).
"""

import contextlib
import http.client
import os
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

from .errors import SetupError
from .files import sha256_of, write_atomic
from .paths import cache_dir
from .process import log_path, output_of, run_logged

KEYRINGS = ("/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp")
FONT_SUITES = ("bookworm", "trixie")  # proven to hold Font Awesome 4.7, which Odoo's icons need
PARTIAL_CONTENT = 206
HELPER = "/usr/lib/apt/apt-helper"
NO_ODOO = (
    "Name an existing Odoo 19 (source checkout or installation) with ODOO_HOME=/path/to/odoo, "
    "or a Debian mirror with HUB_DEBIAN_MIRROR=http://..., then run the same command again."
)
NO_BROWSER = "Install a Chromium, or name one with HUB_BROWSER=/path/to/chromium, then run the same command again."
DIST_LINE = re.compile(r"^'(?P<uri>[^']+/)dists/(?P<suite>[^/']+)/main/", re.M)
INST_LINE = re.compile(r"^Inst (?P<name>\S+) (?:\[[^]]*\] )?\((?P<version>\S+) ", re.M)
LOADER = ("libc6", "libc-bin")  # a second C library under the machine's own loader starts nothing
URI_LINE = re.compile(r"^'(?P<uri>[^']+)' (?P<name>\S+) (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})", re.M)


def candidate_mirrors(targets, update_uris):
    """Return the Debian archives that this machine's apt knows, likeliest first, as (uri, codename).

    Where apt has lists it knows each archive's origin and third parties are left out. Where it never had any
    (a fresh container) every archive with a `main` component is a candidate: the first that holds sid, signed
    by Debian, will win.

    :param targets: lines `origin|uri|suite|codename|component` of `apt-get indextargets`.
    :param update_uris: what `apt-get update --print-uris` prints.
    """
    found = []
    for line in targets.splitlines():
        fields = line.split("|")
        if len(fields) == 5 and fields[0] == "Debian" and fields[4] == "main":
            found.append((fields[1], fields[3]))
    found += [(match["uri"], match["suite"]) for match in DIST_LINE.finditer(update_uris)]
    side = re.compile(r"security|-updates|-backports|-proposed")
    return list(dict.fromkeys((uri, code) for uri, code in found if not side.search(f"{uri} {code}")))


def font_suite(codename):
    """Return the release to take the older fonts from.

    :param codename: codename of the machine's own release.
    """
    return codename if codename in FONT_SUITES else FONT_SUITES[-1]


def parse_uris(text):
    """Return {file name: (address, sha256)} out of `apt-get download --print-uris`."""
    return {match["name"]: (match["uri"], match["sha256"]) for match in URI_LINE.finditer(text)}


def parse_simulation(text):
    """Return [`name=version`] of what `apt-get install --simulate` would put on the machine.

    :param text: its output.
    """
    return [f"{match['name']}={match['version']}" for match in INST_LINE.finditer(text) if match["name"] not in LOADER]


class Apt:
    """Packages of sid and of one stable release, seen through private lists.

    :raises SetupError: when there is no apt or no Debian archive within reach.
    """

    folder = "apt"
    wanted = "Odoo 19"
    remedy = NO_ODOO

    def __init__(self):
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            raise SetupError(f"this machine has no apt, so {self.wanted} cannot be fetched from Debian", self.remedy)
        self.root = cache_dir(self.folder)
        self.stable = None
        for folder in ("lists/partial", "cache/archives/partial", "preferences.d"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / "status").touch()

    def open(self):
        """Fetch the lists of the first archive that holds sid; returns self.

        :raises SetupError: when none does.
        """
        for uri, codename in self._mirrors():
            self.stable = font_suite(codename)
            keyring = next((path for path in KEYRINGS if os.path.exists(path)), None)
            signed = f"[signed-by={keyring}] " if keyring else ""
            lines = [f"deb {signed}{uri} {name} main\n" for name in ("sid", self.stable)]
            write_atomic(self.root / "sources.list", "".join(lines))
            self._update()
            if self.files_of(["libjs-jquery/sid"]):
                return self
        raise SetupError("no Debian archive with the suite sid could be read", NO_ODOO, log_path("apt-update"))

    def _update(self):
        """Fetch the lists; a clean-up hook of the machine may fail without root: what counts is what is found."""
        with open(log_path("apt-update"), "w", encoding="utf-8") as log:
            subprocess.run(
                self._command("update"), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False
            )

    def files_of(self, packages):
        """Return {file name: (address, sha256)} for packages as apt writes them, {} if any is unknown.

        :param packages: `name/release` or `name=version`.
        """
        text = output_of(self._command("download", "--print-uris", *packages))
        return parse_uris(text) if text else {}

    def fetch(self, packages):
        """Download packages, resuming what an interrupted run left; returns {path: sha256}.

        :param packages: names as for `files_of`.
        :raises SetupError: when a package is unknown, the download fails or a checksum is wrong.
        """
        wanted = self.files_of(packages)
        if not wanted:
            raise SetupError(f"the archive does not hold all of {', '.join(packages)}", self.remedy)
        folder = cache_dir("downloads")
        for name, (uri, sha256) in wanted.items():
            if not (folder / name).exists():
                partial = cache_dir("downloads", "partial") / name
                self._download(uri, partial, sha256)
                os.replace(partial, folder / name)
        return {folder / name: sha256 for name, (_uri, sha256) in wanted.items()}

    def _download(self, uri, partial, sha256):
        """Fetch one file through apt, which knows the machine's proxies and checks the checksum."""
        retry = "Check the network and run the same command again: the download resumes where it stopped."
        what = f"{partial.name} could not be downloaded"
        if partial.exists():
            _resume(partial, uri)
            if sha256_of(partial) == sha256:
                return
            partial.unlink()
        command = [HELPER, *self._options(), "download-file", uri, partial, f"SHA256:{sha256}"]
        run_logged(command, "download", what, retry)

    def _mirrors(self):
        given = os.environ.get("HUB_DEBIAN_MIRROR")
        if given:
            return [(given, "")]
        form = "$(ORIGIN)|$(REPO_URI)|$(SUITE)|$(CODENAME)|$(COMPONENT)"
        targets = output_of(["apt-get", "indextargets", "--format", form, "Created-By: Packages"])
        return candidate_mirrors(targets or "", output_of(["apt-get", "update", "--print-uris"]) or "")

    def _command(self, *arguments):
        return ["apt-get", "-q", *self._options(), *arguments]

    def _options(self):
        """Folders of our own; the machine's proxies and certificates stay in force."""
        options = {
            "Dir::Etc::SourceList": self.root / "sources.list",
            "Dir::Etc::SourceParts": "-",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": self.root / "preferences.d",
            "Dir::State": self.root,
            "Dir::State::Lists": self.root / "lists",
            "Dir::State::status": self.root / "status",
            "Dir::Cache": self.root / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        return _as_arguments(options)


class MachineApt(Apt):
    """Packages of the machine's own release, and only what the machine lacks; its own lists stay untouched.

    :raises SetupError: when there is no apt.
    """

    folder = "apt-machine"
    wanted = "Chromium"
    remedy = NO_BROWSER

    def open(self):
        """Fetch lists from wherever the machine gets its packages; returns self."""
        self._update()
        return self

    def missing_for(self, package):
        """Return [`name=version`] of what the machine lacks to have a package, the package included.

        :param package: its name.
        :raises SetupError: when the machine's archives do not hold it, or not all that it needs.
        """
        command = self._command("install", "--simulate", "--no-install-recommends", package)
        found = parse_simulation(output_of(command) or "")
        if not any(entry.startswith(f"{package}=") for entry in found):
            raise SetupError(
                f"this machine's Debian archives do not offer {package}", self.remedy, log_path("apt-update")
            )
        return found

    def _options(self):
        """The machine's sources and what it has installed, lists and downloads of our own."""
        options = {
            "Dir::State::Lists": self.root / "lists",
            "Dir::Cache": self.root / "cache",
            "Debug::NoLocking": "1",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        return _as_arguments(options)


def _as_arguments(options):
    """Return options of apt as arguments of a command line."""
    if os.geteuid() == 0:
        # apt would drop to a user that cannot enter root's cache
        options = {**options, "APT::Sandbox::User": "root"}
    return [part for key, value in options.items() for part in ("-o", f"{key}={value}")]


def _resume(partial, uri):
    """Fetch what a killed download lacks; apt itself resumes only what it was allowed to end in order.

    Does nothing when the server cannot be asked: the checksum decides, and apt starts anew.
    """
    wanted = urllib.request.Request(uri, headers={"Range": f"bytes={partial.stat().st_size}-"})
    with (
        contextlib.suppress(OSError, http.client.HTTPException),
        urllib.request.urlopen(wanted, timeout=60) as answer,
        open(partial, "ab") as stream,
    ):
        if answer.status == PARTIAL_CONTENT:
            shutil.copyfileobj(answer, stream)


def unpack(packages, target):
    """Unpack package files into a private prefix.

    :param packages: paths of .deb files.
    :param target: the prefix.
    :raises SetupError: when one cannot be unpacked.
    """
    for path in packages:
        run_logged(
            ["dpkg-deb", "-x", str(path), str(target)],
            "unpack",
            f"{Path(path).name} could not be unpacked",
            f"Check the free disk space, delete {path} and run the same command again.",
        )
