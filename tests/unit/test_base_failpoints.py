"""Failpoints do nothing unless the environment armed them when the process started."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "addons" / "connector_base" / "failpoints.py"


def load():
    """The module as a starting process sees it."""
    spec = importlib.util.spec_from_file_location("failpoints_under_test", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def armed(tmp_path, monkeypatch):
    """A file that the environment names."""
    path = tmp_path / "points"
    monkeypatch.setenv("INTEGRATION_FAILPOINTS", str(path))
    return path


def test_nothing_happens_without_the_variable(tmp_path, monkeypatch):
    monkeypatch.delenv("INTEGRATION_FAILPOINTS", raising=False)
    module = load()
    monkeypatch.setenv("INTEGRATION_FAILPOINTS", str(tmp_path))
    module.reach("inbound.apply", ["gid://shopify/Order/1"])


def test_nothing_happens_at_other_points_and_subjects(armed):
    armed.write_text("inbound.apply:Order/1:raise\n")
    module = load()
    module.reach("outbound.sent", ["gid://shopify/Order/1"])
    module.reach("inbound.apply", ["gid://shopify/Order/2"])


def test_an_armed_point_raises_for_its_subject(armed):
    module = load()
    armed.write_text("inbound.apply:gid://shopify/Order/1:raise\n")
    with pytest.raises(module.Failpoint):
        module.reach("inbound.apply", ["other", "gid://shopify/Order/17"])
    armed.unlink()
    module.reach("inbound.apply", ["gid://shopify/Order/17"])


def test_kill_ends_the_process_as_a_crash_does(armed):
    armed.write_text("inbound.apply::kill\n")
    program = (
        "import importlib.util, sys; "
        "spec = importlib.util.spec_from_file_location('f', sys.argv[1]); "
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module); "
        "module.reach('inbound.apply', ['x'])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(SOURCE)], check=False)
    assert done.returncode == -signal.SIGKILL
