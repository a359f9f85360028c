import logging

from odoo import api, fields, models
from odoo.sql_db import Cursor

from ..audit_guard import guard
from ..lib.audit_chain import Break, Head, Link, check, seal

_logger = logging.getLogger(__name__)

#: what a link's hash is made of
HASHED = (
    "id",
    "at",
    "user_id",
    "login",
    "company_id",
    "action",
    "res_model",
    "res_id",
    "res_name",
    "backend_name",
    "reason",
    "before",
    "after",
)
#: advisory lock under which links are made; its number only has to be ours
CHAIN_LOCK = 7_266_423_001
#: links read at a time when the whole chain is checked
BATCH = 5000
#: minutes after which an entry that is in no link is a fault
SEAL_MINUTES = 60
#: where the last sound head is kept, to notice a chain that was cut at its end
HEAD_PARAMETER = "integration.audit_head"


class IntegrationAuditSeal(models.Model):
    """A link of the audit chain: the place of one entry, and the hash that proves it.

    One gap-free chain for the whole database, not one a company: a company's chain
    could be cut or dropped without the others showing it, and some acts (settings,
    secrets) belong to no single company. It costs nobody time, since links are made
    after the act's commit, in a transaction of their own that lasts milliseconds.
    Links are rows of their own and not columns of the entry, so that no UPDATE of an
    entry ever has to be let through.
    """

    _name = "integration.audit.seal"
    _description = "Link of the audit chain"
    _order = "sequence desc"
    _rec_name = "sequence"
    _log_access = False

    sequence = fields.Integer(required=True)
    audit_id = fields.Integer("Entry", required=True)
    previous_hash = fields.Char(required=True)
    hash = fields.Char(required=True)

    _sequence_uniq = models.Constraint("UNIQUE (sequence)", "The chain has this place already.")
    _audit_uniq = models.Constraint("UNIQUE (audit_id)", "This entry has its place already.")

    def init(self):
        """The database itself refuses to change what is written."""
        guard(self.env.cr, self._table)

    @api.model
    def _seal(self, ids=None):
        """Link committed entries; the cursor must see what others commit meanwhile.

        :param ids: of the entries; None: what a kill left behind in the last days
        :return: how many were linked
        """
        cr = self.env.cr
        cr.execute("SELECT pg_advisory_xact_lock(%s)", (CHAIN_LOCK,))
        head = self._head()
        which = "a.id = ANY(%s)" if ids is not None else "a.at > now() AT TIME ZONE 'UTC' - interval '2 days'"
        cr.execute(
            f"""SELECT {_columns("a")} FROM integration_audit a
                 WHERE {which}
                   AND NOT EXISTS (SELECT 1 FROM integration_audit_seal s WHERE s.audit_id = a.id)
                 ORDER BY a.id""",
            (ids,) if ids is not None else (),
        )
        rows = []
        for row in cr.fetchall():
            entry = dict(zip(HASHED, row, strict=True))
            following = seal(head, entry)
            rows.append((following.sequence, entry["id"], head.hash, following.hash))
            head = following
        if rows:
            cr.execute(
                """INSERT INTO integration_audit_seal (sequence, audit_id, previous_hash, hash)
                   SELECT * FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[])""",
                [list(column) for column in zip(*rows, strict=True)],
            )
        return len(rows)

    @api.model
    def _head(self):
        """The end of the chain."""
        self.env.cr.execute("SELECT sequence, hash FROM integration_audit_seal ORDER BY sequence DESC LIMIT 1")
        return Head(*(self.env.cr.fetchone() or ()))

    @api.model
    def _verify(self, kept=None):
        """Check the whole chain, and that no entry stands outside of it.

        :param kept: a head that was exported formerly and must still be in the chain
        :return: list of ``lib.audit_chain.Break``; empty when all is well
        """
        parameter = self.env["ir.config_parameter"].sudo()
        known = [Head.parse(text) for text in [parameter.get_param(HEAD_PARAMETER)] if text]
        breaks = list(check(self._links(), [*known, *([kept] if kept else [])]))
        self.env.cr.execute(
            """SELECT a.id FROM integration_audit a
                WHERE a.at < now() AT TIME ZONE 'UTC' - %s * interval '1 minute'
                  AND NOT EXISTS (SELECT 1 FROM integration_audit_seal s WHERE s.audit_id = a.id)
                ORDER BY a.id LIMIT 100""",
            (SEAL_MINUTES,),
        )
        breaks += [Break("unsealed", 0, row[0]) for row in self.env.cr.fetchall()]
        if not breaks:
            head = self._head()
            if head.sequence:
                parameter.set_param(HEAD_PARAMETER, str(head))
        return breaks

    def _links(self):
        """All links with their entries, by sequence, a batch at a time."""
        done = 0
        while True:
            self.env.cr.execute(
                f"""SELECT s.sequence, s.previous_hash, s.hash, s.audit_id, {_columns("a")}
                      FROM integration_audit_seal s LEFT JOIN integration_audit a ON a.id = s.audit_id
                     WHERE s.sequence > %s ORDER BY s.sequence LIMIT %s""",
                (done, BATCH),
            )
            rows = self.env.cr.fetchall()
            for sequence, previous, value, entry_id, *values in rows:
                entry = dict(zip(HASHED, values, strict=True)) if values[0] else None
                yield Link(sequence, previous, value, entry_id, entry)
            if len(rows) < BATCH:
                return
            done = rows[-1][0]

    @api.model
    def _cron_seal(self):
        """Link what was committed by a worker that was killed before it could."""
        seal_committed(self.env.registry)

    @api.model
    def _cron_verify(self):
        """Check the chain, and tell people when it does not hold."""
        breaks = self._verify()
        head = self._head()
        if breaks:
            _logger.error("audit log damaged: %s", breaks[:20])
        else:
            # also a copy of the head outside of the database
            _logger.info("audit log sound, head %s", head)
        self._tell(breaks)
        return breaks

    @api.model
    def _tell(self, breaks):
        """Open an exception for each company's people, or close it when all is well."""
        exceptions = self.env["integration.exception"].sudo()
        backends = self.env["integration.backend"].sudo()
        for __, first in backends._read_group([], ["company_id"], ["id:min"]):
            backend = backends.browse(first)
            if breaks:
                exceptions._report(
                    backend,
                    "audit",
                    self.env._("The audit log was changed outside of Odoo (%s places).", len(breaks)),
                    self.env._("Have an administrator compare it with a backup before anything else is done."),
                    group_key="audit-chain",
                )
            else:
                exceptions._heal_cause(backend, "audit", "audit-chain")


def seal_committed(registry, ids=None):
    """Link entries in a cursor of its own; see ``integration.audit.seal._seal``."""
    with registry.cursor() as cr:
        if isinstance(cr, Cursor):
            # who waited for the lock shall see the links made meanwhile
            # (a test's cursor is a savepoint of a transaction that has begun already)
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        env["integration.audit.seal"]._seal(ids)


def _columns(alias):
    return ", ".join(f"{alias}.{name}" for name in HASHED)
