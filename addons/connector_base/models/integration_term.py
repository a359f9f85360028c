import logging

from odoo import api, fields, models

from ..lib.terms import normal, normal_email
from ..settings import vault

_logger = logging.getLogger(__name__)

#: kinds whose terms are kept as keyed digests only
PERSONAL = ("email",)


class IntegrationTerm(models.Model):
    """By what a message can be found besides its own columns.

    Filled when messages are decoded, one statement a batch. Personal data is kept as a
    keyed digest. No user group reads the table: ``integration.find`` does.
    """

    _name = "integration.term"
    _description = "Search term of a message"
    _log_access = False

    message_id = fields.Many2one("integration.message", required=True, index=True, ondelete="cascade")
    kind = fields.Selection([("id", "Number or ID"), ("email", "E-mail address")], required=True)
    term = fields.Char(required=True, export_string_translation=False)

    _term_uniq = models.Constraint("UNIQUE (term, kind, message_id)", "This term is known already.")

    @api.model
    def _index(self, flow, items, aliases):
        """Keep by what decoded messages can be found; never their undoing.

        :param flow: integration.flow they came through
        :param items: list of ``drain.items.Inbound``
        :param aliases: other forms of a partner's id, see ``Adapter.aliases``
        """
        keys, rows = vault(), set()
        for item in items:
            try:
                pairs = flow._search_terms(item.documents, aliases)
            except (AttributeError, TypeError, ValueError):
                _logger.warning("no search terms of message %s", item.message.id, exc_info=True)
                continue
            rows |= {(item.message.id, kind, term) for kind, term in self._kept(keys, pairs)}
        self._insert(sorted(rows))

    @api.model
    def _kept(self, keys, pairs):
        """(kind, term as it is kept) of what a flow names."""
        for kind, text in pairs:
            if not text:
                continue
            if kind not in PERSONAL:
                yield kind, normal(text)
            elif keys.ready:
                yield kind, keys.fingerprints(normal_email(text))[0]

    @api.model
    def _insert(self, rows):
        if not rows:
            return
        self.env.cr.execute(
            """INSERT INTO integration_term (message_id, kind, term)
                    SELECT * FROM unnest(%s::int[], %s::text[], %s::text[])
               ON CONFLICT (term, kind, message_id) DO NOTHING""",
            [list(column) for column in zip(*rows, strict=True)],
        )
