"""Asking a channel what it holds, outside of any transaction that holds locks."""

from odoo import fields

from ..lib import levels_sql as sql
from ..lib.levels import slices

#: products asked for in one call of the adapter
PRODUCTS_PER_READ = 250


def now():
    """The time, in whole seconds of naive UTC, as ``polled_until`` of flows is kept."""
    return fields.Datetime.now()


def can_read(adapter):
    """Whether this kind of channel tells what it holds."""
    return callable(getattr(adapter, "read_levels", None))


def read(adapter, rows):
    """What the channel holds now: 0 of what it does not stock at a place.

    :param rows: (level id, stock id, location id, ...)
    :return: ({level id: units}, time of the end of the reading: whole seconds, naive UTC)
    :raises ConnectorError: the channel could not be asked
    """
    known, by_stock_id = {}, {}
    for row in rows:
        by_stock_id.setdefault(row[1], []).append(row)
    for part in slices(list(by_stock_id), PRODUCTS_PER_READ):
        wanted = [row for stock_id in part for row in by_stock_id[stock_id]]
        levels = adapter.read_levels(list(part), sorted({row[2] for row in wanted}))
        known.update({row[0]: levels.get((row[1], row[2]), 0) for row in wanted})
    return known, now()


def store(env, known, read_at):
    """Keep what was read; the caller commits."""
    env.cr.execute(
        sql.READ,
        {"ids": list(known), "values": list(known.values()), "read_at": read_at},
    )


def compare(env, backend, rows, known, read_at):
    """Hold a reading against what was published; the caller commits.

    A level that differs is computed and sent again with the care that
    ``stock.publish`` explains: the channel may just have sold. One that differs again
    at the next comparison, by more than the tolerance, is reported. Where the backend
    wants it, nothing is changed and every difference is reported.

    :param rows: (level id, stock id, location id, units we believe in)
    :param known: {level id: units}
    :return: how many differ
    """
    expected = {row[0]: row[3] for row in rows}
    same = [i for i, units in known.items() if units == expected[i]]
    other = [i for i, units in known.items() if units != expected[i]]
    env.cr.execute(sql.COMPARED, {"ids": same, "expected": [expected[i] for i in same], "read_at": read_at})
    heals = backend.stock_drift_policy == "heal"
    env.cr.execute(
        sql.DIFFERS if heals else sql.DIFFERS_LEFT,
        {
            "ids": other,
            "values": [known[i] for i in other],
            "expected": [expected[i] for i in other],
            "read_at": read_at,
        },
    )
    mismatches = dict(env.cr.fetchall())
    env.invalidate_all()
    levels = env["integration.stock.level"]
    levels.browse(same)._heal_drift()
    off = {level: known[level.id] - (expected[level.id] or 0) for level in levels.browse(mismatches)}
    env.cr.execute(
        sql.DRIFT,
        {
            "backend_id": backend.id,
            "products": len(set(level.product_id.id for level in off)),
            "units": sum(abs(units) for units in off.values()),
        },
    )
    for level, units in off.items():
        if (mismatches[level.id] > 1 or not heals) and abs(units) > backend.stock_drift_units:
            level._report_drift(expected[level.id] or 0, known[level.id], heals)
    return len(mismatches)
