"""Unit tests run without Odoo: the addons' ``lib`` folders are imported by themselves.

``lib`` modules reach another addon's by climbing (``from ...connector_base.lib import
errors``). In Odoo that is ``odoo.addons.connector_base``; here every addon stands in
``sys.modules`` as a bare package below ``addons``, so that its ``__init__`` (which
imports models, and with them Odoo) does not run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

REPO = Path(__file__).resolve().parents[2]
ADDONS = REPO / "addons"


def _bare_package(name: str, folder: Path) -> ModuleType:
    module = sys.modules.get(name)
    if module is None:
        module = sys.modules[name] = ModuleType(name)
        module.__path__ = [str(folder)]
    return module


def _register_addons() -> None:
    if str(REPO) not in sys.path:
        sys.path.insert(0, str(REPO))  # for the sandbox
    parent = _bare_package("addons", ADDONS)
    for folder in sorted(ADDONS.iterdir()):
        if folder.is_dir() and folder.name.isidentifier():
            setattr(parent, folder.name, _bare_package(f"addons.{folder.name}", folder))


_register_addons()
