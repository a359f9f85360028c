from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models

from ..lib.pace import TICK_SECONDS, hand_out
from ..transaction import in_own_transaction
from .integration_flow import job_waits
from .integration_replay import REPLAYABLE

#: messages that one transaction hands out at most
BATCH = 500
#: a channel of its own, so that a storm of one tier does not hold up the rate
CHANNEL = "root.connector.replay"


class IntegrationReplay(models.Model):
    """How a bulk replay is worked off: tick by tick, each a short transaction.

    A tick locks the replay, counts what has been settled since the last one, and hands
    out as many messages as the rate allows: messages and items change together, so that
    a kill at any line neither loses a message nor hands one out twice. The cron asks
    for the next tick where a kill has lost it.
    """

    _inherit = "integration.replay"

    def _request_tick(self, eta=None):
        """See that the next tick runs, after the commit."""
        for replay in self:
            self.env.cr.postcommit.add(partial(_enqueue, self.env.registry, replay.id, eta))

    def _job_tick(self):
        """One tick; asks for the next one while anything is under way."""
        self.ensure_one()
        wait = 0
        while wait == 0:
            wait = in_own_transaction(self.env.registry, partial(self._tick_in, replay_id=self.id))
        if wait is None:
            return "nothing left"
        self._request_tick(fields.Datetime.now() + timedelta(seconds=wait))
        return "going on"

    @api.model
    def _tick_in(self, cr, replay_id):
        replay = api.Environment(cr, SUPERUSER_ID, {})["integration.replay"].browse(replay_id)
        result = replay._tick()
        replay.env.flush_all()
        return result

    def _tick(self):
        """Count, hand out, and end it when nothing is left; the caller commits.

        :return: seconds until the next tick, None when none is needed soon
        """
        if not self._lock(skip=True):
            return None
        self._count_settled()
        if self.state == "running" and self._waiting() and self._hand_out() >= BATCH:
            return 0
        under_way = self.open_count > 0
        if self.state == "running" and not self._waiting() and not under_way:
            self.write({"state": "done", "ended_at": fields.Datetime.now()})
        going_on = self.state == "running" or under_way and self._is_recent()
        return TICK_SECONDS if going_on else None

    def _lock(self, skip=False):
        """Keep others off these replays until the end of the transaction.

        :return: whether all could be locked
        """
        self.env.cr.execute(
            "SELECT id FROM integration_replay WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
            + (" SKIP LOCKED" if skip else ""),
            (self.ids,),
        )
        locked = len(self.env.cr.fetchall()) == len(self)
        self.invalidate_recordset()
        return locked

    def _is_recent(self):
        """Paused or cancelled replays are followed for a while, then by the cron alone."""
        return (self.ended_at or self.write_date) > fields.Datetime.now() - timedelta(minutes=1)

    def _waiting(self):
        return self.total - self.sent_count - self.skipped_count

    def _count_settled(self):
        """Note what has become of the messages handed out."""
        self.env.cr.execute(
            """UPDATE integration_replay_item i
                  SET state = CASE m.state WHEN 'echo' THEN 'done' WHEN 'ambiguous' THEN 'blocked'
                                           WHEN 'cancelled' THEN 'dead' ELSE m.state END
                 FROM integration_message m
                WHERE i.replay_id = %s AND i.state = 'sent' AND m.id = i.message_id
                  AND (m.state IN ('done', 'echo', 'blocked', 'dead', 'cancelled')
                       OR m.state = 'ambiguous' AND m.next_at IS NULL)
            RETURNING i.state""",
            (self.id,),
        )
        states = [row[0] for row in self.env.cr.fetchall()]
        if states:
            self.write({f"{state}_count": self[f"{state}_count"] + states.count(state) for state in set(states)})

    def _hand_out(self):
        """Make the next messages due; returns how many left the list."""
        count, paced_until = hand_out(self.rate, self.paced_until, fields.Datetime.now(), self.open_count)
        items = self._next_items(min(count, BATCH))
        messages = self.env["integration.message"].browse(items.values())
        free = messages._lock_free()
        ready = free.filtered(lambda message: message.state in REPLAYABLE and not message.is_cleared)
        if ready:
            ready._reopen(replay=self)
        self._mark(items, ready, "sent")
        self._mark(items, free - ready, "skipped")
        self.write(
            {
                "paced_until": paced_until,
                "sent_count": self.sent_count + len(ready),
                "skipped_count": self.skipped_count + len(free - ready),
            }
        )
        return len(free)

    def _next_items(self, limit):
        """{item id: message id} of the next ones, locked against a cancellation."""
        self.env.cr.execute(
            """SELECT id, message_id FROM integration_replay_item
                WHERE replay_id = %s AND state = 'waiting' ORDER BY id LIMIT %s FOR NO KEY UPDATE""",
            (self.id, limit),
        )
        return dict(self.env.cr.fetchall())

    def _mark(self, items, messages, state):
        ids = set(messages.ids)
        self.env.cr.execute(
            """UPDATE integration_replay_item SET state = %s, sent_at = clock_timestamp() AT TIME ZONE 'UTC'
                WHERE id = ANY(%s)""",
            (state, [item for item, message in items.items() if message in ids]),
        )
        self.env["integration.replay.item"].invalidate_model()

    def _leave_out_waiting(self):
        """Take what was not handed out off the list."""
        self.env.cr.execute(
            """UPDATE integration_replay_item SET state = 'skipped'
                WHERE replay_id = %s AND state = 'waiting'""",
            (self.id,),
        )
        self.skipped_count += self.env.cr.rowcount
        self.env["integration.replay.item"].invalidate_model()

    @api.model
    def _cron_watch(self):
        """Take up again what a kill has interrupted, and count what ended later."""
        recently = fields.Datetime.now() - timedelta(days=1)
        found = self.sudo().search(
            [
                "|",
                ("state", "=", "running"),
                "&",
                ("state", "in", ("paused", "cancelled")),
                ("write_date", ">", recently),
            ]
        )
        found.filtered(lambda replay: replay.state == "running" or replay.open_count > 0)._request_tick()


def _enqueue(registry, replay_id, eta=None):
    """Create the job of the next tick in a cursor of its own, unless one waits."""
    key = f"integration:replay:{replay_id}"
    with registry.cursor() as cr:
        if job_waits(cr, key, eta):
            return
        replay = api.Environment(cr, SUPERUSER_ID, {})["integration.replay"].browse(replay_id)
        replay.with_delay(
            channel=CHANNEL, eta=eta, identity_key=key, description=f"Bulk replay {replay_id}", max_retries=5
        )._job_tick()
