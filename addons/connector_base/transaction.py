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
    for attempt in range(1, TRIES + 1):
        try:
            with registry.cursor() as cr:
                return work(cr)
        except psycopg2.OperationalError as error:
            if error.pgcode not in PG_CONCURRENCY_ERRORS_TO_RETRY or attempt == TRIES:
                raise
        time.sleep(random.uniform(0.001, 0.005 * attempt))
    raise AssertionError("unreachable")
