"""Reserving the waiting moves of one warehouse, slice by slice."""

import logging
import time

import psycopg2

from odoo.addons.connector_base.failpoints import reach
from odoo.addons.queue_job.exception import RetryableJobError

from .jobs import in_own_env

_logger = logging.getLogger(__name__)

#: moves reserved in one transaction: its locks are held for about a second
SLICE = 200
#: seconds one job works before it asks for the next
LANE_SECONDS = 20
#: first key of the advisory locks: any number that nobody else uses
LOCK_SPACE = 19_730_001
#: how often moves are looked at again whose stock somebody else was changing
BUSY_ROUNDS = 5

#: the database is away or busy: that says nothing about a move
LOST = (psycopg2.OperationalError, psycopg2.InterfaceError)

#: by priority, date, age; those at which somebody works are left to the next round
WAITING = """
SELECT m.id
  FROM stock_move m JOIN stock_picking_type t ON t.id = m.picking_type_id
 WHERE m.integration_reserve_pending AND t.warehouse_id = %s
   AND m.state IN ('waiting', 'confirmed', 'partially_available')
   AND NOT m.id = ANY(%s)
 ORDER BY m.priority DESC NULLS LAST, m.date, m.id
 LIMIT %s
   FOR NO KEY UPDATE OF m SKIP LOCKED"""


class ReserveLane:
    """One warehouse, one lane: parallel reservations only get into each other's way.

    :param warehouse: stock.warehouse
    """

    def __init__(self, warehouse):
        self.warehouse = warehouse
        self.env = warehouse.env(
            context={
                "tracking_disable": True,
                "mail_notrack": True,
                "integration_bulk_reservation": True,
            }
        )
        self.busy = set()
        self.broken = set()

    def run(self):
        """Work off what waits, then ask for the next job if more does.

        :raises RetryableJobError: another job is at this warehouse
        """
        self._take_lane()
        until = time.monotonic() + LANE_SECONDS
        count = rounds = 0
        while time.monotonic() < until:
            worked = self._slice()
            count += worked
            if worked:
                continue
            if not self.busy or rounds == BUSY_ROUNDS:
                return f"{count} moves" + (f", {len(self.busy)} busy" if self.busy else "")
            rounds += 1
            self.busy.clear()
            time.sleep(0.2 * rounds)
        self.warehouse._integration_request_reserve()
        return f"{count} moves, going on"

    def _take_lane(self):
        """Held by the job's own transaction, so that a kill frees it."""
        self.warehouse.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", (LOCK_SPACE, self.warehouse.id))
        if not self.warehouse.env.cr.fetchone()[0]:
            raise RetryableJobError("another job reserves in this warehouse", seconds=5, ignore_retry=True)

    def _slice(self):
        """Reserve the next moves: how many were seen to."""
        try:
            return in_own_env(self.env, lambda env: self._reserve(env, SLICE))
        except LOST:
            raise
        except Exception:
            _logger.warning("a slice failed, its moves are reserved one by one", exc_info=True)
            return self._one_by_one()

    def _reserve(self, env, limit):
        env.cr.execute(WAITING, (self.warehouse.id, list(self.busy | self.broken), limit))
        moves = env["stock.move"].browse([row[0] for row in env.cr.fetchall()])
        if not moves:
            return 0
        moves._action_assign()
        env.flush_all()
        reach("reserve.reserved", [self.warehouse.code])
        self.busy.update(moves.filtered("integration_reserve_pending").ids)
        lacking = ("confirmed", "partially_available")
        if any(move.state in lacking and not move.integration_reserve_pending for move in moves):
            # another order was faster: the desk is to know before anybody waits for it
            env.ref("connector_oms.cron_shortages").sudo()._trigger()
        return len(moves)

    def _one_by_one(self):
        """A move that cannot be reserved must not hold up the others of its slice."""
        count = 0
        for __ in range(SLICE):
            try:
                worked = in_own_env(self.env, lambda env: self._reserve(env, 1))
            except LOST:
                raise
            except Exception as error:
                worked = in_own_env(self.env, lambda env, e=error: self._set_aside(env, e))
            if not worked:
                break
            count += worked
        return count

    def _set_aside(self, env, error):
        """Take the first waiting move out of the lane and tell a person."""
        env.cr.execute(WAITING, (self.warehouse.id, list(self.busy | self.broken), 1))
        move = env["stock.move"].browse([row[0] for row in env.cr.fetchall()])
        if not move:
            return 0
        self.broken.add(move.id)
        move.integration_reserve_pending = False
        order = move.sale_line_id.order_id
        if order.integration_backend_id:
            env["integration.exception"]._report(
                order.integration_backend_id,
                "stock",
                env._(
                    "“%(product)s” for %(order)s could not be reserved: %(error)s",
                    product=move.product_id.display_name,
                    order=order.name,
                    error=str(error)[:300],
                ),
                env._("Press Check availability on the delivery."),
                group_key="reserve",
                record=move.picking_id or order,
            )
        return 1
