"""The contracts in docs/ are those of the code."""

import json
from pathlib import Path

from addons.connector_oms.lib import contracts

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "contracts"


def test_contracts_are_up_to_date():
    assert contracts.outdated(FOLDER) == [], (
        "run: python -c 'import tests.unit.conftest; from pathlib import Path; "
        'from addons.connector_oms.lib import contracts; contracts.write(Path("docs/contracts"))\''
    )


def test_a_missing_or_changed_contract_is_noticed(tmp_path):
    written = contracts.write(tmp_path)
    assert contracts.outdated(tmp_path) == []
    written[0].write_text("{}")
    written[1].unlink()
    assert len(contracts.outdated(tmp_path)) == 2


def test_schemas_are_closed_and_say_what_is_required():
    schema = json.loads((FOLDER / "Order.schema.json").read_text())
    assert schema["additionalProperties"] is False
    assert {"external_id", "version", "totals"} <= set(schema["required"])
