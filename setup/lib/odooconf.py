"""The configuration file of an Odoo that the set-up starts."""

import configparser
import io
import os

from .files import write_atomic
from .paths import ADDONS, state_dir

SERVER_WIDE = "base,rpc,web,queue_job"


def jobs_for(workers):
    """Return how many jobs may run at once beside the web requests of some workers.

    A job occupies a worker. With three workers or more one is always left for people and webhooks.

    :param workers: number of Odoo's HTTP workers.
    """
    return workers if workers <= 2 else workers - 1


def channels_for(jobs):
    """Return the `channels` option: orders first, everything else beside them, reservation in one lane.

    :param jobs: how many jobs may run at once.
    """
    half = max(1, jobs // 2)
    return ",".join(
        (
            f"root:{jobs}",
            f"root.connector:{jobs}",
            f"root.connector.tier1:{max(1, jobs - jobs // 4)}",
            f"root.connector.tier2:{half}",
            "root.connector.reserve:1",
        )
    )


def secret_key():
    """Return the key that encrypts the backends' credentials, generated once for this machine's set-up."""
    path = state_dir() / "secret.key"
    if not path.exists():
        from cryptography.fernet import Fernet  # only in the virtual environment

        write_atomic(path, Fernet.generate_key().decode() + "\n", mode=0o600)
    return path.read_text(encoding="utf-8").strip()


def write_conf(path, sections):
    """Write an Odoo configuration file, readable by its owner only.

    :param path: the file.
    :param sections: {section: {option: value}}; options that are None are left out.
    """
    parser = configparser.RawConfigParser()
    for section, options in sections.items():
        parser[section] = {key: str(value) for key, value in options.items() if value is not None}
    text = io.StringIO()
    parser.write(text)
    write_atomic(path, text.getvalue(), mode=0o600)


def sections_for(environment, database=None, options=None, channels="root:0", integration=None):
    """Return the sections of a configuration file.

    :param environment: an `Environment`: which Odoo, which PostgreSQL, where the data are.
    :param database: the only database to serve, or None.
    :param options: further Odoo options.
    :param channels: capacities of queue_job.
    :param integration: further options of the suite.
    """
    server = environment.server
    addons = [str(path) for path in (*environment.odoo.addons_paths, ADDONS)]
    basic = {
        "addons_path": ",".join(path for path in addons if os.path.isdir(path)),
        "data_dir": environment.data_dir,
        "server_wide_modules": SERVER_WIDE,
        "db_host": server.host or None,
        "db_port": server.port or None,
        "db_user": server.user or None,
        "db_password": server.password or None,
        "db_name": database,
        "dbfilter": f"^{database}$" if database else None,
        "list_db": False,
        "http_interface": "127.0.0.1",
        "default_productivity_apps": False,
    }
    suite = {
        "secret_keys": secret_key(),
        "allow_private_hosts": True,
        "environment": "test",
    }
    return {
        "options": {**basic, **(options or {})},
        "queue_job": {"channels": channels},
        "integration": {**suite, **(integration or {})},
    }
