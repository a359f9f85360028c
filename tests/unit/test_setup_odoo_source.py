"""Finding an existing Odoo, and telling whether it is the right one."""

import os

import pytest

from setup.lib.errors import SetupError
from setup.lib.odoo_source import dangling_links, from_home, series_of

RELEASE = "# comment\nversion_info = ({}, {}, 0, FINAL, 0, '')\n"


def checkout(folder, major="19", script="odoo-bin"):
    """Make a folder that looks like a source checkout of Odoo."""
    (folder / "odoo").mkdir(parents=True)
    (folder / "odoo/release.py").write_text(RELEASE.format(major, 0))
    (folder / "addons/web").mkdir(parents=True)
    (folder / script).touch()
    return folder


def test_series_is_read_from_the_release_file():
    assert series_of(RELEASE.format(19, 0)) == (19, 0)
    assert series_of(RELEASE.format("'saas~19'", 2)) == ("saas~19", 2)
    assert series_of("nothing here") is None


def test_a_source_checkout_is_found_with_its_addons(tmp_path):
    odoo = from_home(checkout(tmp_path))
    assert odoo.python_path == tmp_path
    assert odoo.script == tmp_path / "odoo-bin"
    assert odoo.addons_paths == (tmp_path / "addons",)


def test_another_series_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(SetupError, match="not Odoo 19") as caught:
        from_home(checkout(tmp_path, major="18"))
    assert "ODOO_HOME" in caught.value.remedy


def test_a_folder_without_odoo_is_refused(tmp_path):
    with pytest.raises(SetupError, match="holds no Odoo"):
        from_home(tmp_path)


def test_links_without_target_are_found(tmp_path):
    (tmp_path / "there").touch()
    os.symlink("there", tmp_path / "good")
    os.symlink("../nowhere/font.ttf", tmp_path / "bad")
    assert dangling_links(tmp_path) == [str(tmp_path / "bad")]
