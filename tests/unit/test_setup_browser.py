"""Where the browser of the tests comes from, and how an unpacked one is run."""

import subprocess

import pytest

from setup.lib import apt, browser
from setup.lib.errors import SetupError

SIMULATION = """\
Reading package lists...
The following NEW packages will be installed:
  chromium chromium-common libminizip1
Inst libc6 [2.36-9] (2.36-10 Debian:12.13/oldstable [amd64])
Inst libminizip1 (1.1-8+deb12u1 Debian:12.13/oldstable [amd64])
Inst libsystemd0 [252.38-1~deb12u1] (252.39-1~deb12u2 Debian:12.13/oldstable [amd64]) [systemd:amd64 ]
Inst chromium (150.0.7871.100-1~deb12u1 Debian-Security:12/oldstable-security [amd64])
Conf chromium (150.0.7871.100-1~deb12u1 Debian-Security:12/oldstable-security [amd64])
"""


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without any browser, and with an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("HUB_BROWSER", raising=False)
    return tmp_path


def test_what_is_missing_is_read_from_the_simulation_but_never_the_c_library():
    assert apt.parse_simulation(SIMULATION) == [
        "libminizip1=1.1-8+deb12u1",
        "libsystemd0=252.39-1~deb12u2",
        "chromium=150.0.7871.100-1~deb12u1",
    ]


def test_nothing_is_missing_when_the_simulation_installs_nothing():
    assert apt.parse_simulation("chromium is already the newest version.\n") == []


def test_the_named_browser_wins(bare, monkeypatch):
    monkeypatch.setenv("HUB_BROWSER", "/somewhere/chromium")
    assert browser.find() == "/somewhere/chromium"


def test_the_machines_own_browser_is_found_on_the_path(bare):
    program = bare / "chromium-browser"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    assert browser.find() == str(program)


def test_without_apt_it_is_said_plainly_and_nothing_is_found(bare):
    said = []
    assert browser.find() is None
    assert browser.provide(said.append) is None
    assert "will be skipped" in said[-1]
    assert "HUB_BROWSER" in said[-1]


def test_a_fetched_browser_is_found_again_only_when_complete(bare):
    home = browser.cache_dir("browser")
    prefix = home / "abc"
    prefix.mkdir()
    (home / "current").write_text("abc", encoding="utf-8")
    assert browser.find() is None
    browser.mark_complete(prefix)
    assert browser.find() == str(prefix / browser.WRAPPER)


def test_libraries_are_searched_but_not_those_beside_the_program(tmp_path):
    for name in ("usr/lib/x/libone.so.1", "lib/x/libtwo.so", "usr/lib/chromium/libEGL.so", "usr/share/x/libno.so"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert browser.library_folders(tmp_path) == [tmp_path / "lib/x", tmp_path / "usr/lib/x"]


def test_the_wrapper_runs_the_program_with_its_libraries_and_all_arguments(tmp_path, monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/before")
    prefix = tmp_path / "with space"
    program = prefix / browser.PROGRAM
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$LD_LIBRARY_PATH|$FONTCONFIG_FILE|$1|$2"\n', encoding="utf-8")
    program.chmod(0o755)
    wrapper = tmp_path / "run"
    wrapper.write_text(browser.wrapper_text(prefix, [prefix / "usr/lib/x"]), encoding="utf-8")
    shown = subprocess.run(["/bin/sh", wrapper, "--a b", "c"], capture_output=True, text=True, check=True).stdout
    assert shown == f"{prefix}/usr/lib/x:/before|{prefix}/fonts.conf|--a b|c\n"


def test_a_browser_that_does_not_start_is_refused(bare):
    prefix = bare / "prefix"
    program = prefix / browser.PROGRAM
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(SetupError, match="does not start"):
        browser._make_runnable(prefix)
