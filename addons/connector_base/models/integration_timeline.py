from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .integration_find import MOST

#: attempts that are told at most, the newest
ATTEMPTS = 400


@dataclass
class Chain:
    """What belongs to one business chain.

    :param correlations: its correlation ids: each later message of an order has its own
    :param messages: integration.message, oldest first
    :param records: {model: business records}
    """

    correlations: set
    messages: object
    records: dict = field(default_factory=dict)
    cut: bool = False

    def about(self):
        """(model, ids) of everything whose manual acts belong to the story."""
        return [(records._name, records.ids) for records in (self.messages, *self.records.values()) if records]


class IntegrationTimeline(models.AbstractModel):
    """Tells the story of a business chain: one readable list, few queries."""

    _name = "integration.timeline"
    _description = "Story of a business chain"

    @api.model
    def action_read(self, correlation):
        """The story of the chain that a correlation id belongs to.

        :return: {"title", "correlation", "entries": [dict of ``_entry``], "cut": the chain is longer}
        """
        if not self.env.user.has_group("connector_base.group_viewer"):
            raise AccessError(self.env._("You are not allowed to look into messages."))
        chain = self._chain(correlation)
        entries = sorted(self._entries(chain), key=lambda entry: (str(entry["at"]), entry["rank"]))
        return {
            "title": self._title(chain),
            "correlation": correlation,
            "entries": entries,
            "cut": chain.cut,
        }

    @api.model
    def _open(self, correlation, name=""):
        """The action that shows the story of a chain."""
        return {
            "type": "ir.actions.client",
            "tag": "integration_story",
            "name": name or self.env._("Story"),
            "params": {"correlation": correlation},
        }

    # what belongs to it

    def _chain(self, correlation):
        """Follow the correlation id to the messages of the same objects, and on to theirs."""
        finder = self.env["integration.find"]
        found = finder._by_correlation([correlation])
        found |= finder._of_same_objects(found)
        correlations = {correlation, *found.mapped("correlation_id")} - {False}
        if len(correlations) > 1:
            found |= finder._by_correlation(correlations)
        chain = Chain(correlations, found.sorted("id"))
        chain.cut = len(found) >= MOST
        chain.records = self._chain_records(chain)
        return chain

    def _chain_records(self, chain):
        """{model: business records} of the chain. Addons add theirs."""
        return {}

    def _title(self, chain):
        """What people call the chain."""
        named = [message.subject or message.business_key for message in chain.messages]
        return next(filter(None, named), "")

    # what happened

    def _entries(self, chain):
        """What happened, in any order. Addons add theirs."""
        entries = [entry for message in chain.messages for entry in self._told_message(message)]
        entries += self._told_attempts(chain)
        entries += self._told_exceptions(chain)
        entries += self._told_replays(chain)
        entries += self._told_acts(chain)
        return [entry for entry in entries if entry["at"]]

    @staticmethod
    def _entry(at, icon, title, text="", tone="muted", record=None, rank=5, person=""):
        """One line of the story.

        :param at: naive UTC time; the reader sees it in their own zone
        :param tone: muted, info, success, warning or danger
        :param record: what a click opens
        :param rank: what comes first within one second
        :param person: who did it
        """
        return {
            "at": fields.Datetime.to_string(at) if at else False,
            "icon": icon,
            "title": title,
            "text": text or "",
            "tone": tone,
            "model": record._name if record else "",
            "res_id": record.id if record else 0,
            "rank": rank,
            "person": person or "",
        }

    def _told_message(self, message):
        flow, backend = message.flow_id.name, message.backend_id.name
        if message.direction == "in":
            title = self.env._("%(backend)s: %(flow)s received", backend=backend, flow=flow)
        else:
            title = self.env._("%(flow)s queued for %(backend)s", backend=backend, flow=flow)
        facts = [message.subject or message.business_key or "", message.source_topic or ""]
        if message.duplicate_count:
            facts.append(self.env._("delivered %s times more", message.duplicate_count))
        text = " · ".join(filter(None, facts))
        # within a second, what leaves comes after what it tells of
        rank = 1 if message.direction == "in" else 6
        yield self._entry(message.received_at, "fa-envelope-o", title, text, "info", message, rank=rank)
        states = dict(message._fields["state"]._description_selection(self.env))
        if message.state in ("cancelled", "echo") or message.superseded_by_id:
            title = self.env._("Left out") if message.superseded_by_id else states[message.state]
            yield self._entry(message.settled_at, "fa-ban", title, message.note, "muted", message, rank=8)
        elif message.attempts_gone and message.settled_at:
            title = self.env._("Tries no longer told one by one: %s", message.attempts_gone)
            yield self._entry(message.settled_at, "fa-cogs", title, states[message.state], "muted", message, rank=8)

    def _told_attempts(self, chain):
        attempts = self.env["integration.attempt"].search(
            [("message_id", "in", chain.messages.ids)], order="id desc", limit=ATTEMPTS
        )
        chain.cut = chain.cut or len(attempts) >= ATTEMPTS
        calls = self.env["integration.call"].search([("message_id", "in", chain.messages.ids)])
        return [self._told_attempt(attempt, calls) for attempt in attempts]

    def _told_attempt(self, attempt, calls):
        tones = {"done": "success", "retry": "warning", "ambiguous": "warning"}
        call = calls.filtered(lambda call: call.id == attempt.call_id.id)
        if attempt.kind == "work":
            icon, title = "fa-cogs", self._work_title(attempt)
        elif attempt.kind == "call":
            icon, title = "fa-paper-plane-o", self.env._("Called the partner: %s", call.operation or "")
        else:
            icon, title = "fa-search", self.env._("Looked up at the partner: %s", call.operation or "")
        outcomes = dict(attempt._fields["outcome"]._description_selection(self.env))
        outcome = "" if attempt.kind == "work" else outcomes.get(attempt.outcome, "")
        took = self.env._("%s ms", attempt.duration_ms) if attempt.duration_ms else ""
        text = " · ".join(filter(None, [outcome, attempt.excerpt, took]))
        tone = tones.get(attempt.outcome, "danger" if attempt.outcome else "info")
        rank = 3 if attempt.message_id.direction == "in" else 7
        return self._entry(attempt.started_at, icon, title, text, tone, attempt.message_id, rank=rank)

    def _work_title(self, attempt):
        if attempt.outcome == "done":
            if attempt.message_id.direction == "in":
                return self.env._("Decoded and applied")
            return self.env._("Sent")
        titles = {
            "retry": self.env._("Did not work, to be tried again"),
            "blocked": self.env._("Stopped: needs a person"),
            "dead": self.env._("Given up"),
            "ambiguous": self.env._("Not known if it worked"),
            "died": self.env._("The worker died"),
        }
        return titles.get(attempt.outcome, self.env._("Being worked on"))

    def _told_exceptions(self, chain):
        domain = [("message_id", "in", chain.messages.ids)]
        found = self.env["integration.exception"].search(domain, limit=MOST)
        for records in chain.records.values():
            found |= self.env["integration.exception"].search(
                [("res_model", "=", records._name), ("res_id", "in", records.ids), ("state", "=", "open")]
            )
        for exception in found:
            yield self._entry(
                exception.first_seen,
                "fa-exclamation-triangle",
                self.env._("Exception: %s", exception.cause),
                exception.suggestion,
                "danger",
                exception,
                rank=8,
            )
            if exception.state == "resolved":
                yield self._entry(
                    exception.resolved_at,
                    "fa-check",
                    self.env._("Resolved: %s", exception.cause),
                    exception.resolution,
                    "success",
                    exception,
                    rank=9,
                    person=exception.sudo().resolved_by_id.name,
                )

    def _told_replays(self, chain):
        items = self.env["integration.replay.item"].search(
            [("message_id", "in", chain.messages.ids), ("sent_at", "!=", False)], limit=MOST
        )
        for item in items:
            title = self.env._("Tried again with many others: %s", item.replay_id.reason)
            yield self._entry(item.sent_at, "fa-repeat", title, "", "info", item.replay_id, rank=2)

    def _told_acts(self, chain):
        """What people did by hand; who did it and why, not what it changed."""
        domain = [
            leaf for name, ids in chain.about() for leaf in ("&", ("res_model", "=", name), ("res_id", "in", ids))
        ]
        domain = ["|"] * (len(chain.about()) - 1) + domain
        if not domain:
            return
        # the log itself is for managers; that a colleague acted is for everybody who may see the chain
        acts = self.env["integration.audit"].sudo().search(domain, order="id desc", limit=MOST)
        names = self.env["integration.audit"]._action_names()
        for act in acts:
            title = names.get(act.action, act.action)
            yield self._entry(act.at, "fa-user", title, act.reason, "info", rank=2, person=act.user_id.name)
