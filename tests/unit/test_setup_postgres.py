"""Which PostgreSQL the environment names."""

import pytest

from setup.lib.errors import SetupError
from setup.lib.postgres import Server, from_environment


def test_nothing_named_means_the_embedded_one():
    assert from_environment({}) is None
    assert from_environment({"PGUSER": "odoo", "PGHOST": ""}) is None


def test_pghost_names_a_server():
    assert from_environment({"PGHOST": "db", "PGPORT": "5433", "PGUSER": "me"}) == Server("db", "5433", "me")


def test_an_address_wins_and_is_unquoted():
    url = "postgresql://me:p%40ss@db.example:5433/first"
    server = from_environment({"DATABASE_URL": url, "PGHOST": "other"})
    assert server == Server("db.example", "5433", "me", "p@ss", "first")


def test_an_address_may_name_a_socket():
    server = from_environment({"DATABASE_URL": "postgresql:///?host=/run/postgresql"})
    assert server == Server("/run/postgresql", "", "")


def test_another_kind_of_address_is_refused():
    with pytest.raises(SetupError, match="DATABASE_URL"):
        from_environment({"DATABASE_URL": "mysql://me@db/x"})


def test_the_environment_for_clients_holds_no_empty_values():
    assert Server("/run/pg", "", "odoo").environment() == {"PGHOST": "/run/pg", "PGUSER": "odoo"}
