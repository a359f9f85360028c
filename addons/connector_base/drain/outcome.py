"""What becomes of a message after an error. One place for both directions."""

import logging
import traceback

from odoo.exceptions import AccessError, MissingError, UserError

from ..lib.errors import ConfigurationError, ConnectorError, DataError, TransientError
from ..lib.retry import counts_as_try

_logger = logging.getLogger(__name__)


def as_connector_error(error):
    """Any exception as one of the taxonomy.

    What Odoo tells a user is something that user can act on; a right that the backend's
    user lacks is not there the next time either; everything unknown is tried again, and
    given up by the policy.
    """
    if isinstance(error, ConnectorError):
        return error
    if isinstance(error, AccessError):
        return ConfigurationError(str(error)[:1000], params={"group_key": "rights"})
    if isinstance(error, UserError) and not isinstance(error, MissingError):
        return DataError(str(error), category="data")
    unknown = TransientError(f"{type(error).__name__}: {error}"[:1000])
    unknown.error_class = "unknown"
    return unknown


def clean(backend, error):
    """The error with every secret taken out of its text; the same object.

    Everything an error says ends in attempts, exceptions or the log.
    """
    error.args = (backend._redact(str(error)),)
    return error


def log_trouble(backend, message_id, error):
    """Log an error nobody foresaw, with its traceback and without secrets."""
    trace = "".join(traceback.format_exception(error))
    _logger.warning("message %s failed\n%s", message_id, backend._redact(trace))


def settle_error(message, error, policy):
    """Settle one message by the class of its error, opening the exception it needs.

    :param error: ConnectorError
    :param policy: ``lib.retry.RetryPolicy`` of the flow
    :return: the state written
    """
    exceptions = message.env["integration.exception"]
    backend = message.backend_id
    clean(backend, error)
    if error.action == "pause":
        backend._pause_for(error)
        message._settle("retry", error=error, delay=60, counted=False)
        return "retry"
    if error.action == "block":
        message._settle("blocked", error=error)
        exceptions._report(backend, message=message, **exceptions._describe(error))
        return "blocked"
    if error.action == "lookup":
        message._settle("ambiguous", error=error, delay=policy.delay(message.attempt_count + 1))
        return "ambiguous"
    counted = counts_as_try(error)
    tries = message.attempt_count + (1 if counted else 0)
    if counted and policy.exhausted(tries):
        message._settle("dead", error=error)
        exceptions._report(backend, message=message, **exceptions._describe_dead(error, tries))
        return "dead"
    message._settle("retry", error=error, delay=policy.delay(max(tries, 1), error), counted=counted)
    return "retry"


def write_reports(message, reports):
    """Open the exceptions a handler asked for."""
    for report in reports:
        message.env["integration.exception"]._report(
            message.backend_id,
            report.category,
            report.cause,
            report.suggestion,
            group_key=report.group_key,
            record=report.record,
            message=message,
            amount=report.amount,
            **report.facts,
        )
