"""Taking due messages by locking them. A held lock says that someone is at work."""

from dataclasses import dataclass, field

from .heads import lock_heads
from .staged import lock_staged

#: a message whose worker died this often is put aside
MAX_DEATHS = 3
FRESH = "m.flow_id = %(flow)s AND m.replay_id IS NULL"
REPLAYED = "m.flow_id = %(flow)s AND m.replay_id IS NOT NULL"


@dataclass
class Claim:
    """Message ids taken by this transaction.

    :param heads: to be worked on, in order
    :param older: {head id: ids of older messages of the same object}, newest wins
    :param deaths: {head id: how many workers died at it, or at others of its object}
    """

    heads: list[int] = field(default_factory=list)
    older: dict[int, list[int]] = field(default_factory=dict)
    deaths: dict[int, int] = field(default_factory=dict)

    @property
    def poisoned(self):
        """Those that killed too many workers."""
        return [head for head in self.heads if self.deaths.get(head, 0) >= MAX_DEATHS]

    def keep(self, heads):
        """Leave all but these to a later batch."""
        self.heads = heads
        self.older = {head: ids for head, ids in self.older.items() if head in heads}


def claim(cr, flow, limit):
    """Lock up to ``limit`` due messages, at most one per object.

    ``FOR NO KEY UPDATE`` and not ``FOR UPDATE``: the attempt rows that another cursor
    inserts reference these rows, and would wait for us otherwise. A message that
    killed a worker is only ever taken alone, so that it takes no neighbour with it.

    :raises psycopg2.errors.SerializationFailure: someone settled one of them after
        our snapshot; start the transaction again
    """
    rows = lock_staged(cr, flow, limit) if flow.release_id else _lock_due(cr, flow, limit)
    taken = Claim([row[0] for row in rows])
    if not taken.heads:
        return taken
    if flow.full_state:
        _take_newest(cr, flow.id, taken, {row[1]: row[0] for row in rows if row[1]})
    taken.deaths = _deaths(flow, taken.heads)
    if taken.deaths and len(taken.heads) > 1:
        taken.keep([head for head in taken.heads if head not in taken.deaths] or taken.heads[:1])
    return taken


def _lock_due(cr, flow, limit):
    """(id, business key) of due messages: fresh ones first, then what a bulk replay handed out.

    Two look-ups, each in the order of an index: sorted in one, all that is due would be
    read for each batch of a backlog.
    """
    fresh = lock_heads(cr, FRESH, limit, flow=flow.id)
    return fresh + lock_heads(cr, REPLAYED, limit - len(fresh), flow=flow.id)


def _deaths(flow, heads):
    """{head: attempts at it, or at open or dead messages of its object, that never ended}.

    The object counts, not the message alone: its next message would kill as many workers
    again. We hold the locks, so nobody is at them; and we look in a cursor of our own,
    because a worker may have died after our snapshot was taken.
    """
    with flow.env.registry.cursor() as cr:
        cr.execute(
            """SELECT h.id, count(*)
                 FROM integration_message h
                 JOIN LATERAL (
                      SELECT h.id
                       UNION
                      SELECT m.id FROM integration_message m
                       WHERE m.flow_id = h.flow_id AND m.business_key = h.business_key
                         AND h.business_key <> ''
                         AND m.state IN ('pending', 'retry', 'ambiguous', 'dead')
                      ) same ON TRUE
                 JOIN integration_attempt a ON a.message_id = same.id
                WHERE h.id = ANY(%s) AND a.kind = 'work'
                  AND (a.outcome IS NULL OR a.outcome = 'died')
                GROUP BY h.id""",
            (heads,),
        )
        return dict(cr.fetchall())


def _take_newest(cr, flow_id, taken, keys):
    """Where the newest message of an object says all, let it stand for the older ones."""
    if not keys:
        return
    cr.execute(
        """SELECT business_key, id FROM integration_message
            WHERE flow_id = %s AND business_key = ANY(%s)
              AND state IN ('pending', 'retry') AND NOT id = ANY(%s)
            ORDER BY occurred_at NULLS FIRST, id
              FOR NO KEY UPDATE SKIP LOCKED""",
        (flow_id, list(keys), taken.heads),
        log_exceptions=False,
    )
    groups = {}
    for key, message_id in cr.fetchall():
        groups.setdefault(key, []).append(message_id)
    for key, ids in groups.items():
        head, newest = keys[key], ids[-1]
        taken.heads[taken.heads.index(head)] = newest
        taken.older[newest] = [head, *ids[:-1]]


def due_count(cr, flow_id, limit):
    """How many due messages wait now, counted up to ``limit``."""
    cr.execute(
        """SELECT count(*) FROM (
              SELECT 1 FROM integration_message
               WHERE flow_id = %s AND state IN ('pending', 'retry', 'ambiguous')
                 AND next_at <= clock_timestamp() AT TIME ZONE 'UTC' LIMIT %s) due""",
        (flow_id, limit),
    )
    return cr.fetchone()[0]
