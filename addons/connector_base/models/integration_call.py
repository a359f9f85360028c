import json

from odoo import api, fields, models

from ..lib.adapter import Call, CallResult

#: states in which it is known that the partner did nothing
NOT_DONE = ("planned", "failed", "refused")


class IntegrationCall(models.Model):
    """A call that changes something at a partner: the intent, then the result.

    Committed in cursors of their own, before and after the call, so that they tell
    the truth after a crash: ``done`` is settled without a second call, ``sending``
    and ``ambiguous`` are looked up first, the others are sent (again).
    """

    _name = "integration.call"
    _description = "Outgoing call"
    _order = "id"
    _rec_name = "call_key"
    _log_access = False

    message_id = fields.Many2one("integration.message", required=True, index=True, ondelete="cascade")
    backend_id = fields.Many2one("integration.backend", required=True, ondelete="restrict")
    company_id = fields.Many2one(related="message_id.company_id")
    call_key = fields.Char("Idempotency key", required=True)
    operation = fields.Char(required=True)
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("sending", "Being sent"),
            ("failed", "Did not work, to be sent again"),
            ("ambiguous", "Not known"),
            ("refused", "Refused"),
            ("done", "Done"),
        ],
        required=True,
        default="planned",
    )
    external_id = fields.Char("External ID")
    meta = fields.Text()
    result = fields.Text("Answer")
    created_at = fields.Datetime()
    answered_at = fields.Datetime("Answered")

    _key_uniq = models.Constraint("UNIQUE (backend_id, call_key)", "This call has been planned already.")
    _external_idx = models.Index("(external_id) WHERE external_id IS NOT NULL")

    def init(self):
        """The exact bytes; no ORM field, so that no screen or export shows them raw."""
        self.env.cr.execute("ALTER TABLE integration_call ADD COLUMN IF NOT EXISTS body bytea")

    @api.model
    def _of(self, message):
        """The calls planned for a message: [(call record id, state, Call, CallResult)]."""
        self.env.cr.execute(
            """SELECT id, state, call_key, operation, body, meta, external_id, result
                 FROM integration_call WHERE message_id = %s ORDER BY id""",
            (message.id,),
        )
        return [
            (
                call_id,
                state,
                Call(key, operation, bytes(body or b""), json.loads(meta or "{}")),
                CallResult(external_id or "", json.loads(result or "{}")),
            )
            for call_id, state, key, operation, body, meta, external_id, result in self.env.cr.fetchall()
        ]

    @api.model
    def _plan(self, message, calls):
        """Commit the intents of a message; a refused call of the same key is replaced.

        :return: the ids, in the order of ``calls``
        """
        with self.env.registry.cursor() as cr:
            ids = []
            for call in calls:
                cr.execute(
                    """INSERT INTO integration_call AS c (message_id, backend_id, call_key,
                               operation, body, meta, state, created_at)
                       VALUES (%s, %s, %s, %s, %s, %s, 'planned', now() AT TIME ZONE 'UTC')
                       ON CONFLICT (backend_id, call_key) DO UPDATE
                          SET body = EXCLUDED.body, meta = EXCLUDED.meta, state = 'planned'
                        WHERE c.message_id = EXCLUDED.message_id
                          AND c.state IN ('planned', 'refused')
                       RETURNING id""",
                    (
                        message.id,
                        message.backend_id.id,
                        call.key,
                        call.operation,
                        call.body,
                        json.dumps(dict(call.meta)),
                    ),
                )
                row = cr.fetchone()
                if not row:
                    raise ValueError(f"call {call.key} was planned for another message")
                ids.append(row[0])
            return ids

    @api.model
    def _record(self, call_id, state, result=None):
        """Commit what is known of a call now.

        :param result: CallResult of a call that worked
        """
        with self.env.registry.cursor() as cr:
            cr.execute(
                """UPDATE integration_call
                      SET state = %s, external_id = %s, result = %s,
                          answered_at = CASE WHEN %s = 'sending' THEN NULL
                                             ELSE now() AT TIME ZONE 'UTC' END
                    WHERE id = %s""",
                (
                    state,
                    result.external_id if result else None,
                    json.dumps(dict(result.data)) if result else None,
                    state,
                    call_id,
                ),
            )
