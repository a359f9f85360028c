import logging
from functools import partial

import psycopg2

from odoo import api, fields, models

from ..audit_guard import guard
from ..lib.audit_chain import canonical, redact, redact_line
from .integration_audit_seal import seal_committed

_logger = logging.getLogger(__name__)


class IntegrationAudit(models.Model):
    """Every manual act: who did what, when, to which record, why, and what it changed.

    Entries are written in the act's own transaction, so that there is no act without
    its entry and no entry without its act. They are linked into the chain right after
    the commit (``integration.audit.seal``): a long transaction keeps nobody waiting.
    """

    _name = "integration.audit"
    _description = "Audit entry"
    _order = "id desc"
    _rec_name = "action"
    _log_access = False

    at = fields.Datetime("When", required=True, index=True)
    user_id = fields.Many2one("res.users", "Who", required=True, index=True, ondelete="restrict")
    login = fields.Char(required=True)
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="restrict")
    action = fields.Char("Code", required=True, index=True)
    action_name = fields.Char("What was done", compute="_compute_action_name")
    res_model = fields.Char("Record's model")
    res_id = fields.Many2oneReference("Record", model_field="res_model")
    res_name = fields.Char("Concerns")
    backend_name = fields.Char("Backend")
    reason = fields.Char()
    before = fields.Text()
    after = fields.Text()
    sequence = fields.Integer("No.", compute="_compute_seal", help="Its place in the chain.")
    hash = fields.Char(compute="_compute_seal")
    previous_hash = fields.Char(compute="_compute_seal")

    _record_idx = models.Index("(res_model, res_id)")

    def init(self):
        """The database itself refuses to change what is written."""
        guard(self.env.cr, self._table)

    def _compute_action_name(self):
        names = self._action_names()
        for entry in self:
            entry.action_name = names.get(entry.action, entry.action)

    def _compute_seal(self):
        seals = self.env["integration.audit.seal"].sudo().search([("audit_id", "in", self.ids)])
        found = {seal.audit_id: seal for seal in seals}
        for entry in self:
            seal = found.get(entry.id, seals.browse())
            entry.sequence, entry.hash, entry.previous_hash = seal.sequence, seal.hash, seal.previous_hash

    @api.model
    def _action_names(self):
        """{code: what a person calls it}; addons add theirs."""
        return {
            "backend.create": self.env._("Backend created"),
            "backend.change": self.env._("Backend changed"),
            "backend.delete": self.env._("Backend deleted"),
            "backend.connect": self.env._("Backend connected"),
            "backend.pause": self.env._("Backend paused"),
            "backend.resume": self.env._("Backend resumed"),
            "backend.adopt_database": self.env._("Database declared the one that talks"),
            "backend.new_webhook_address": self.env._("Webhook address changed"),
            "backend.service_user": self.env._("Service user made"),
            "backend.secret": self.env._("Credential entered or removed"),
            "binding.create": self.env._("Linked by hand"),
            "binding.change": self.env._("Link changed"),
            "binding.delete": self.env._("Link removed"),
            "exception.assign": self.env._("Exception handed over"),
            "exception.discard": self.env._("Exception: message cancelled"),
            "exception.escalate": self.env._("Exception escalated"),
            "exception.not_worked": self.env._("Exception: did not work"),
            "exception.replay": self.env._("Exception: tried again"),
            "exception.resolve": self.env._("Exception resolved"),
            "exception.snooze": self.env._("Exception put off"),
            "exception.wake": self.env._("Exception back to the list"),
            "exception.worked": self.env._("Exception: it worked"),
            "flow.create": self.env._("Flow created"),
            "flow.change": self.env._("Flow changed"),
            "flow.delete": self.env._("Flow deleted"),
            "flow.poll": self.env._("Look-up started"),
            "mapping.approve": self.env._("Change of a mapping approved"),
            "mapping.back_to_draft": self.env._("Change of a mapping taken back to draft"),
            "mapping.propose": self.env._("Change of a mapping proposed"),
            "mapping.reject": self.env._("Change of a mapping rejected"),
            "mapping.create": self.env._("Mapping created"),
            "mapping.change": self.env._("Mapping changed"),
            "mapping.delete": self.env._("Mapping deleted"),
            "mend.stop": self.env._("Fix of many stopped"),
            "message.cancel": self.env._("Message cancelled"),
            "message.confirm_done": self.env._("Message marked as done"),
            "message.confirm_not_done": self.env._("Message marked as not done"),
            "message.replay": self.env._("Message replayed"),
            "rule.create": self.env._("Exception rule created"),
            "rule.change": self.env._("Exception rule changed"),
            "rule.delete": self.env._("Exception rule deleted"),
            "secret.rotate": self.env._("Secrets put under the newest key"),
            "settings.change": self.env._("Settings changed"),
            "team.create": self.env._("Team created"),
            "team.change": self.env._("Team changed"),
            "team.delete": self.env._("Team deleted"),
        }

    @api.model
    def _record(self, records, action, reason="", before=None, after=None):
        """Put a manual act on record, in the transaction of the act.

        :param records: what was acted on; one entry each
        :param action: short code such as ``message.replay``; see ``_action_names``
        :param reason: why, in the words of who did it
        :param before: JSON-able dict of what was there, or a list of one dict a record;
            secrets and personal data are masked here
        :param after: the same of what is there now
        :return: the entries
        """
        if not records:
            return self.browse()
        secrets = self._secrets_of(records)
        self.env.cr.execute(
            """INSERT INTO integration_audit (at, user_id, login, company_id, action, res_model,
                      res_id, res_name, backend_name, reason, before, after)
               SELECT clock_timestamp() AT TIME ZONE 'UTC', %s, %s, v.company_id, %s, %s,
                      v.res_id, v.res_name, v.backend_name, %s, v.before, v.after
                 FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[])
                   AS v(company_id, res_id, res_name, backend_name, before, after)
            RETURNING id""",
            (
                self.env.uid,
                self.env.user.login,
                action,
                records._name,
                redact_line((reason or "").strip(), secrets) or None,
                [self._company_of(record).id for record in records],
                records.ids,
                [redact_line(self._name_of(record), secrets) for record in records],
                [self._backend_of(record).name or None for record in records],
                self._states(before, records, secrets),
                self._states(after, records, secrets),
            ),
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        self._seal_later(ids)
        return self.browse(ids)

    def _seal_later(self, ids):
        """Link the entries after the commit, all of a transaction at once."""
        postcommit = self.env.cr.postcommit
        waiting = postcommit.data.setdefault("integration_audit", [])
        if not waiting:
            postcommit.add(partial(seal_after_commit, self.env.registry, waiting))
        waiting.extend(ids)

    @staticmethod
    def _states(value, records, secrets):
        """The JSON of what was there, one a record."""
        if isinstance(value, (list, tuple)):
            return [canonical(redact(state, secrets)) for state in value]
        text = canonical(redact(value, secrets)) if value is not None else None
        return [text] * len(records)

    def _backend_of(self, record):
        backends = self.env["integration.backend"].sudo()
        if record._name == "integration.backend":
            return record.sudo()
        for name in ("backend_id", "integration_backend_id"):
            if name in record._fields:
                return record.sudo()[name]
        return backends

    def _company_of(self, record):
        if record._name == "res.company":
            return record.sudo()
        company = record.sudo().company_id if "company_id" in record._fields else None
        return company or self.env.company

    def _name_of(self, record):
        """What the record is called, without a person's name."""
        name = getattr(record.sudo(), "_audit_display_name", None)
        return name() if name else record.sudo().display_name or ""

    def _secrets_of(self, records):
        backends = self.env["integration.backend"].sudo()
        for record in records[:1]:
            backends = self._backend_of(record)
        return self.env["integration.secret"].sudo()._all_values(backends) if backends else ()

    def action_open_record(self):
        """Button: the record that was acted on."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }


def seal_after_commit(registry, ids):
    """Link entries that have just been committed; what fails here the cron makes good."""
    try:
        seal_committed(registry, ids)
    except psycopg2.Error:
        _logger.warning("audit entries %s wait for the cron to link them", ids, exc_info=True)
