"""One round of publishing a backend's stock: what changed becomes messages.

Why a level that the channel changed itself is not simply overwritten
--------------------------------------------------------------------
The channel sells, too. Between our last publication and now it has taken off units
for orders that Odoo may not know yet. A compare-and-set that fails (``stale``) says
just that. Overwriting the channel's figure with Odoo's would put the units of those
unknown orders on sale a second time. So the level is read first (``known``,
``read_at``), and from then on it may *fall* at once, but *rise* only when the orders
behind the reading are in Odoo: a look-up of orders (``order.in``) has started after
the reading, and nothing that it, or a webhook, had brought by then is still undone.
Then availability, which counts held and unconfirmed orders, is computed anew, and the
new value is sent with ``expected`` = the value that was read, so that a sale in
between makes the call stale again instead of being lost. The same goes for the first
publication of a level and for one that a comparison found different.

Why rounds of channels that share a warehouse follow each other
--------------------------------------------------------------
A unit that one channel was told of is offered to another only when the first took over
that it has it no more. Each round therefore counts what the others hold. Were two of
them to count at the same time, each could find the same unit free.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from odoo import fields

from odoo.addons.connector_base.failpoints import reach

from ..lib import levels_sql as sql
from ..lib.levels import dump_levels, slices
from ..lib.offer_sql import changed_sql, missing_sql, offered_sql
from .offer import Offer

#: levels read from a channel in one round, before others get their turn
READ_LIMIT = 2500
#: levels added at once that the database's statistics know nothing of
MANY_LEVELS = 5000


@dataclass
class Outcome:
    """What a round came to.

    :param to_read: (level id, the channel's stock id, the channel's location id)
    """

    changed: int = 0
    messages: int = 0
    levels: int = 0
    to_read: list = field(default_factory=list)
    held_back: bool = False


class Round:
    """Everything that one transaction does for one backend.

    :param flow: the backend's ``stock.out`` flow, in a cursor that the caller commits
    :param can_read: the channel can be asked what it holds
    """

    def __init__(self, flow, can_read):
        self.flow = flow
        self.env = flow.env
        self.backend = flow.backend_id
        self.can_read = can_read
        self.values = {"backend_id": self.backend.id, "company_id": self.backend.company_id.id}

    def run(self):
        """Compute what is marked, and queue what may be sent.

        One snapshot sees the orders, their demand and the marks, so that a level that
        is let rise was computed with the orders that allow it.

        :raises psycopg2.errors.SerializationFailure: another round came first
        """
        state = self._enter()
        self._see_orders(state)
        outcome = Outcome(changed=self._compute())
        self._give_up([row[0] for row in self._execute(sql.AGREE)])
        outcome.levels, outcome.messages = self._emit()
        outcome.to_read = self._execute(sql.TO_READ, limit=READ_LIMIT)
        outcome.held_back = self._execute(sql.HELD_BACK)[0][0]
        reach("stock.computed", [self.flow.code])
        return outcome

    def _execute(self, statement, **values):
        self.env.cr.execute(statement, {**self.values, **values})
        return self.env.cr.fetchall() if self.env.cr.description else []

    def _enter(self):
        # a round that comes second fails here on purpose: nothing for the log
        self.offer = Offer(self.backend)
        backends = sorted([self.backend.id, *self.offer.sharers])
        self.env.cr.execute(sql.LINE_UP, {"backends": backends}, log_exceptions=False)
        self.env.cr.execute(sql.ENTER, self.values, log_exceptions=False)
        # how far the rounds have come is the hub's own book: the backend's user only reads it
        return self.env["integration.stock.publisher"].sudo().browse(self.env.cr.fetchone()[0])

    def _see_orders(self, publisher):
        """Move the time up to which readings are backed by known orders."""
        publisher.invalidate_recordset()
        orders = self.backend._flow("order.in")
        now = fields.Datetime.now()
        if not orders:
            self._execute(sql.PROVEN, caught_until=now + timedelta(seconds=1))
            return
        polled = orders.polled_until if orders.poll_minutes else now
        if not publisher.poll_seen and polled and polled > (publisher.caught_until or datetime.min):
            # orders of that look-up are in the ledger by now, not before
            publisher.write({"poll_seen": polled, "poll_seen_at": now + timedelta(seconds=1)})
        if publisher.poll_seen and not self._undone(publisher.poll_seen_at):
            publisher.write({"caught_until": publisher.poll_seen, "poll_seen": False, "poll_seen_at": False})
        publisher.flush_recordset()
        self._execute(sql.PROVEN, caught_until=publisher.caught_until or None)

    def _undone(self, seen_at):
        return self._execute(sql.UNDONE_ORDERS, seen_at=seen_at)[0][0]

    def _compute(self):
        """Bring the levels of everything marked up to date: how many changed."""
        marks = set(self._execute(sql.CONSUME))
        whole = {warehouse for product, warehouse in marks if not product}
        pairs = [(p, w) for p, w in marks if p and w not in whole]
        changed = self._changes(sorted(whole)) if whole else []
        changed += self._changes(sorted({w for __, w in pairs}), pairs) if pairs else []
        self._add([row for row in changed if not row[0]])
        self._change([row for row in changed if row[0]])
        return len(changed)

    def _changes(self, place_ids, pairs=None):
        """(level id or None, product id, place, units, parts) that the levels lack."""
        values = self.offer.values(place_ids, pairs)
        shape, with_parts = self.offer.shape(pairs is not None), self.offer.with_parts
        rows = self._execute(changed_sql(shape, with_parts=with_parts), **values)
        missing = self._execute(missing_sql(of_pairs=shape.of_pairs), **values)
        if missing:
            offers = self._execute(offered_sql(shape, with_parts=with_parts), **values)
            offered = {(product, place): (units, parts) for product, place, units, parts in offers}
            rows += [(None, *pair, *offered.get(pair, (0, None))) for pair in missing]
        return rows

    def _add(self, rows):
        if not rows:
            return
        self._execute(
            sql.ADD,
            recheck=self.can_read,
            products=[row[1] for row in rows],
            warehouses=[row[2] for row in rows],
            values=[row[3] for row in rows],
            parts=_json(rows),
        )
        if len(rows) >= MANY_LEVELS:
            # until the database has counted them, it compares each level with each offer
            self._execute("ANALYZE integration_stock_level")

    def _change(self, rows):
        if not rows:
            return
        done = self._execute(
            sql.CHANGE, ids=[row[0] for row in rows], values=[row[3] for row in rows], parts=_json(rows)
        )
        self._give_up([level_id for level_id, is_freed in done if is_freed])
        done = {row[0] for row in done}
        left = [row for row in rows if row[0] not in done]
        if left:
            self._execute(sql.REMARK, products=[row[1] for row in left], warehouses=[row[2] for row in left])

    def _give_up(self, level_ids):
        if self.offer.sharers:
            give_up(self.env, level_ids)

    def _emit(self):
        """Queue messages for the levels that may be sent: (levels, messages)."""
        ids = [row[0] for row in self._execute(sql.TO_SEND)]
        count = 0
        for part in slices(ids):
            message = self.env["integration.message"]._emit(
                self.flow, None, key=f"levels-{part[0]}-{self._stamp()}", payload=dump_levels(part)
            )
            self._execute(sql.QUEUED, ids=list(part), message_id=message.id)
            count += 1
        self.env.invalidate_all()
        return len(ids), count

    def _stamp(self):
        """The number of this round: no two messages of a backend share level and round."""
        self.env.cr.execute(
            "SELECT rounds FROM integration_stock_publisher WHERE backend_id = %s",
            (self.backend.id,),
        )
        return self.env.cr.fetchone()[0]


def give_up(env, level_ids, only_fallen=False):
    """Have the channels that share a warehouse with these levels computed and told.

    :param level_ids: levels of one channel, which took over that it has fewer units
    :param only_fallen: leave out those that it had no more of before; to be called before
        the new values are recorded as its own
    """
    if not level_ids:
        return
    statement = sql.GIVEN_UP.format(only=sql.ONLY_FALLEN if only_fallen else "")
    env.cr.execute(statement, {"ids": list(level_ids)})
    flows = env["integration.flow"].sudo().browse([row[0] for row in env.cr.fetchall()])
    flows._request_publish_stock()


def _json(rows):
    """Their parts, as the database takes them in an array."""
    return [None if row[4] is None else json.dumps(row[4]) for row in rows]
