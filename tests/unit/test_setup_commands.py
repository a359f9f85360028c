"""Pure parts of the commands: stages and sums of tests, channels, requirements, results."""

import types

import pytest

from setup.lib.cmd_pot import without_stamps
from setup.lib.cmd_run import last_json
from setup.lib.cmd_test import Tally, distribute
from setup.lib.errors import SetupError
from setup.lib.odooconf import channels_for, jobs_for
from setup.lib.paths import REPO
from setup.lib.ports import free_port
from setup.lib.venv import split_requirements

ODOO = types.SimpleNamespace(log=None)
THIS = "tests/unit/test_setup_commands.py"


def test_paths_choose_their_stage_and_options_go_to_all():
    options, paths = distribute(["-k", "addons", f"{THIS}::test_x", "-x"], REPO)
    assert options == ["-k", "addons", "-x"]
    assert paths == {"unit": [f"{THIS}::test_x"]}


def test_a_path_outside_the_tests_is_refused():
    with pytest.raises(SetupError, match="not below"):
        distribute(["setup/run"], REPO)


def test_sub_tests_count_as_one_test_with_the_worst_outcome(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        "<testcase classname='a' name='one'/><testcase classname='a' name='one'><failure/></testcase>"
        "<testcase classname='a' name='two'/><testcase classname='a' name='three'><skipped/></testcase>"
        "<testcase classname='a' name='four'><error/></testcase>"
        "</testsuite></testsuites>"
    )
    tally = Tally()
    tally.add(report)
    assert tally.line() == "1 passed, 2 failed, 1 skipped"


def test_a_misspelt_path_is_not_taken_for_an_option():
    with pytest.raises(SetupError, match="does not exist"):
        distribute(["tests/unit/test_nothing.py"], REPO)


@pytest.mark.parametrize("workers, jobs", [(1, 1), (2, 2), (3, 2), (6, 5)])
def test_a_worker_is_left_for_people_where_there_are_enough(workers, jobs):
    assert jobs_for(workers) == jobs


def test_no_channel_is_wider_than_its_parent():
    for jobs in range(1, 9):
        widths = dict(part.split(":") for part in channels_for(jobs).split(","))
        assert all(int(width) <= int(widths["root"]) for width in widths.values())
        assert widths["root.connector.reserve"] == "1"


def test_wheels_of_addons_are_kept_apart():
    text = "# words\nodoo-addon-queue_job>=19.0.2\nrequests>=2  # why\n\n"
    assert split_requirements(text) == (["requests>=2"], ["odoo-addon-queue_job>=19.0.2"])


def test_the_result_is_the_last_line():
    assert last_json('words\n{"orders_sent": 3}\n', 0, ODOO) == {"orders_sent": 3}


@pytest.mark.parametrize("output", ["", "words\n", "[1]\n"])
def test_a_scenario_without_result_is_an_error(output):
    with pytest.raises(SetupError, match="without a result"):
        last_json(output, 1, ODOO)


def test_dates_are_left_out_of_translation_templates():
    text = '"Project: x\\n"\n"POT-Creation-Date: 2026-01-01 00:00+0000\\n"\n"Language: \\n"\n'
    assert without_stamps(text) == '"Project: x\\n"\n"Language: \\n"\n'


def test_a_port_in_use_is_replaced():
    import socket

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        assert free_port(taken) != taken
    assert free_port(taken) == taken


def test_an_error_tells_what_to_do_and_shows_the_end_of_its_log(tmp_path):
    log = tmp_path / "step.log"
    log.write_text("first\nsecond\nlast\n")
    report = SetupError("it broke", "Mend it.", log).report(lines=2)
    assert "first" not in report
    assert report.endswith("Failed: it broke\nTo do:  Mend it.")
