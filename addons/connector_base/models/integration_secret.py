from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..lib.certificates import certificate_end
from ..lib.errors import ConfigurationError
from ..settings import vault


class IntegrationSecret(models.Model):
    """One encrypted credential of a backend. No user group may read the table."""

    _name = "integration.secret"
    _description = "Integration secret"
    _log_access = False

    backend_id = fields.Many2one("integration.backend", required=True, ondelete="cascade")
    name = fields.Char(required=True)
    token = fields.Char(required=True, groups="base.group_system", export_string_translation=False)
    expires_at = fields.Datetime()

    _name_uniq = models.Constraint("UNIQUE (backend_id, name)", "A backend keeps each secret only once.")

    @api.model
    def _get(self, backend, name):
        """The secret in clear, "" where none is kept.

        :raises ConfigurationError: it was stored with a key that is gone
        """
        self.env.cr.execute(
            "SELECT token FROM integration_secret WHERE backend_id = %s AND name = %s",
            (backend.id, name),
        )
        row = self.env.cr.fetchone()
        return vault().decrypt(row[0]) if row else ""

    @api.model
    def _set(self, backend, name, value, expires_at=None):
        """Keep, replace or (with an empty value) forget a secret.

        :param expires_at: naive UTC time after which it is useless; a certificate says it itself
        :raises ConfigurationError: no key is configured
        """
        self.env.registry.clear_cache()  # the webhook route keeps them, encrypted
        if not value:
            self.env.cr.execute(
                "DELETE FROM integration_secret WHERE backend_id = %s AND name = %s",
                (backend.id, name),
            )
            return
        expires_at = expires_at or certificate_end(value)
        self.env.cr.execute(
            """INSERT INTO integration_secret (backend_id, name, token, expires_at)
                    VALUES (%s, %s, %s, %s)
               ON CONFLICT (backend_id, name)
               DO UPDATE SET token = EXCLUDED.token, expires_at = EXCLUDED.expires_at""",
            (backend.id, name, vault().encrypt(value), expires_at),
        )

    @api.model
    def _stored(self, backend, names):
        """((token, naive UTC end or None), ...) of some secrets, in the order of ``names``.

        Still encrypted, so that they may be cached; ``_opened`` reads them.
        """
        self.env.cr.execute(
            """SELECT token, expires_at FROM integration_secret
                WHERE backend_id = %s AND name = ANY(%s)
                ORDER BY array_position(%s, name::text)""",
            (backend.id, list(names), list(names)),
        )
        return tuple(self.env.cr.fetchall())

    @api.model
    def _opened(self, stored):
        """The secrets of ``_stored`` that have not expired."""
        keys, now = vault(), fields.Datetime.now()
        return tuple(keys.decrypt(token) for token, ends in stored if not ends or ends > now)

    @api.model
    def _all_values(self, backend):
        """Every secret of a backend that can be read now; to take them out of texts."""
        self.env.cr.execute("SELECT token FROM integration_secret WHERE backend_id = %s", (backend.id,))
        values = []
        for (token,) in self.env.cr.fetchall():
            try:
                values.append(vault().decrypt(token))
            except ConfigurationError:
                continue  # nobody can read it, so it stands in no text either
        return tuple(values)

    @api.model
    def _expiry(self, backend, name):
        """Naive UTC time at which a secret expires, None where it does not."""
        self.env.cr.execute(
            "SELECT expires_at FROM integration_secret WHERE backend_id = %s AND name = %s",
            (backend.id, name),
        )
        row = self.env.cr.fetchone()
        return row[0] if row else None

    @api.model
    def _rotate_all(self):
        """Put every secret under the first key; the old key may go afterwards.

        :return: how many there are
        """
        if not self.env.is_admin():
            raise AccessError(self.env._("Only an administrator rotates secrets."))
        keys = vault()
        self.env.registry.clear_cache()
        self.env.cr.execute("SELECT id, token FROM integration_secret FOR UPDATE")
        rows = self.env.cr.fetchall()
        for secret_id, token in rows:
            self.env.cr.execute(
                "UPDATE integration_secret SET token = %s WHERE id = %s",
                (keys.rotate(token), secret_id),
            )
        self.env["integration.audit"]._record(self.env.company, "secret.rotate", after={"count": len(rows)})
        return len(rows)
