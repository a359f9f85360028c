"""Short transactions of their own, next to the one at hand."""

import random
import time

import psycopg2

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
