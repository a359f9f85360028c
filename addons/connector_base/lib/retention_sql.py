"""The statements that clear what is kept no longer. Set-based; run in bounded batches.

``t`` is the table of the step. What identifies a message (backend, topic, key, object,
digest, state, times) is written by none of them: a late duplicate must still be known.
"""

from dataclasses import dataclass

from .retention import CONTENT, MASKED, TEXTS, TRIES, left

#: A settled message that nobody works at; open ones have no time of settlement, and are
#: named all the same.
_SETTLED = """t.flow_id = %(flow)s AND t.settled_at < now() AT TIME ZONE 'UTC' - %(days)s * interval '1 day'
          AND t.state NOT IN ('pending', 'retry', 'ambiguous')
          AND COALESCE(t.gone, 0) < 7 AND COALESCE(t.gone, 0) = ANY(ARRAY{left})"""

#: nobody needs it any more to put something right
NOT_AWAITED = """NOT EXISTS (SELECT 1 FROM integration_exception e
                            WHERE e.message_id = t.id AND e.state = 'open')
          AND NOT EXISTS (SELECT 1 FROM integration_message_edit c
                           WHERE c.message_id = t.id AND c.state IN ('draft', 'waiting'))"""

#: what began after this moment may be counted again
_COUNTED = """t.settled_at < COALESCE((SELECT max(again_from) FROM integration_rollup_mark),
                                     now() AT TIME ZONE 'UTC' - interval '8 days')"""

_RESOLVED = """t.backend_id = %(backend)s AND t.flow_id IS NOT DISTINCT FROM %(flow)s AND t.state = 'resolved'
          AND t.resolved_at < now() AT TIME ZONE 'UTC' - %(days)s * interval '1 day'
          AND COALESCE(t.gone, 0) < 3 AND COALESCE(t.gone, 0) = ANY(ARRAY{left})"""

_OLD = "t.{column} < now() AT TIME ZONE 'UTC' - %(days)s * interval '1 day'"


@dataclass(frozen=True)
class Step:
    """One thing that is done to one class of data after its days.

    :param data_class: see ``lib.retention.KINDS``
    :param act: ``mask`` or ``clear``; which of the rule's days count
    :param table: where it stands
    :param due: SQL condition of what is due
    :param scope: ``flow``: flow by flow; ``exception``: flow by flow, and what belongs to none;
        ``all``: at once
    """

    data_class: str
    act: str
    table: str
    due: str
    scope: str = "flow"

    def count(self):
        """The statement that counts what is due."""
        return f"SELECT count(*) FROM {self.table} t WHERE {self.due}"

    def lock(self):
        """The statement that locks a batch of what is due, and leaves out what others are at."""
        return f"SELECT t.id FROM {self.table} t WHERE {self.due} LIMIT %(limit)s FOR NO KEY UPDATE OF t SKIP LOCKED"


def _settled(bit, more):
    return f"{_SETTLED.format(left=left(bit))}\n          AND {more}"


STEPS = (
    Step("text", "mask", "integration_message", _settled(TEXTS, "TRUE")),
    Step("content", "clear", "integration_message", _settled(CONTENT, "t.state IN ('done', 'cancelled', 'echo')")),
    Step(
        "stuck",
        "clear",
        "integration_message",
        _settled(CONTENT, f"t.state IN ('dead', 'blocked') AND {NOT_AWAITED}"),
    ),
    Step(
        "correction",
        "clear",
        "integration_message_edit",
        # the one that the message is read as goes with its content, never before it
        f"""t.raw IS NOT NULL AND t.state IN ('replayed', 'refused', 'dropped') AND {_OLD.format(column="write_date")}
          AND EXISTS (SELECT 1 FROM integration_message m
                       WHERE m.id = t.message_id AND m.flow_id = %(flow)s AND m.edit_id IS DISTINCT FROM t.id)""",
    ),
    Step("attempt", "clear", "integration_message", _settled(TRIES, _COUNTED)),
    Step("exception", "mask", "integration_exception", _RESOLVED.format(left=left(MASKED, 3)), "exception"),
    Step("exception", "clear", "integration_exception", _RESOLVED.format(left=[0, MASKED]), "exception"),
    Step(
        "alert",
        "clear",
        "integration_alert_delivery",
        f"t.state <> 'pending' AND {_OLD.format(column='create_date')}",
        "all",
    ),
    Step("minute", "clear", "integration_rollup", f"t.span = 'minute' AND {_OLD.format(column='start')}", "all"),
    Step("hour", "clear", "integration_rollup", f"t.span = 'hour' AND {_OLD.format(column='start')}", "all"),
)


