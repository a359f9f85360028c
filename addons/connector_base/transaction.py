"""Short transactions of their own, next to the one at hand."""

import itertools
import random
import re
import time
import zlib

import psycopg2
from psycopg2 import errors

from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY
from odoo.sql_db import Cursor

TRIES = 12


def in_own_transaction(registry, work):
    """Run ``work(cr)`` in a cursor of its own and commit.

    A concurrent change is met again after milliseconds: Odoo's own retry sleeps for
    seconds, which a partner that waits for an answer does not have.

    :param work: called with the cursor; may be called several times
    :return: what ``work`` returned
    :raises psycopg2.OperationalError: the database stays unavailable or contended
    """

    def attempt():
        with registry.cursor() as cr:
            return work(cr)

    return _patiently(attempt)


def commit_each_statement(cr, on=True):
    """Let every statement of a cursor be a transaction of its own, committed when it returns.

    A statement then costs one message to the server instead of three, which is most of
    what a webhook does. It lasts until the cursor is closed, or is switched off; to be
    switched on only where nothing was written yet (what was read is read anew). A
    test's cursor stays in the test's transaction.
    """
    if isinstance(cr, Cursor) and cr.connection.autocommit != on:
        if on:
            cr.rollback()
        cr.connection.autocommit = on


def execute(cr, statement, values):
    """Execute; a concurrent change, which is met by trying again, makes no noise in the log."""
    cr.execute(statement, values, log_exceptions=False)


def execute_planned(cr, statement, values):
    """Execute a statement that is parsed and planned once a connection.

    Only while ``commit_each_statement`` is on: a pooler that changes connections makes
    PREPARE or EXECUTE fail, and in a transaction there would be no going on after that.

    :param statement: with ``%s`` for each value, and no other ``%``
    """
    if not isinstance(cr, Cursor):
        execute(cr, statement, values)
        return
    name = f"integration_{zlib.crc32(statement.encode()):08x}"
    planned = vars(cr.connection).setdefault("integration_planned", set())
    try:
        if name not in planned:
            numbers = itertools.count(1)
            text = re.sub("%s", lambda mark: f"${next(numbers)}", statement)
            execute(cr, f"PREPARE {name} AS {text}", None)
            planned.add(name)
        marks = ", ".join(["%s"] * len(values))
        execute(cr, f"EXECUTE {name} ({marks})", values)
    except (errors.InvalidSqlStatementName, errors.DuplicatePreparedStatement):
        execute(cr, statement, values)


def _patiently(attempt):
    """Call ``attempt`` again after milliseconds while it meets concurrent changes."""
    for number in range(1, TRIES + 1):
        try:
            return attempt()
        except psycopg2.OperationalError as error:
            if error.pgcode not in PG_CONCURRENCY_ERRORS_TO_RETRY or number == TRIES:
                raise
        time.sleep(random.uniform(0.001, 0.005 * number))
    raise AssertionError("unreachable")
