from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..lib.retention_sql import NOT_AWAITED
from ..lib.terms import is_email, normal_email
from ..settings import vault

#: each branch is one index look-up, whatever the ledger's size
DIRECT = """
    SELECT message_id FROM integration_term WHERE term = ANY(%(digests)s) AND kind = 'email'
     UNION
    SELECT m.id FROM unnest(%(models)s::text[], %(ids)s::int[]) AS v(model, id)
      JOIN integration_message m ON m.res_model = v.model AND m.res_id = v.id"""
#: what else belongs to the chains and objects of messages
WIDER = """
      WITH known AS MATERIALIZED (
           SELECT id, flow_id, business_key, direction, correlation_id
             FROM integration_message WHERE id = ANY(%(ids)s))
    SELECT id FROM known
     UNION
    SELECT m.id FROM known k JOIN integration_message m ON m.correlation_id = k.correlation_id
     UNION
    SELECT m.id FROM known k
      JOIN integration_message m ON m.flow_id = k.flow_id AND m.business_key = k.business_key
     WHERE k.direction = 'in' AND k.business_key <> ''"""
#: what nobody works at, or waits for a person to put right
FREE = f"""
    SELECT t.id FROM integration_message t
     WHERE t.id = ANY(%(ids)s)
       AND (t.state IN ('done', 'cancelled', 'echo') OR t.state IN ('dead', 'blocked') AND {NOT_AWAITED})
       FOR NO KEY UPDATE OF t SKIP LOCKED"""
#: no rule could promise that these hold nothing of the person
WORDS_GONE = (
    "UPDATE integration_message SET note = NULL, last_error = NULL WHERE id = ANY(%(ids)s)",
    "UPDATE integration_attempt SET excerpt = NULL WHERE message_id = ANY(%(ids)s) AND excerpt IS NOT NULL",
)


class Found(NamedTuple):
    """What there is of a person; records in sudo, of the user's companies only.

    :param bindings: list of record sets, one a model
    """

    partners: object
    messages: object
    exceptions: object
    bindings: list

    def counts(self):
        """How many of each."""
        return {
            "messages": len(self.messages),
            "exceptions": len(self.exceptions),
            "links": sum(len(records) for records in self.bindings),
        }


class IntegrationPerson(models.AbstractModel):
    """Finds what the suite holds of a person, and forgets it; identities stay.

    The e-mail address alone decides who is meant: a name may be that of several people.
    """

    _name = "integration.person"
    _description = "What is held of a person"

    @api.model
    def _may_find(self):
        return self.env.user.has_group("connector_base.group_find_person")

    @api.model
    def _find(self, email, name=""):
        """What there is of a person. On record, without the address.

        :param email: the whole address
        :param name: only to find it in texts of exceptions
        :return: Found
        """
        if not self._may_find():
            raise AccessError(self.env._("You may not look for people by their e-mail address."))
        if not is_email(email or ""):
            raise UserError(self.env._("A whole e-mail address is needed."))
        found = self._look(email, name)
        self._put_on_record("person.find", email, found.counts())
        return found

    def _look(self, email, name):
        self.env.flush_all()
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        partners = partners.search([("email_normalized", "=", normal_email(email))])
        about = [(model, record_id) for model, ids in self._records_of(partners).items() for record_id in ids]
        messages = self._messages(email, about)
        bindings = [records for records in self._bindings(partners) if records]
        return Found(partners, messages, self._exceptions(email, name, about, messages), bindings)

    @api.model
    def _records_of(self, partners):
        """{model: ids} of the records that are the person's; addons add theirs."""
        return {"res.partner": partners.ids}

    def _mine(self):
        return ("company_id", "in", self.env.user.company_ids.ids)

    def _messages(self, email, about):
        values = {
            "digests": vault().fingerprints(normal_email(email)),
            "models": [model for model, __ in about],
            "ids": [record_id for __, record_id in about],
        }
        self.env.cr.execute(DIRECT, values)
        # a later message of an order has a chain of its own, with what was sent because of it
        for __ in range(2):
            self.env.cr.execute(WIDER, {"ids": [row[0] for row in self.env.cr.fetchall()]})
        ids = [row[0] for row in self.env.cr.fetchall()]
        return self.env["integration.message"].sudo().search([("id", "in", ids), self._mine()])

    def _exceptions(self, email, name, about, messages):
        ways = [[("message_id", "in", messages.ids)]]
        for model in {model for model, __ in about}:
            ids = [record_id for other, record_id in about if other == model]
            ways.append([("res_model", "=", model), ("res_id", "in", ids)])
        for word in filter(None, (email.strip(), (name or "").strip())):
            for field in ("cause", "suggestion", "group_key", "resolution", "res_name"):
                ways.append([(field, "ilike", word)])
        exceptions = self.env["integration.exception"].sudo()
        ids = set().union(*(exceptions._search([*way, self._mine()]) for way in ways))
        return exceptions.browse(sorted(ids))

    def _bindings(self, partners):
        """The links between the person's contacts and partners' systems, one record set a model."""
        for name in sorted(self.env["integration.binding.mixin"]._inherit_children):
            model = self.env[name].sudo()
            if model._fields["record_id"].comodel_name == "res.partner":
                yield model.search([("record_id", "in", partners.ids), self._mine()])

    @api.model
    def _forget(self, email, name=""):
        """Forget a person, as far as nothing is still to be done.

        :return: {"messages", "exceptions": how many, "left": messages that are still at work}
        """
        self._require_admin()
        found = self._look(email, name)
        return self._forget_records(found.messages, found.exceptions, email, name)

    @api.model
    def _forget_records(self, messages, exceptions, email, name=""):
        """Clear what these hold, and mask what has to stay readable; identities are kept.

        :param exceptions: the resolved ones are cleared, of open ones the person is masked
        """
        self._require_admin()
        messages = messages.filtered_domain([self._mine()])
        exceptions = exceptions.filtered_domain([self._mine()])
        self.env.flush_all()
        self.env.cr.execute(FREE, {"ids": messages.ids})
        free = messages.browse([row[0] for row in self.env.cr.fetchall()])
        work = self.env["integration.retention"].sudo()
        words = (email, name)
        work._do("content", "clear", free.ids)
        work._do("text", "mask", free.ids, words)
        for statement in WORDS_GONE:
            self.env.cr.execute(statement, {"ids": free.ids})
        resolved = exceptions.filtered(lambda exception: exception.state == "resolved")
        work._do("exception", "mask", exceptions.ids, words)
        work._do("exception", "clear", resolved.ids)
        self.env.invalidate_all()
        result = {"messages": len(free), "exceptions": len(exceptions), "left": len(messages - free)}
        # after the masking: the log keeps what records are called
        self.env["integration.audit"]._record(free, "message.forget")
        self.env["integration.audit"]._record(exceptions, "exception.forget")
        self._put_on_record("person.forget", email, result)
        return result

    @api.model
    def _require_admin(self):
        if not self.env.user.has_group("connector_base.group_admin"):
            raise AccessError(self.env._("Only an administrator of the connectors forgets people."))

    def _put_on_record(self, action, email, counts):
        """The keyed fingerprint tells later that it was this person, to whoever has the address and the key."""
        marks = vault().fingerprints(normal_email(email))
        self.env["integration.audit"]._record(
            self.env.company, action, after={**counts, "fingerprint": marks[0] if marks else ""}
        )
