from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.errors import ConnectorError
from ..lib.ids import digest


class IntegrationException(models.Model):
    """Something a person must decide, in words that person understands."""

    _name = "integration.exception"
    _description = "Exception"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state, last_seen desc, id desc"
    _rec_name = "cause"

    backend_id = fields.Many2one("integration.backend", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    flow_id = fields.Many2one(related="message_id.flow_id", store=True)
    message_id = fields.Many2one("integration.message", index=True, ondelete="restrict")
    category = fields.Selection(
        [
            ("technical", "Technical trouble"),
            ("credentials", "Credentials"),
            ("configuration", "Set-up"),
            ("format", "Unreadable message"),
            ("data", "Wrong or missing data"),
            ("conflict", "Changed on both sides"),
            ("ambiguous", "Not known if it worked"),
            ("refused", "Refused by the partner"),
            ("poison", "Message kills its worker"),
            ("version", "Partner's interface changes"),
            ("privacy", "Privacy request"),
            ("audit", "Audit log"),
        ],
        required=True,
        index=True,
    )
    cause = fields.Char("What is wrong", required=True)
    suggestion = fields.Text("What to do")
    group_key = fields.Char("Same cause", index=True, help="Exceptions of one cause share it.")
    dedupe_key = fields.Char(required=True, export_string_translation=False)
    state = fields.Selection([("open", "Open"), ("resolved", "Resolved")], required=True, default="open", index=True)
    user_id = fields.Many2one("res.users", "Owner", index=True)
    res_model = fields.Char("Record's model")
    res_id = fields.Many2oneReference("Record", model_field="res_model")
    res_name = fields.Char("Concerns")
    amount = fields.Monetary("Worth", currency_field="currency_id")
    currency_id = fields.Many2one("res.currency", related="company_id.currency_id")
    occurrences = fields.Integer("Times", default=1)
    first_seen = fields.Datetime("First seen", default=fields.Datetime.now)
    last_seen = fields.Datetime("Last seen", default=fields.Datetime.now)
    resolution_kind = fields.Selection(
        [
            ("healed", "Mended by itself"),
            ("fixed", "Put right here"),
            ("elsewhere", "Put right elsewhere"),
            ("accepted", "Accepted as it is"),
            ("agreed", "Agreed with the customer or partner"),
            ("wrong", "Was no real problem"),
            ("other", "Something else"),
        ],
        "Settled how",
    )
    resolution = fields.Char("In words")
    resolved_by_id = fields.Many2one("res.users", "Resolved by")
    resolved_at = fields.Datetime("Resolved on")

    _open_uniq = models.UniqueIndex("(backend_id, dedupe_key) WHERE state = 'open'", "This exception is open already.")
    _record_idx = models.Index("(res_model, res_id) WHERE state = 'open'")

    @api.model
    def _report(
        self,
        backend,
        category,
        cause,
        suggestion="",
        group_key="",
        record=None,
        message=None,
        amount=0.0,
        **facts,
    ):
        """Open an exception, or count up the open one of the same cause and object.

        :param category: a value of ``category``
        :param cause: one sentence, translated, that a clerk understands
        :param suggestion: what that person can do about it
        :param group_key: what exceptions of one cause have in common (the SKU, ...)
        :param record: what it is about
        :param message: integration.message behind it
        :param amount: what is at stake, in the company's currency
        :param facts: further fields, which addons have added
        :return: the exception
        """
        known = dict(self._fields["category"].selection)
        about = f"{record._name},{record.id}" if record else ""
        about = about or (message and (message.business_key or str(message.id))) or ""
        key = digest("\n".join((category, group_key, about)).encode())
        same = self.sudo().search([("backend_id", "=", backend.id), ("dedupe_key", "=", key), ("state", "=", "open")])
        now = fields.Datetime.now()
        if same:
            same._quiet().write(
                {
                    "cause": cause,
                    "suggestion": suggestion,
                    "occurrences": same.occurrences + 1,
                    "last_seen": now,
                    "message_id": message.id if message else same.message_id.id,
                }
            )
            return same
        return self._quiet().create(
            {
                "backend_id": backend.id,
                "message_id": message.id if message else False,
                "category": category if category in known else "technical",
                "cause": cause,
                "suggestion": suggestion,
                "group_key": group_key,
                "dedupe_key": key,
                "user_id": (message and message.flow_id.business_owner_id.id) or backend.owner_id.id,
                "res_model": record._name if record else False,
                "res_id": record.id if record else False,
                "res_name": record.display_name if record else message and message.subject,
                "amount": amount,
                **facts,
            }
        )

    @api.model
    def _describe(self, error):
        """Category, cause and suggestion of an error, in the reader's language.

        :param error: ConnectorError
        :return: keyword arguments of ``_report``
        """
        texts = {
            "auth": self.env._("The partner does not accept our credentials."),
            "configuration": self.env._("Something is not set up for this backend."),
            "permanent": self.env._("The partner refused this message."),
            "data": self.env._("The message cannot be used as it is."),
        }
        hints = {
            "credentials": self.env._("Enter the credentials again and test the connection."),
            "configuration": self.env._("Complete the backend's set-up, then try again."),
            "format": self.env._("Ask the partner to send it again in the agreed form, or have a technician look."),
            "refused": self.env._("Correct what the partner complains about, then try again."),
        }
        lead = texts.get(error.error_class, self.env._("This message needs a person."))
        category = error.category
        return {
            "category": category,
            "cause": f"{lead} ({error})"[:1000] if not error.params.get("cause") else error.params["cause"],
            "suggestion": hints.get(category, self.env._("Correct it, then try again.")),
            "group_key": str(error.params.get("group_key") or ""),
        }

    @api.model
    def _describe_dead(self, error, tries):
        """The exception of a message that was given up after ``tries`` tries."""
        return {
            "category": error.category if isinstance(error, ConnectorError) else "technical",
            "cause": self.env._(
                "Given up after %(tries)s tries. Last trouble: %(error)s",
                tries=tries,
                error=str(error)[:500],
            ),
            "suggestion": self.env._("When the trouble is over, try again."),
            "group_key": getattr(error, "error_class", ""),
        }

    @api.model
    def _heal(self, record=None, messages=None, categories=None):
        """Close open exceptions that a later event has mended.

        :param record: those about this record
        :param messages: those of these messages
        :param categories: only of these categories; all when None
        """
        domain = [("state", "=", "open")]
        if record:
            domain += [("res_model", "=", record._name), ("res_id", "in", record.ids)]
        if messages is not None:
            domain += [("message_id", "in", messages.ids)]
        if categories is not None:
            domain += [("category", "in", list(categories))]
        if record or messages:
            self.sudo().search(domain)._resolve(self.env._("Mended by a later event."))

    @api.model
    def _heal_cause(self, backend, category, group_key):
        """Close what is open for a cause that is gone."""
        self.sudo().search(
            [
                ("backend_id", "=", backend.id),
                ("category", "=", category),
                ("group_key", "=", group_key),
                ("state", "=", "open"),
            ]
        )._resolve(self.env._("Mended by a later event."))

    @api.model
    def _heal_after(self, messages):
        """Close what was open for messages of one flow that now went through.

        Where the newest message of an object says all, it also settles the older
        ones of the object that were blocked.
        """
        if messages.flow_id.full_state:
            self.env.cr.execute(
                """SELECT newer.id, array_agg(older.id)
                     FROM integration_message newer
                     JOIN LATERAL (
                          SELECT id FROM integration_message
                           WHERE flow_id = newer.flow_id AND business_key = newer.business_key
                             AND id < newer.id AND state IN ('blocked', 'dead')
                             FOR NO KEY UPDATE SKIP LOCKED
                          ) older ON TRUE
                    WHERE newer.id = ANY(%s) AND newer.business_key <> ''
                    GROUP BY newer.id""",
                (messages.ids,),
            )
            for newer, older in self.env.cr.fetchall():
                messages.browse(older)._supersede(messages.browse(newer))
        self._heal_messages(messages)

    @api.model
    def _heal_messages(self, messages):
        """Close what is open about these messages themselves.

        What is about a record (a held order) whoever mends the record closes: a message
        that is applied once more finds nothing to change, and would not report it again.
        """
        self.sudo().search(
            [("message_id", "in", messages.ids), ("state", "=", "open"), ("res_id", "=", False)]
        )._resolve(self.env._("Mended by a later event."))

    def _resolve(self, reason, kind="healed"):
        """Close, with the reason on record.

        :param kind: a value of ``resolution_kind``
        """
        closed = self._quiet().filtered(lambda exception: exception.state == "open")
        if not closed:
            return
        closed.write(
            {
                "state": "resolved",
                "resolution_kind": kind,
                "resolution": reason,
                "resolved_by_id": self.env.uid,
                "resolved_at": fields.Datetime.now(),
            }
        )
        closed._drop_activities()

    def _audit_display_name(self):
        """Its cause may name a person; what it concerns does not."""
        category = dict(self._fields["category"]._description_selection(self.env))[self.category]
        return f"{category}: {self.res_name or self.message_id.subject or self.id}"

    def action_open_record(self):
        """Button: the record concerned."""
        self.ensure_one()
        if not self.res_model or not self.res_id:
            raise UserError(self.env._("There is no record behind this exception yet."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
