from datetime import timezone
from functools import partial

import psycopg2

from odoo import api, fields, models

from ..failpoints import reach
from ..lib.ids import digest, new_correlation_id
from ..transaction import commit_each_statement, execute, execute_planned, in_own_transaction

OPEN_STATES = ("pending", "retry", "ambiguous")
UTC = timezone.utc
SUBJECT_LENGTH = 100


class IntegrationMessage(models.Model):
    """One thing received or to be sent: the durable ledger, and the queue itself."""

    _name = "integration.message"
    _description = "Message"
    _order = "id desc"
    _log_access = False

    backend_id = fields.Many2one("integration.backend", required=True, ondelete="restrict")
    flow_id = fields.Many2one("integration.flow", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    direction = fields.Selection([("in", "In"), ("out", "Out")], required=True)
    topic = fields.Char(required=True)
    source_topic = fields.Char("Partner's event")
    key = fields.Char(required=True, help="Identity: a second message of the same key is one.")
    event_id = fields.Char("Partner's event ID")
    business_key = fields.Char("Object", index=True, help="Messages of one object stay in order.")
    subject = fields.Char("Concerns", help="What people call it: an order number, a transfer.")
    correlation_id = fields.Char("Correlation ID", index=True)
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("retry", "Tried, waiting"),
            ("ambiguous", "Not known if it worked"),
            ("blocked", "Needs a person"),
            ("done", "Done"),
            ("dead", "Given up"),
            ("cancelled", "Cancelled"),
            ("echo", "Own echo"),
        ],
        required=True,
        default="pending",
    )
    received_at = fields.Datetime("Received", required=True)
    occurred_at = fields.Datetime("Happened")
    next_at = fields.Datetime("Next try")
    settled_at = fields.Datetime("Settled")
    attempt_count = fields.Integer("Tries")
    duplicate_count = fields.Integer("Duplicates")
    duplicates_seen = fields.Integer(export_string_translation=False, help="How many of them the rollups count.")
    error_class = fields.Char()
    last_error = fields.Text("Last trouble")
    note = fields.Char()
    res_model = fields.Char("Record's model")
    res_id = fields.Many2oneReference("Record", model_field="res_model")
    superseded_by_id = fields.Many2one("integration.message", "Skipped for", ondelete="set null")
    replay_id = fields.Many2one(
        "integration.replay", "Bulk replay", ondelete="set null", help="The one that handed it out last."
    )
    replay_item_ids = fields.One2many("integration.replay.item", "message_id", "Bulk replays")
    size = fields.Integer("Size (bytes)")
    digest = fields.Char("SHA-256")
    attempt_ids = fields.One2many("integration.attempt", "message_id", "Attempts")
    call_ids = fields.One2many("integration.call", "message_id", "Calls")
    exception_ids = fields.One2many("integration.exception", "message_id", "Exceptions")

    _key_uniq = models.Constraint("UNIQUE (backend_id, topic, key)", "This message is in the ledger already.")
    _due_idx = models.Index("(flow_id, next_at, id) WHERE state IN ('pending', 'retry', 'ambiguous')")
    _open_idx = models.Index("(flow_id, id, next_at) WHERE state IN ('pending', 'retry', 'ambiguous')")
    _open_key_idx = models.Index(
        "(flow_id, business_key, id) WHERE state IN ('pending', 'retry', 'ambiguous', 'blocked')"
    )
    _open_replay_idx = models.Index(
        "(flow_id, id) WHERE replay_id IS NOT NULL AND state IN ('pending', 'retry', 'ambiguous')"
    )
    _record_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")
    _trouble_idx = models.Index("(state, flow_id) WHERE state IN ('ambiguous', 'blocked', 'dead')")
    _subject_idx = models.Index("(subject) WHERE subject IS NOT NULL")
    _received_idx = models.Index("USING brin (received_at)")
    _settled_idx = models.Index("(settled_at) WHERE settled_at IS NOT NULL")
    _duplicate_idx = models.Index("(id) WHERE duplicate_count > COALESCE(duplicates_seen, 0)")

    def init(self):
        """The bytes; no ORM field, so that no screen, export or RPC hands them out raw."""
        self.env.cr.execute("ALTER TABLE integration_message ADD COLUMN IF NOT EXISTS raw bytea")

    @api.depends("subject", "business_key", "flow_id")
    def _compute_display_name(self):
        for message in self:
            name = message.subject or message.business_key or message.key
            message.display_name = f"{message.flow_id.name}: {name}"

    def _raws(self):
        """{message id: the bytes exactly as received, or as business code gave them}."""
        self.env.cr.execute("SELECT id, raw FROM integration_message WHERE id = ANY(%s)", (self.ids,))
        return {row[0]: bytes(row[1] or b"") for row in self.env.cr.fetchall()}

    @api.model
    def _receive(self, flow, incoming):
        """Put what a partner told us into the ledger, durably, before it is answered.

        One INSERT in a cursor of its own: nothing the caller does later can lose it,
        and a second delivery of the same key only raises a counter.

        :param flow: integration.flow the message belongs to
        :param incoming: ``lib.adapter.Incoming``
        :return: id of the new message, False for a duplicate
        :raises psycopg2.OperationalError: the database cannot take it; the partner
            must be told to deliver again
        """
        target = (flow.backend_id.id, flow.company_id.id, flow.id)
        return self._keep(self._incoming_values(*target, incoming))

    @api.model
    def _keep(self, values):
        """Commit one ledger row in a cursor of its own; see ``_receive``.

        :param values: of ``_incoming_values``
        :return: id of the new message, False for a duplicate
        """
        kept = in_own_transaction(self.env.registry, partial(self._insert_or_count, values=values))
        reach("receive.kept", [values["key"]])
        return kept

    @api.model
    def _keep_here(self, values):
        """Do as ``_keep`` in the present cursor, in which nothing has been done yet.

        For the webhook route: borrowing a second connection costs more than the INSERT,
        and so do the messages that begin and end a transaction. Each later statement of
        this cursor is committed by itself, too, unless ``commit_each_statement`` ends it.
        """
        commit_each_statement(self.env.cr)
        message_id = self._insert(self.env.cr, values, execute_planned)
        if not message_id:
            commit_each_statement(self.env.cr, False)
            self._count_duplicate(self.env.cr, values)
        reach("receive.kept", [values["key"]])
        return message_id or False

    @api.model
    def _insert_or_count(self, cr, values):
        message_id = self._insert(cr, values)
        if not message_id:
            self._count_duplicate(cr, values)
        reach("receive.inserted", [values["key"]])
        return message_id or False

    @api.model
    def _incoming_values(self, backend_id, company_id, flow_id, incoming):
        raw = incoming.raw
        return {
            "backend_id": backend_id,
            "flow_id": flow_id,
            "company_id": company_id,
            "direction": "in",
            "topic": incoming.topic,
            "source_topic": incoming.source_topic or None,
            "key": incoming.key,
            "event_id": incoming.event_id or None,
            "business_key": incoming.business_key or "",
            "subject": incoming.subject[:SUBJECT_LENGTH] or None,
            "correlation_id": new_correlation_id(),
            "occurred_at": _naive(incoming.occurred_at),
            "size": len(raw),
            "digest": digest(raw),
            "raw": raw,
        }

    @api.model
    def _insert(self, cr, values, execute=execute):
        """Insert one ledger row; None when its key is there already."""
        columns = ", ".join(values)
        marks = ", ".join(["%s"] * len(values))
        execute(
            cr,
            f"""INSERT INTO integration_message
                       ({columns}, state, received_at, next_at, attempt_count, duplicate_count)
                VALUES ({marks}, 'pending', clock_timestamp() AT TIME ZONE 'UTC',
                        clock_timestamp() AT TIME ZONE 'UTC', 0, 0)
                ON CONFLICT (backend_id, topic, key) DO NOTHING
                RETURNING id""",
            list(values.values()),
        )
        row = cr.fetchone()
        return row and row[0]

    @api.model
    def _count_duplicate(self, cr, values):
        cr.execute("SAVEPOINT duplicate")
        try:
            # a message at work keeps its lock: the counter is not worth waiting for it
            cr.execute(
                """UPDATE integration_message SET duplicate_count = duplicate_count + 1
                    WHERE id = (SELECT id FROM integration_message
                                 WHERE backend_id = %s AND topic = %s AND key = %s
                                   FOR NO KEY UPDATE SKIP LOCKED)""",
                (values["backend_id"], values["topic"], values["key"]),
            )
        except psycopg2.OperationalError:
            cr.execute("ROLLBACK TO SAVEPOINT duplicate")

    @api.model
    def _emit(self, flow, record, key, business_key="", payload=None, correlation_id=None):
        """Queue one thing to send, in the caller's transaction: no commit, no message.

        :param flow: integration.flow; an empty one (switched off, not offered) emits nothing
        :param record: the Odoo record the message is about, or None
        :param key: identity; a second message of the same key changes nothing
        :param business_key: messages of one object leave in order
        :param payload: bytes the sender will need, where the record does not say all
        :return: the message, or an empty record set
        """
        if not flow:
            return self.browse()
        values = {
            "backend_id": flow.backend_id.id,
            "flow_id": flow.id,
            "company_id": flow.company_id.id,
            "direction": "out",
            "topic": flow.code,
            "key": key,
            "business_key": business_key or (f"{record._name},{record.id}" if record else key),
            "correlation_id": correlation_id or self._correlation_of(record),
            "res_model": record._name if record else None,
            "res_id": record.id if record else None,
            "subject": record.display_name if record else None,
            "size": len(payload or b""),
            "raw": payload,
        }
        message_id = self._insert(self.env.cr, values)
        if not message_id:
            return self.browse()
        flow._request_drain()
        return self.browse(message_id)

    @api.model
    def _correlation_of(self, record):
        return self._correlation_known(record) or new_correlation_id()

    @api.model
    def _correlation_known(self, record):
        """The correlation id of the chain a record belongs to, "" where it has none."""
        if record and "integration_correlation" in record._fields:
            return record.sudo().integration_correlation or ""
        return ""

    def _settle(self, state, note="", error=None, record=None, delay=None, counted=True, subject=""):
        """Write what became of these messages; the caller commits.

        :param error: ConnectorError or text that explains a state other than done
        :param record: what the message became
        :param delay: seconds until the next try, for open states; None: never by itself
        :param subject: what people call it; the record's name by default
        :param counted: the try uses up one of the allowed attempts
        """
        terminal = state not in OPEN_STATES
        self.env.cr.execute(
            """UPDATE integration_message
                  SET state = %s, note = %s, error_class = %s, last_error = %s,
                      attempt_count = attempt_count + %s, subject = COALESCE(%s, subject),
                      res_model = COALESCE(%s, res_model), res_id = COALESCE(%s, res_id),
                      settled_at = CASE WHEN %s THEN clock_timestamp() AT TIME ZONE 'UTC' END,
                      next_at = CASE WHEN %s THEN NULL
                                     ELSE clock_timestamp() AT TIME ZONE 'UTC'
                                          + %s * interval '1 second' END
                WHERE id = ANY(%s)""",
            (
                state,
                note[:250] or None,
                getattr(error, "error_class", None) if error else None,
                str(error) if error else None,
                1 if counted else 0,
                subject or (record.display_name if record else None),
                record._name if record else None,
                record.id if record else None,
                terminal,
                terminal or delay is None,
                delay or 0,
                self.ids,
            ),
        )
        self.invalidate_recordset()

    def _supersede(self, newest):
        """Skip these older messages: ``newest`` carries the whole state."""
        if not self:
            return
        self.env.cr.execute(
            """UPDATE integration_message
                  SET state = 'done', superseded_by_id = %s, next_at = NULL,
                      note = %s, settled_at = clock_timestamp() AT TIME ZONE 'UTC'
                WHERE id = ANY(%s)""",
            (newest.id, self.env._("A newer message was applied instead."), self.ids),
        )
        self.invalidate_recordset()
        self.env["integration.exception"]._heal_messages(self)

    @api.model
    def _close_forgotten_attempts(self):
        """Give attempts an outcome whose worker died right after its commit."""
        self.env.cr.execute(
            """UPDATE integration_attempt a
                  SET outcome = CASE m.state WHEN 'blocked' THEN 'blocked' WHEN 'dead' THEN 'dead'
                                             ELSE 'done' END
                 FROM integration_message m
                WHERE m.id = a.message_id AND a.outcome IS NULL
                  AND m.state NOT IN ('pending', 'retry', 'ambiguous')
                  AND a.started_at < m.settled_at
                  AND m.settled_at < now() AT TIME ZONE 'UTC' - interval '5 minutes'"""
        )


def _naive(moment):
    """An aware time as Odoo keeps it: naive UTC."""
    if not moment:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None)
