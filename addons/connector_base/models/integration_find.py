from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..lib.terms import is_correlation, is_email, normal, normal_email, spellings
from ..settings import vault

#: messages and chains shown at most
MOST = 200
SHOWN = 40

#: each branch is one index look-up, whatever the ledger's size
BY_ID = """
    SELECT id FROM integration_message WHERE business_key = ANY(%(texts)s)
     UNION
    SELECT id FROM integration_message WHERE subject = ANY(%(texts)s) AND subject IS NOT NULL
     UNION
    SELECT m.id FROM integration_flow f
      JOIN integration_message m ON m.backend_id = f.backend_id AND m.topic = f.code AND m.key = ANY(%(texts)s)
     UNION
    SELECT message_id FROM integration_call WHERE external_id = ANY(%(texts)s) AND external_id IS NOT NULL
     UNION
    SELECT c.message_id FROM integration_backend b
      JOIN integration_call c ON c.backend_id = b.id AND c.call_key = ANY(%(texts)s)
     UNION
    SELECT message_id FROM integration_term WHERE term = %(term)s AND kind = 'id'
     ORDER BY 1 DESC LIMIT %(most)s"""
# materialized: the newest of what the index finds, never the ledger read backwards
BY_CORRELATION = """
      WITH found AS MATERIALIZED (
           SELECT id FROM integration_message WHERE correlation_id = ANY(%(correlations)s))
    SELECT id FROM found ORDER BY 1 DESC LIMIT %(most)s"""
BY_OBJECT = """
      WITH found AS MATERIALIZED (
           SELECT id FROM integration_message
            WHERE business_key = ANY(%(keys)s) AND flow_id = ANY(%(flows)s))
    SELECT id FROM found ORDER BY 1 DESC LIMIT %(most)s"""
BY_DIGEST = """
      WITH found AS MATERIALIZED (
           SELECT message_id AS id FROM integration_term WHERE term = ANY(%(digests)s) AND kind = 'email')
    SELECT id FROM found ORDER BY 1 DESC LIMIT %(most)s"""


class IntegrationFind(models.AbstractModel):
    """Finds the business chain behind whatever a caller has in hand."""

    _name = "integration.find"
    _description = "Find by number, ID, tracking number or e-mail"

    @api.model
    def action_find(self, text):
        """The chains that what was typed belongs to, newest first.

        :param text: an order number, external id, tracking number, correlation id or e-mail
        :return: {"meaning": what it was taken for, "chains": [dict of ``_chain``]}
        """
        self._require()
        text = (text or "").strip()
        if not text:
            raise UserError(self.env._("Type a number, an ID, a tracking number or an e-mail address."))
        if is_email(text):
            return {"meaning": "email", "chains": self._chains(self._messages_of_email(text), {})}
        if is_correlation(text):
            return {"meaning": "correlation", "chains": self._chains(self._by_correlation([text.lower()]), {})}
        records = self._find_records(spellings(text))
        messages = self._by_id(text) | self._by_correlation(list(records))
        return {"meaning": "number", "chains": self._chains(messages, records)}

    def _require(self):
        if not self.env.user.has_group("connector_base.group_viewer"):
            raise AccessError(self.env._("You are not allowed to look into messages."))

    @api.model
    def _find_records(self, texts):
        """{correlation id: name} of business records that bear one of these names.

        Addons add theirs. Every look-up must be served by an index.
        """
        return {}

    def _query(self, sql, **values):
        """The messages a query finds that this user may see, newest first."""
        self.env["integration.message"].flush_model()
        self.env.cr.execute(sql, {"most": MOST, **values})
        ids = [row[0] for row in self.env.cr.fetchall()]
        return self.env["integration.message"].search([("id", "in", ids)], order="id desc")

    def _by_id(self, text):
        return self._query(BY_ID, texts=spellings(text), term=normal(text))

    def _by_correlation(self, correlations):
        if not correlations:
            return self.env["integration.message"]
        return self._query(BY_CORRELATION, correlations=list(correlations))

    def _of_same_objects(self, messages):
        """The messages of the objects that came-in messages speak of."""
        keys = {m.business_key for m in messages if m.direction == "in" and m.business_key}
        if not keys:
            return messages.browse()
        return self._query(BY_OBJECT, keys=list(keys), flows=messages.flow_id.ids)

    def _messages_of_email(self, text):
        """By an e-mail address: for those who may, and on record."""
        if not self.env.user.has_group("connector_base.group_find_person"):
            raise AccessError(self.env._("You may not look for people by their e-mail address."))
        digests = vault().fingerprints(normal_email(text))
        messages = self._query(BY_DIGEST, digests=digests)
        self.env["integration.audit"]._record(messages[:SHOWN], "message.find_email")
        return messages

    def _any_messages(self, text):
        """Ids of all messages that what was typed speaks of; for the search box of the list."""
        found = self.action_find(text)
        return [message_id for chain in found["chains"] for message_id in chain["message_ids"]]

    def _chains(self, messages, records):
        """Messages put together by their business chain.

        :param records: of ``_find_records``
        """
        groups, home = {}, {}
        # the oldest message of an object began the chain: later ones are told under it
        for message in messages.sorted("id"):
            key = (message.flow_id.id, message.business_key) if message.business_key else message.correlation_id
            anchor = home.setdefault(key, message.correlation_id)
            home.setdefault(message.correlation_id, anchor)
            groups.setdefault(home[message.correlation_id], messages.browse())
            groups[home[message.correlation_id]] |= message
        chains = [self._chain(correlation, found, records.get(correlation)) for correlation, found in groups.items()]
        chains += [
            {"correlation": correlation, "title": name, "where": "", "state": "", "at": False, "message_ids": []}
            for correlation, name in records.items()
            if correlation not in home
        ]
        return sorted(chains, key=lambda chain: str(chain["at"] or ""), reverse=True)[:SHOWN]

    def _chain(self, correlation, messages, name):
        states = messages.mapped("state")
        state = next((s for s in ("blocked", "dead", "ambiguous", "retry", "pending") if s in states), "done")
        newest = messages.sorted("id")[-1]
        return {
            "correlation": correlation or "",
            "title": name or next((m.subject for m in messages if m.subject), newest.display_name),
            "where": ", ".join(messages.backend_id.mapped("name")),
            "state": state,
            "state_name": dict(messages._fields["state"]._description_selection(self.env))[state],
            "at": newest.received_at,
            "message_ids": messages.ids,
        }
