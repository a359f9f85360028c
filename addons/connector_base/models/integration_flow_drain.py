import logging
import random
import time
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models

from ..drain.claim import claim, due_count
from ..drain.inbound import InboundWork, is_stale
from ..drain.outbound import OutboundWork
from ..failpoints import reach
from ..lib.release import BURST_SECONDS
from .integration_flow import LAST_LOOK

_logger = logging.getLogger(__name__)

#: seconds one drain job works before it asks for the next
DRAIN_SECONDS = 20
#: how often a batch that met a concurrent change starts afresh at once
CONFLICT_TRIES = 5
#: classes of errors that say: no call for now, whatever the message
HELD_BACK = {"rate_limited", "circuit_open"}
#: seconds to wait when all of a batch needs what another worker is at
DEFERRED_SECONDS = 0.2


class IntegrationFlow(models.Model):
    """The drain: claims due messages and works them off, batch by batch.

    Every batch has a cursor of its own; the job's cursor only keeps the job's lock.
    """

    _inherit = "integration.flow"

    def _job_drain(self):
        """Work off due messages for a while, then ask for the next job if more wait."""
        self.ensure_one()
        begun = time.monotonic()
        count = 0
        while (looked := time.monotonic()) < begun + DRAIN_SECONDS:
            worked = self._drain_batch()
            count += worked
            if worked:
                continue
            if self.direction == "out" or looked >= begun + LAST_LOOK:
                self._wake_later()
                return f"{count} messages"
            time.sleep(begun + LAST_LOOK - looked)
        self._request_drain()
        return f"{count} messages, going on"

    def _drain_batch(self):
        """One batch in a cursor of its own; 0 when nothing is due.

        :return: how many messages were claimed
        """
        for attempt in range(1, CONFLICT_TRIES + 1):
            attempts = {}
            patient = attempt < CONFLICT_TRIES
            try:
                with self.env.registry.cursor() as cr:
                    return self._work(cr, attempts, patient)
            except Exception as error:
                again = patient and is_stale(error)
                self._after_rollback(attempts, error, again=again)
                if not again:
                    raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))
        raise AssertionError("unreachable")

    def _work(self, cr, attempts, patient):
        """Claim, process and commit one batch.

        :param attempts: filled with {message id: attempt id} while they are open
        :param patient: a batch that met a concurrent change is worth starting afresh
        """
        flow = self._working_flow(cr)
        backend = flow.backend_id
        if not flow._runs():
            return 0
        if flow.direction == "out" and not backend._may_send():
            return 0
        limit = max(1, flow.batch_size) if flow.direction == "in" else 1
        claimed = claim(cr, flow, limit)
        if not claimed.heads:
            return 0
        self._invite_others(cr, flow, len(claimed.heads))
        poisoned = claimed.poisoned
        if poisoned:
            for head in poisoned:
                flow._quarantine(head, claimed.older.get(head, []))
            return len(poisoned)
        reach("drain.claimed", [flow.code])
        attempts.update(flow.env["integration.attempt"].sudo()._start(claimed.heads))
        reach("drain.started", [flow.code])
        outcomes = self._process(flow, claimed, patient)
        reach("drain.worked", [flow.code])
        cr.commit()  # pylint: disable=invalid-commit  # a cursor of our own
        ended = {attempts[message_id]: outcome for message_id, outcome in outcomes.items()}
        attempts.clear()  # committed: from here on nothing is taken back
        reach("drain.committed", [flow.code])
        flow.env["integration.attempt"].sudo()._finish(ended)
        kinds = {kind for __, kind, __ in ended.values()}
        if flow.direction == "in" and kinds == {"conflict"}:
            time.sleep(DEFERRED_SECONDS)
        if kinds and kinds <= HELD_BACK:
            return 0  # the next ones would be told the same: come back when calls are let through
        return len(claimed.heads)

    def _process(self, flow, claimed, patient):
        if flow.direction == "in":
            return InboundWork(flow, claimed, patient).run()
        message = flow.env["integration.message"].browse(claimed.heads)
        return OutboundWork(flow, message).run()

    def _search_terms(self, documents, aliases):
        """By what people may look for a message: (kind of ``integration.term``, text) pairs.

        Handlers' addons add the numbers and addresses their documents hold. Reads nothing
        but the documents: it is asked for every message.

        :param documents: as decoded
        :param aliases: other forms of a partner's id, see ``Adapter.aliases``
        """
        return ()

    def _person_of(self, raw):
        """(e-mail address, name) of whom a request by data protection law is about; adapters' addons tell.

        :param raw: the message's bytes as received
        """
        return "", ""

    def _worth(self, documents):
        """What documents are worth, in the company's currency; None where nobody can tell.

        A corrected message that is worth more than the backend's limit needs a second person.
        """
        return

    def _working_flow(self, cr):
        """This flow in the working environment of its backend."""
        env = api.Environment(cr, SUPERUSER_ID, {})
        flow = env["integration.flow"].browse(self.id)
        env = flow.backend_id._company_env()
        # calls for tier 2 leave a part of the partner's limit to tier 1
        return flow.with_env(env(context={**env.context, "integration_tier": flow.tier}))

    def _invite_others(self, cr, flow, taken):
        """Ask for a second drain beside this one while more is due than we took."""
        if flow.direction == "in" and due_count(cr, flow.id, taken * 2 + 1) > taken:
            with self.env.registry.cursor() as other:
                env = api.Environment(other, SUPERUSER_ID, {})
                env["integration.flow"].browse(self.id)._request_drain()

    def _quarantine(self, message_id, older):
        """Put an object's messages aside: it killed its worker again and again.

        Those that come later are put aside at once, until a person replays one.
        """
        messages = self.env["integration.message"]
        message = messages.browse(message_id)
        text = self.env._("The worker died at it, three times.")
        (message | messages.browse(older))._settle("dead", error=text)
        self.env["integration.exception"]._report(
            message.backend_id,
            "poison",
            self.env._(
                "“%(name)s” killed its worker three times and was put aside.",
                name=message.display_name,
            ),
            self.env._("Have a technician look at the payload before it is replayed."),
            message=message,
        )

    def _after_rollback(self, attempts, error, *, again):
        """Close the attempts of a batch that was rolled back, and set the next try.

        :param again: the batch is started afresh at once; the messages stay as they are
        """
        if not attempts:
            return
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            text = self.with_env(env).backend_id._redact(f"{type(error).__name__}: {error}")[:500]
            kind = "conflict" if again else "unknown"
            env["integration.attempt"]._finish({attempt: ("retry", kind, text) for attempt in attempts.values()})
            if not again:
                policy = self.with_env(env)._retry_policy()
                cr.execute(
                    """UPDATE integration_message
                          SET state = 'retry', attempt_count = attempt_count + 1,
                              last_error = %s, error_class = 'unknown',
                              next_at = now() AT TIME ZONE 'UTC' + interval '1 second' * random()
                                        * least(%s, %s * 2 ^ least(attempt_count, 20))
                        WHERE id IN (SELECT id FROM integration_message
                                      WHERE id = ANY(%s) AND state IN ('pending', 'retry')
                                        FOR NO KEY UPDATE SKIP LOCKED)""",
                    (text, policy.max_seconds, policy.base_seconds, list(attempts)),
                )

    def _wake_later(self):
        """Have a drain start when the next retry of this flow falls due."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                """SELECT (SELECT min(next_at) FROM integration_message
                            WHERE flow_id = %s AND state IN ('pending', 'retry', 'ambiguous')
                              AND next_at > clock_timestamp() AT TIME ZONE 'UTC'),
                          EXISTS (SELECT 1 FROM integration_flow f
                                    JOIN integration_backend b ON b.id = f.backend_id
                                    JOIN integration_release r ON r.id = f.release_id
                                   WHERE f.id = %s AND f.active AND f.paused_at IS NULL
                                     AND b.state = 'running' AND r.state = 'running')""",
                (self.id, self.id),
            )
            due, in_stages = cr.fetchone()
            if in_stages:
                # the pace lets more of the backlog go then
                soon = fields.Datetime.now() + timedelta(seconds=BURST_SECONDS / 2)
                due = min(due, soon) if due else soon
            # the sweeper, every minute, sees to what is further away
            if due and due < fields.Datetime.now() + timedelta(seconds=60):
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["integration.flow"].browse(self.id)._request_drain(eta=due)
