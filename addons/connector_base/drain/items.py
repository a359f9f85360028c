"""What a handler gets, and how it says what became of it."""

from dataclasses import dataclass, field
from typing import Any

from ..lib.errors import ConnectorError


@dataclass
class Report:
    """One exception to be opened: see ``integration.exception._report``."""

    category: str
    cause: str
    suggestion: str = ""
    group_key: str = ""
    record: Any = None
    amount: float = 0.0
    facts: dict = field(default_factory=dict)


@dataclass
class Inbound:
    """One message with the documents it was decoded to.

    A handler calls ``done``, ``block`` or ``defer`` exactly once, and ``report`` as
    often as it needs. Whatever it said is forgotten when its batch is rolled back.

    :param message: integration.message, locked by this transaction
    :param documents: canonical documents
    :param subject: what people call it (an order number); the handler fills it in
    """

    message: Any
    documents: list
    subject: str = ""
    state: str = ""
    note: str = ""
    record: Any = None
    error: ConnectorError | None = None
    reports: list[Report] = field(default_factory=list)

    def done(self, record=None, note=""):
        """Applied, or nothing to do; ``record`` is what the message became."""
        self.state, self.record, self.note = "done", record, note

    def block(self, category, cause, suggestion="", group_key="", record=None, amount=0.0, **facts):
        """A person must act; nothing of this message was written."""
        self.state, self.record = "blocked", record
        self.report(category, cause, suggestion, group_key, record, amount, **facts)

    def defer(self, note):
        """Not in this batch: another worker is at what it needs. Nothing of it was written.

        It stays due, and is taken again by a batch that sees what the other one did.
        """
        self.state, self.note = "deferred", note

    def report(self, category, cause, suggestion="", group_key="", record=None, amount=0.0, **facts):
        """Applied, but a person must look at it."""
        self.reports.append(Report(category, cause, suggestion, group_key, record, amount, facts))

    def reset(self):
        """Forget what a rolled back try said."""
        self.state, self.note, self.record, self.error = "", "", None, None
        self.reports = []
