"""Sending one message: intent committed, call, result committed, settle."""

from ..failpoints import reach
from ..lib.errors import AmbiguousError, ConnectorError, PendingError, TransientError
from .outcome import as_connector_error, clean, log_trouble, settle_error

#: states of a call after which it is not known whether the partner did it
UNKNOWN = ("sending", "ambiguous")


class OutboundWork:
    """One claimed outgoing message, in the transaction that holds its lock.

    The calls and their results are committed in cursors of their own, so that this
    transaction may die at any line without anything being done twice.

    :param flow: integration.flow in the backend's working environment
    :param message: integration.message, locked
    """

    def __init__(self, flow, message):
        self.flow = flow
        self.env = flow.env
        self.message = message
        self.calls = self.env["integration.call"].sudo()
        self.attempts = self.env["integration.attempt"].sudo()

    def run(self):
        """Send it; the caller commits.

        :return: {message id: (outcome, error class, excerpt)} for the attempt
        """
        try:
            note = self._send_and_settle()
        except ConnectorError as error:
            return self._failed(error)
        except Exception as error:
            if getattr(error, "pgcode", None) == "40001":
                raise
            log_trouble(self.flow.backend_id, self.message.id, error)
            return self._failed(as_connector_error(error))
        self.message._settle("done", note=note)
        self.env["integration.exception"]._heal_after(self.message)
        return {self.message.id: ("done", "", note)}

    def _failed(self, error):
        self.env.invalidate_all()
        policy = self.flow._retry_policy()
        if error.action == "lookup" and self._cannot_find_out(error, policy):
            state = self._ask_a_person(error)
        else:
            state = settle_error(self.message, error, policy)
        return {self.message.id: (state, error.error_class, str(error))}

    def _cannot_find_out(self, error, policy):
        """Whether the partner does not tell, or was asked in vain as often as allowed."""
        return not getattr(error, "may_look_up", True) or policy.exhausted(self.message.attempt_count + 1)

    def _send_and_settle(self):
        adapter = self.flow.backend_id._get_adapter()
        planned = self.calls._of(self.message)
        refused = any(state == "refused" for __, state, __, __ in planned)
        if not planned or refused and not self._any_effect(planned):
            planned = self._plan(adapter)
        if not planned:
            return self.env._("Nothing to send any more.")
        results = [(call, self._one(adapter, *row)) for row in planned for call in [row[2]]]
        settle = getattr(self.flow, f"_settle_{self._topic()}", None)
        if settle:
            with self.env.cr.savepoint():
                settle(self.message, results)
                self.env.flush_all()
        return ""

    @staticmethod
    def _any_effect(planned):
        return any(state in ("done", *UNKNOWN) for __, state, __, __ in planned)

    def _topic(self):
        return self.flow.code.replace(".", "_")

    def _plan(self, adapter):
        """Build the document and commit the calls that carry it, before any is made."""
        with self.env.cr.savepoint():
            document = getattr(self.flow, f"_build_{self._topic()}")(self.message)
        calls = adapter.prepare(self.flow.code, document) if document is not None else []
        ids = self.calls._plan(self.message, calls)
        reach("outbound.planned", [call.operation for call in calls])
        return [(call_id, "planned", call, None) for call_id, call in zip(ids, calls, strict=True)]

    def _one(self, adapter, call_id, state, call, result):
        """The result of one call: known already, found again, or made now."""
        if state == "done":
            return result
        if state in UNKNOWN:
            result = self._look_up(adapter, call_id, call)
            if result is not None:
                return result
        return self._make(adapter, call_id, call)

    def _look_up(self, adapter, call_id, call):
        attempt = self.attempts._start([self.message.id], "lookup", call_id)[self.message.id]
        try:
            result = adapter.lookup(call)
        except PendingError as error:
            clean(self.flow.backend_id, error)
            self.attempts._finish({attempt: ("retry", error.error_class, str(error))})
            raise
        except AmbiguousError as error:
            clean(self.flow.backend_id, error)
            self.attempts._finish({attempt: ("ambiguous", error.error_class, str(error))})
            error.may_look_up = False
            raise
        except ConnectorError as error:
            clean(self.flow.backend_id, error)
            self.attempts._finish({attempt: ("retry", error.error_class, str(error))})
            # still unknown, but nothing was sent: look again later
            raise AmbiguousError(f"could not find out yet: {error}") from error
        reach("outbound.looked_up", [call.key])
        if result is None:
            self.calls._record(call_id, "failed")
            self.attempts._finish({attempt: ("retry", "", "not there")})
        else:
            self.calls._record(call_id, "done", result)
            self.attempts._finish({attempt: ("done", "", f"found {result.external_id}")})
        return result

    def _make(self, adapter, call_id, call):
        attempt = self.attempts._start([self.message.id], "call", call_id)[self.message.id]
        self.calls._record(call_id, "sending")
        try:
            reach("outbound.sending", [call.key])
            result = adapter.send(call)
            reach("outbound.sent", [call.key])
        except PendingError as error:
            # not known yet: the next try asks about it and sends nothing
            self._note(call_id, attempt, "ambiguous", error, outcome="retry")
            raise
        except AmbiguousError as error:
            self._note(call_id, attempt, "ambiguous", error)
            raise
        except TransientError as error:
            self._note(call_id, attempt, "failed", error)
            raise
        except ConnectorError as error:
            self._note(call_id, attempt, "refused", error)
            raise
        except Exception as error:
            # a fault of ours after the bytes may have left
            self._note(call_id, attempt, "ambiguous", as_connector_error(error))
            raise AmbiguousError(f"{type(error).__name__}: {error}") from error
        self.calls._record(call_id, "done", result)
        reach("outbound.recorded", [call.key])
        self.attempts._finish({attempt: ("done", "", result.external_id)})
        return result

    def _note(self, call_id, attempt, state, error, outcome=""):
        clean(self.flow.backend_id, error)
        self.calls._record(call_id, state)
        outcome = outcome or {"ambiguous": "ambiguous", "failed": "retry", "refused": "blocked"}[state]
        self.attempts._finish({attempt: (outcome, error.error_class, str(error))})

    def _ask_a_person(self, error):
        """The partner cannot tell: only a person can find out."""
        self.message._settle("ambiguous", error=error)
        self.env["integration.exception"]._report(
            self.message.backend_id,
            "ambiguous",
            self.env._(
                "It is not known whether “%(name)s” reached the partner.",
                name=self.message.display_name,
            ),
            self.env._("Look at the partner's screen, then mark it as done or send it again."),
            message=self.message,
        )
        return "ambiguous"