def _masked(column, whole="FALSE"):
    return f"""{column} = CASE WHEN {column} IS NULL OR {column} = '' THEN {column}
                    WHEN {whole} THEN %(mask)s
                    ELSE regexp_replace({column}, %(personal)s, %(mask)s, 'gi') END"""


#: what people call a contact is a person's name
_PERSON = "res_model = ANY(%(people)s)"

#: {(class, act): statements over the locked ``ids``}
ACTS = {
    ("text", "mask"): (
        f"""UPDATE integration_message
               SET {_masked("subject", _PERSON)}, {_masked("note")}, {_masked("last_error")},
                   gone = COALESCE(gone, 0) | {TEXTS}
             WHERE id = ANY(%(ids)s)""",
        f"""UPDATE integration_attempt SET {_masked("excerpt")}
             WHERE message_id = ANY(%(ids)s) AND excerpt ~* %(personal)s""",
    ),
    ("content", "clear"): (
        f"UPDATE integration_message SET raw = NULL, gone = COALESCE(gone, 0) | {CONTENT} WHERE id = ANY(%(ids)s)",
        "UPDATE integration_message_edit SET base = NULL, raw = NULL WHERE message_id = ANY(%(ids)s)",
        """UPDATE integration_call SET body = NULL, meta = NULL, result = NULL
            WHERE message_id = ANY(%(ids)s)""",
        "DELETE FROM integration_term WHERE message_id = ANY(%(ids)s) AND kind = ANY(%(personal_kinds)s)",
    ),
    ("correction", "clear"): ("UPDATE integration_message_edit SET base = NULL, raw = NULL WHERE id = ANY(%(ids)s)",),
    ("attempt", "clear"): (
        # the deaths of a message that kills its worker keep the object's next one from killing more
        f"""WITH gone AS (
                DELETE FROM integration_attempt a USING integration_message m
                 WHERE m.id = a.message_id AND m.id = ANY(%(ids)s)
                   AND NOT (m.state = 'dead' AND COALESCE(a.outcome, 'died') = 'died')
             RETURNING a.message_id)
            UPDATE integration_message m
               SET gone = COALESCE(m.gone, 0) | {TRIES},
                   attempts_gone = COALESCE(m.attempts_gone, 0)
                                   + (SELECT count(*) FROM gone g WHERE g.message_id = m.id)
             WHERE m.id = ANY(%(ids)s)""",
    ),
    ("exception", "mask"): (
        f"""UPDATE integration_exception
               SET {_masked("cause")}, {_masked("suggestion")}, {_masked("resolution")},
                   {_masked("res_name", _PERSON)}, {_masked("group_key")}, {_masked("group_label")},
                   gone = COALESCE(gone, 0) | {MASKED}
             WHERE id = ANY(%(ids)s)""",
        f"""UPDATE mail_message SET {_masked("body")}
             WHERE model = 'integration.exception' AND res_id = ANY(%(ids)s) AND body ~* %(personal)s""",
    ),
    ("exception", "clear"): (
        f"""UPDATE integration_exception
               SET cause = %(cleared)s, suggestion = NULL, resolution = NULL, {_masked("res_name", _PERSON)},
                   group_key = NULL, group_label = NULL, dedupe_key = 'gone/' || id, gone = 3
             WHERE id = ANY(%(ids)s)""",
    ),
    ("alert", "clear"): ("DELETE FROM integration_alert_delivery WHERE id = ANY(%(ids)s)",),
    ("minute", "clear"): ("DELETE FROM integration_rollup WHERE id = ANY(%(ids)s)",),
    ("hour", "clear"): ("DELETE FROM integration_rollup WHERE id = ANY(%(ids)s)",),
}
ACTS["stuck", "clear"] = ACTS["content", "clear"]

#: The counters of the last run: the first batch of a run begins them anew.
NOTE = """
    UPDATE integration_retention
       SET masked_count = CASE WHEN is_over IS FALSE THEN COALESCE(masked_count, 0) ELSE 0 END + %(masked)s,
           cleared_count = CASE WHEN is_over IS FALSE THEN COALESCE(cleared_count, 0) ELSE 0 END + %(cleared)s,
           is_over = FALSE, last_at = now() AT TIME ZONE 'UTC'
     WHERE id = %(rule)s"""
OVER = """
    UPDATE integration_retention
       SET masked_count = CASE WHEN is_over IS FALSE THEN masked_count ELSE 0 END,
           cleared_count = CASE WHEN is_over IS FALSE THEN cleared_count ELSE 0 END,
           is_over = TRUE, last_at = now() AT TIME ZONE 'UTC'"""
