"""Failpoints do nothing unless the environment armed them when the process started."""

from __future__ import annotations

import importlib.util
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ADDONS = Path(__file__).parents[2] / "addons"
SOURCE = ADDONS / "connector_base" / "failpoints.py"


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


def test_a_limited_point_strikes_so_often_and_counts_it(armed):
    module = load()
    line = "drain.worked:order.in:raise*2"
    armed.write_text(line + "\n")
    for __ in range(2):
        with pytest.raises(module.Failpoint):
            module.reach("drain.worked", ["order.in"])
    module.reach("drain.worked", ["order.in"])
    assert Path(module.tally(armed, line)).stat().st_size == 3


def test_a_point_can_stand_still(armed, monkeypatch):
    module, waited = load(), []
    monkeypatch.setattr(module.time, "sleep", waited.append)
    armed.write_text("drain.worked::sleep=2.5\n")
    module.reach("drain.worked", ["order.in"])
    assert waited == [2.5]


def test_the_list_of_points_is_what_the_code_reaches():
    calls = re.compile(r"\breach\(\s*\"([\w.]+)\"")
    files = [path for path in ADDONS.rglob("*.py") if "tests" not in path.parts and path != SOURCE]
    reached = {name for path in files for name in calls.findall(path.read_text(encoding="utf-8"))}
    assert reached == set(load().POINTS)
