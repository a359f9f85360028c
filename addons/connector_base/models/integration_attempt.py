from odoo import api, fields, models


class IntegrationAttempt(models.Model):
    """One try at a message. Written outside of the work's transaction.

    A row without an outcome whose message is neither locked nor settled means that
    the worker died at it.
    """

    _name = "integration.attempt"
    _description = "Attempt"
    _order = "id desc"
    _log_access = False

    message_id = fields.Many2one("integration.message", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="message_id.company_id")
    call_id = fields.Many2one("integration.call", ondelete="cascade")
    kind = fields.Selection([("work", "Work"), ("call", "Call"), ("lookup", "Look-up")], required=True, default="work")
    started_at = fields.Datetime("Started", required=True)
    duration_ms = fields.Integer("Took (ms)")
    outcome = fields.Selection(
        [
            ("done", "Done"),
            ("retry", "To be tried again"),
            ("blocked", "Needs a person"),
            ("ambiguous", "Not known"),
            ("dead", "Given up"),
            ("died", "Worker died"),
        ]
    )
    error_class = fields.Char()
    excerpt = fields.Text("What happened")

    @api.model
    def _start(self, message_ids, kind="work", call_id=None):
        """Commit one attempt a message, in a cursor of its own.

        :return: {message id: attempt id}
        """
        with self.env.registry.cursor() as cr:
            cr.execute(
                """INSERT INTO integration_attempt (message_id, kind, call_id, started_at)
                        SELECT unnest(%s::int[]), %s, %s::int, clock_timestamp() AT TIME ZONE 'UTC'
                     RETURNING message_id, id""",
                (list(message_ids), kind, call_id),
            )
            return dict(cr.fetchall())

    @api.model
    def _finish(self, outcomes):
        """Commit how attempts ended, in a cursor of its own.

        :param outcomes: {attempt id: (outcome, error class, excerpt)}
        """
        if not outcomes:
            return
        with self.env.registry.cursor() as cr:
            cr.execute(
                """UPDATE integration_attempt a
                      SET outcome = v.outcome, error_class = v.error_class, excerpt = v.excerpt,
                          duration_ms = extract(epoch FROM
                              clock_timestamp() AT TIME ZONE 'UTC' - a.started_at) * 1000
                     FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[])
                       AS v(id, outcome, error_class, excerpt)
                    WHERE a.id = v.id""",
                (
                    list(outcomes),
                    [outcome[0] for outcome in outcomes.values()],
                    [outcome[1] or None for outcome in outcomes.values()],
                    [outcome[2] or None for outcome in outcomes.values()],
                ),
            )
