"""Short transactions of their own, next to the one at hand."""

import random
import time

import psycopg2

from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY

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


def in_this_transaction(cr, work):
    """Run ``work(cr)`` in a cursor in which nothing has been done yet, and commit.

    :param work: called with the cursor; may be called several times
    :return: what ``work`` returned
    :raises psycopg2.OperationalError: as for ``in_own_transaction``; rolled back
    """

    def attempt():
        try:
            result = work(cr)
            cr.commit()  # pylint: disable=invalid-commit  # the caller has nothing else in it
        except psycopg2.Error:
            cr.rollback()
            raise
        return result

    return _patiently(attempt)


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
