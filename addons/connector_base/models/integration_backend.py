import hashlib

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ..lib.ids import new_token
from ..lib.redact import redact_text
from ..settings import option


class IntegrationBackend(models.Model):
    """One external system: its credentials, limits, policy and health."""

    _name = "integration.backend"
    _description = "Backend"
    _inherit = ["mail.thread", "integration.audit.mixin"]
    _audit_prefix = "backend"
    _order = "name"

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection("_selection_kind", required=True, help="What system this is.")
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    state = fields.Selection(
        [("draft", "Not connected"), ("running", "Running"), ("paused", "Paused")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        help="While paused, messages are kept and wait; nothing is lost.",
    )
    environment = fields.Selection(
        [("production", "Production"), ("test", "Test")], required=True, default="production"
    )
    base_url = fields.Char(
        "Address",
        tracking=True,
        help="Where the system answers. Changing it makes the stored credentials void, "
        "so that they never reach another system.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Works as",
        help="The user in whose name records are made, and whose rights count. Connecting makes one that is for "
        "no person and may do no more than the work needs. Empty: the system user, who may do everything.",
    )
    owner_id = fields.Many2one("res.users", "Responsible", default=lambda self: self.env.user, tracking=True)
    webhook_token = fields.Char(
        default=lambda self: new_token(),
        copy=False,
        groups="connector_base.group_admin",
        export_string_translation=False,
    )
    webhook_url = fields.Char("Webhook address", compute="_compute_webhook_url", groups="connector_base.group_admin")
    fingerprint = fields.Char(copy=False, groups="base.group_system")
    is_foreign_copy = fields.Boolean(
        "Copied database",
        compute="_compute_is_foreign_copy",
        help="This database is a copy of the one the backend was connected in. Nothing is sent.",
    )
    rate_capacity = fields.Float("Burst", help="Calls (or points) that may be made at once.")
    rate_per_second = fields.Float("Calls per second", help="0: the system's own figures count.")
    breaker_threshold = fields.Integer(
        "Failures before a pause", default=5, help="Failures in a row that suspend calls."
    )
    breaker_cooldown = fields.Float(
        "Suspended for (s)", default=30.0, help="Seconds without calls before one is tried."
    )
    deadline = fields.Float("Deadline of a call (s)", default=30.0)
    flow_ids = fields.One2many("integration.flow", "backend_id", "Flows")
    last_check = fields.Datetime("Last tested", copy=False, readonly=True)
    last_check_result = fields.Text("Result of the test", copy=False, readonly=True)
    exception_count = fields.Integer(compute="_compute_counts")
    waiting_count = fields.Integer(compute="_compute_counts")

    _name_uniq = models.Constraint("UNIQUE (company_id, name)", "The company has a backend of this name already.")
    _token_uniq = models.Constraint("UNIQUE (webhook_token)", "Webhook addresses are unique.")

    def _compute_webhook_url(self):
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        for backend in self:
            token = backend.sudo().webhook_token
            backend.webhook_url = token and f"{base}/integration/webhook/{token}"

    def _compute_is_foreign_copy(self):
        here = self._database_fingerprint()
        for backend in self:
            known = backend.sudo().fingerprint
            backend.is_foreign_copy = bool(known and known != here)

    def _compute_counts(self):
        exceptions = dict(
            self.env["integration.exception"]._read_group(
                [("backend_id", "in", self.ids), ("state", "=", "open")],
                ["backend_id"],
                ["__count"],
            )
        )
        waiting = dict(
            self.env["integration.message"]._read_group(
                [("backend_id", "in", self.ids), ("state", "in", ("pending", "retry"))],
                ["backend_id"],
                ["__count"],
            )
        )
        for backend in self:
            backend.exception_count = exceptions.get(backend, 0)
            backend.waiting_count = waiting.get(backend, 0)

    @api.model
    def _selection_kind(self):
        """(value, label) of the kinds of backend there are; adapters add theirs."""
        return []

    @api.model
    def _database_fingerprint(self):
        """Digest of what a copied database does not share with its original."""
        self.env.cr.execute("SELECT current_database(), system_identifier::text FROM pg_control_system()")
        database, cluster = self.env.cr.fetchone()
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        parts = (uuid, database, cluster, str(option("environment", "")))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _flow(self, code):
        """The active flow of ``code``, or an empty record set."""
        self.ensure_one()
        return self.sudo().flow_ids.filtered(lambda flow: flow.code == code and flow.active)[:1]

    def _company_env(self):
        """The environment in which this backend's work is done.

        The service user, or the system user where none is set; this backend's
        company only; no field tracking, no e-mails to followers.
        """
        self.ensure_one()
        user = self.sudo().user_id
        company = self.sudo().company_id
        context = {
            "allowed_company_ids": company.ids,
            "lang": (user or company.partner_id).lang or "en_US",
            "tz": (user or company.partner_id).tz or "UTC",
            "tracking_disable": True,
            "mail_create_nosubscribe": True,
            "mail_notrack": True,
        }
        return api.Environment(self.env.cr, user.id or SUPERUSER_ID, context)

    def _may_send(self):
        """Whether anything may leave: running, and not in a copied database."""
        self.ensure_one()
        return self.state == "running" and not self.is_foreign_copy

    @api.model_create_multi
    def create(self, vals_list):
        """Make the backend's flows with it."""
        backends = super().create(vals_list)
        for backend in backends:
            backend._ensure_flows()
        self.env.registry.clear_cache()
        return backends

    def write(self, vals):
        """A new address makes credentials void; new limits start afresh."""
        if not self._webhook_fields().isdisjoint(vals):
            self.env.registry.clear_cache()
        if "base_url" in vals:
            moved = self.filtered(lambda backend: backend.base_url and backend.base_url != vals["base_url"])
            moved._forget_secrets()
        result = super().write(vals)
        if {"rate_capacity", "rate_per_second"} & vals.keys():
            self.env["integration.gate"].sudo().search([("backend_id", "in", self.ids)]).unlink()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.env.registry.clear_cache()
        if self.env["integration.message"].sudo().search_count([("backend_id", "in", self.ids)], 1):
            raise UserError(self.env._("This backend has exchanged messages. Archive it instead of deleting it."))

    def _forget_secrets(self):
        self.env.registry.clear_cache()
        self.env["integration.secret"].sudo().search([("backend_id", "in", self.ids)]).unlink()

    def _ensure_flows(self):
        """Create the flows that this kind of backend has and that are missing."""
        self.ensure_one()
        present = set(self.with_context(active_test=False).sudo().flow_ids.mapped("code"))
        self.env["integration.flow"].sudo().create(
            [{"backend_id": self.id, **values} for values in self._default_flows() if values["code"] not in present]
        )

    def _default_flows(self):
        """Values of the flows a new backend of this kind starts with (adapters add)."""
        return []

    def _secret(self, name):
        """A credential in clear; "" where none is kept."""
        return self.env["integration.secret"].sudo()._get(self, name)

    def _set_secret(self, name, value, expires_at=None):
        """Keep a credential; see ``integration.secret``. By hand, that it was done is on record."""
        self.env["integration.secret"].sudo()._set(self, name, value, expires_at)
        if not self.env.su:
            self.env["integration.audit"]._record(self, "backend.secret", after={"which": name, "kept": bool(value)})

    @api.model
    def _secret_label(self, name):
        """What people call a credential (kinds of backend say it better)."""
        return name.replace("_", " ")

    def _renewing_secrets(self):
        """Names of credentials that are renewed, or end, without a person: none is told of them."""
        return set()

    def _redact(self, text):
        """``text`` without this backend's secrets, nor anything that looks like one."""
        secrets = self.env["integration.secret"].sudo()._all_values(self)
        return redact_text(text, secrets)

    def _work_off(self):
        """Work off what has waited, at once what only waited for new credentials."""
        self.env.cr.execute(
            """UPDATE integration_message SET next_at = clock_timestamp() AT TIME ZONE 'UTC'
                WHERE id IN (SELECT id FROM integration_message
                              WHERE backend_id = ANY(%s) AND state = 'retry' AND error_class = 'auth'
                                FOR NO KEY UPDATE SKIP LOCKED)""",
            (self.ids,),
        )
        for backend in self:
            # should they still be refused, the next call reports it anew
            self.env["integration.exception"]._heal_cause(backend, "credentials", "credentials")
        self._stage_backlog(self.env._("Resumed"))
        self.flow_ids._request_drain()

    def action_adopt_database(self):
        """Declare this copied database the one that talks to the partner."""
        self._act("backend.adopt_database", {"fingerprint": self._database_fingerprint()})
        for backend in self:
            backend.message_post(body=self.env._("This database now talks to the system."))

    def action_new_webhook_token(self):
        """Change the webhook address; the old one stops working at once."""
        for backend in self:
            backend._act("backend.new_webhook_address", {"webhook_token": new_token()})

    def _refuse_foreign_copy(self):
        for backend in self:
            if backend.is_foreign_copy:
                raise UserError(
                    self.env._(
                        "This database is a copy. Press “Let this database talk” first, if "
                        "“%(name)s” is really meant to be called from here.",
                        name=backend.name,
                    )
                )

    def action_open_exceptions(self):
        """The open exceptions of this backend."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_exception_action")
        action["domain"] = [("backend_id", "in", self.ids)]
        return action

    def action_open_messages(self):
        """The messages of this backend."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_message_action")
        action["domain"] = [("backend_id", "in", self.ids)]
        return action
