"""Working off what came in: fetch, decode, apply in batches, settle."""

import psycopg2
from psycopg2 import errorcodes

from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY

from ..failpoints import reach
from ..lib.errors import ConnectorError, DataError
from ..lib.ids import digest
from .items import Inbound
from .outcome import as_connector_error, log_trouble, settle_error, write_reports

#: what a concurrent transaction does to ours: it changed a row that we change, or it
#: created what we looked for in vain (two orders of one new customer, in two lanes)
STALE = (*PG_CONCURRENCY_ERRORS_TO_RETRY, errorcodes.UNIQUE_VIOLATION)


def is_stale(error):
    """Whether an error only says that our snapshot is old: a new transaction helps."""
    return isinstance(error, psycopg2.Error) and error.pgcode in STALE


class InboundWork:
    """One claimed batch of one flow, in the transaction that holds its locks.

    :param flow: integration.flow in the backend's working environment
    :param claimed: ``drain.claim.Claim``
    :param patient: give a batch back that met a concurrent change, to be started afresh;
        otherwise look for the message that is to blame
    """

    def __init__(self, flow, claimed, patient=True):
        self.patient = patient
        self.flow = flow
        self.env = flow.env
        self.claimed = claimed
        self.policy = flow._retry_policy()
        self.outcomes = {}
        self.aliases = None

    def run(self):
        """Apply the batch; the caller commits.

        :return: {message id: (outcome, error class, excerpt)} for the attempts
        """
        heads = self.env["integration.message"].browse(self.claimed.heads)
        for newest, older in self.claimed.older.items():
            heads.browse(older)._supersede(heads.browse(newest))
        items = self._decode(heads)
        if items:
            self._apply(items)
            done = heads.browse([item.message.id for item in items if item.state == "done" and not item.error])
            self.env["integration.exception"]._heal_after(done)
            self.env["integration.term"]._index(self.flow, items, self.aliases)
        for item in items:
            self._settle(item)
        return self.outcomes

    def _decode(self, messages):
        """Items of what could be read; the rest is settled here."""
        try:
            adapter = self.flow.backend_id._get_adapter()
            self.aliases = adapter.aliases
            raws = messages._to_decode(adapter, self.flow.code)
        except ConnectorError as error:
            for message in messages:
                self._fail(message, error)
            return []
        reach("inbound.fetched", [self.flow.code])
        items = []
        for message in messages:
            raw = raws.get(message.id)
            if isinstance(raw, ConnectorError):
                self._fail(message, raw)
            elif raw is None:
                message._settle("done", note=self.env._("The partner no longer has it."))
                self.outcomes[message.id] = ("done", "", "")
            else:
                self._decode_one(adapter, message, raw, items)
        return items

    def _decode_one(self, adapter, message, raw, items):
        try:
            items.append(Inbound(message, adapter.decode(self.flow.code, raw)))
        except ConnectorError as error:
            self._fail(message, error)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # a shape nobody foresaw is a fault of the message, never of its neighbours
            log_trouble(self.flow.backend_id, message.id, error)
            text = f"{type(error).__name__}: {error} (sha256 {digest(raw)[:12]})"
            self._fail(message, DataError(text, category="format"))

    def _apply(self, items):
        """Hand items to the handler; halve the batch until the bad one stands alone."""
        for item in items:
            item.reset()
        try:
            with self.env.cr.savepoint():
                keys = [item.message.business_key or "" for item in items]
                reach("inbound.apply", keys)
                self._handler()(items)
                self.env.flush_all()
                reach("inbound.applied", keys)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is settled
            if is_stale(error) and (self.patient or error.pgcode != errorcodes.UNIQUE_VIOLATION):
                raise
            self._split(items, error)

    def _split(self, items, error):
        self.env.invalidate_all()
        if len(items) == 1:
            items[0].reset()
            items[0].error = as_connector_error(error)
            if items[0].error.error_class == "unknown":
                log_trouble(self.flow.backend_id, items[0].message.id, error)
            return
        middle = len(items) // 2
        self._apply(items[:middle])
        self._apply(items[middle:])

    def _handler(self):
        name = f"_handle_{self.flow.code.replace('.', '_')}"
        return getattr(self.flow, name)

    def _settle(self, item):
        message = item.message
        if item.error:
            self._fail(message, item.error)
            return
        if item.state == "deferred":
            self.outcomes[message.id] = ("retry", "conflict", item.note)
            return
        if item.state not in ("done", "blocked"):
            raise AssertionError(f"the handler of {self.flow.code} left message {message.id} open")
        cause = item.reports[0].cause if item.state == "blocked" else None
        message._settle(item.state, note=item.note, record=item.record, error=cause, subject=item.subject)
        write_reports(message, item.reports)
        self.outcomes[message.id] = (item.state, "data" if cause else "", cause or item.note)

    def _fail(self, message, error):
        state = settle_error(message, error, self.policy)
        self.outcomes[message.id] = (state, error.error_class, str(error))
