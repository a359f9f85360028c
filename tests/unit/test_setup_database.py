"""What counts as a change of an addon, and what the suite needs."""

import pytest

from setup.lib.database import is_irrelevant, manifest_of, outside_dependencies, problems_in, suite_addons
from setup.lib.errors import SetupError


def addon(folder, name, text):
    """Make an addon that is nothing but a manifest."""
    (folder / name).mkdir()
    (folder / name / "__manifest__.py").write_text(text)


@pytest.mark.parametrize(
    "name",
    ["a/tests/test_x.py", "a/static/description/icon.png", "a/README.md", "a/i18n/a.pot", "a/pyproject.toml"],
)
def test_files_that_do_not_reach_the_database_change_nothing(name):
    assert is_irrelevant(name)


@pytest.mark.parametrize("name", ["a/models/x.py", "a/views/x.xml", "a/security/ir.model.access.csv", "a/lib/x.py"])
def test_code_and_data_count(name):
    assert not is_irrelevant(name)


def test_the_suite_is_what_can_be_installed(tmp_path):
    addon(tmp_path, "one", "{'depends': ['sale', 'two']}")
    addon(tmp_path, "two", "{'depends': ['mail']}")
    addon(tmp_path, "off", "{'installable': False, 'depends': ['website']}")
    assert suite_addons(tmp_path) == ["one", "two"]
    assert {"sale", "mail", "queue_job"} <= set(outside_dependencies(tmp_path))
    assert not {"one", "two", "website"} & set(outside_dependencies(tmp_path))


def test_a_broken_manifest_is_named(tmp_path):
    addon(tmp_path, "broken", "{'depends': [}")
    with pytest.raises(SetupError, match="broken"):
        manifest_of(tmp_path / "broken/__manifest__.py")


def test_errors_of_a_log_are_reported_but_for_the_known_one(tmp_path):
    log = tmp_path / "odoo.log"
    log.write_text(
        "2026 1 INFO db odoo: fine\n"
        '2026 1 ERROR db odoo.sql_db: extension "pg_trgm" is not available\n'
        "2026 1 ERROR db odoo.modules: broken\n"
    )
    assert problems_in(log) == ["2026 1 ERROR db odoo.modules: broken"]
