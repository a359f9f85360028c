"""The statements that fill the rollups. Set-based: none looks at a single message."""

from .latency import BOUNDS

#: what a period's row counts; duplicates are added to it elsewhere
COUNTS = ("received", "done", "failed", "retried", "dead", "blocked", "calls")

#: Which transactions have begun to write and have not committed: what they do becomes
#: visible later, with times from their beginning on. The moment is that before they are
#: looked at: what begins to write in between, writes later times.
LOOK = """
    SELECT m.last_value, a.last_value, now.moment,
           LEAST(now.moment, (
               SELECT min(xact_start) AT TIME ZONE 'UTC' FROM pg_stat_activity
                WHERE datname = current_database() AND backend_xid IS NOT NULL
                  AND pid <> pg_backend_pid()
                  AND xact_start > clock_timestamp() - interval '3 hours'))
      FROM integration_message_id_seq m, integration_attempt_id_seq a,
           (SELECT statement_timestamp() AT TIME ZONE 'UTC' AS moment) now"""

#: Duplicates are a counter on the message, without times: what it rose by since the last
#: look belongs to the minute of this one.
DUPLICATES = """
    WITH risen AS (
        SELECT id, flow_id, duplicate_count - COALESCE(duplicates_seen, 0) AS added
          FROM integration_message
         WHERE duplicate_count > COALESCE(duplicates_seen, 0)
           FOR NO KEY UPDATE SKIP LOCKED
    ), seen AS (
        UPDATE integration_message m SET duplicates_seen = duplicate_count
          FROM risen WHERE m.id = risen.id
    )
    INSERT INTO integration_rollup AS r (span, start, flow_id, backend_id, company_id, tier, place, duplicates)
    SELECT 'minute', date_trunc('minute', %(moment)s::timestamp), f.id, f.backend_id, f.company_id, f.tier, 0,
           sum(risen.added)
      FROM risen JOIN integration_flow f ON f.id = risen.flow_id
     GROUP BY f.id
        ON CONFLICT (span, start, flow_id, place)
        DO UPDATE SET duplicates = r.duplicates + EXCLUDED.duplicates"""

#: A message that found its record meanwhile moves to that record's place, so a row of the
#: window may have nothing left to count.
CLEAR = f"""
    UPDATE integration_rollup SET {", ".join(f"{name} = 0" for name in COUNTS)}, latency = NULL, latency_sum = 0
     WHERE span = 'minute' AND start >= %(since)s"""

#: Messages that killed their worker were put aside without an attempt that says so; they
#: alone are dead without an error class.
FACTS = """
    SELECT m.flow_id, {place} AS place, m.received_at AS at, 'received' AS fact, 0 AS seconds
      FROM integration_message m {joins}
     WHERE m.id > %(message_seq)s AND m.received_at >= %(since)s
    UNION ALL
    SELECT m.flow_id, {place}, m.settled_at, CASE WHEN m.state = 'dead' THEN 'dead' ELSE 'settled' END,
           extract(epoch FROM m.settled_at - m.received_at)
      FROM integration_message m {joins}
     WHERE m.settled_at >= %(since)s
       AND (m.state IN ('done', 'echo') OR m.state = 'dead' AND m.error_class IS NULL)
    UNION ALL
    SELECT m.flow_id, {place}, a.started_at, CASE WHEN a.kind = 'work' THEN a.outcome ELSE 'call' END, 0
      FROM integration_attempt a JOIN integration_message m ON m.id = a.message_id {joins}
     WHERE a.id > %(attempt_seq)s AND a.started_at >= %(since)s
       AND (a.kind <> 'work' OR a.outcome <> 'done'
            AND (a.outcome <> 'retry' OR COALESCE(a.error_class, '') NOT IN ('conflict', 'pending')))"""

_LATENCIES = ", ".join(
    f"count(*) FILTER (WHERE fact = 'settled' AND seconds > {low} AND seconds <= {high})::int"
    for low, high in zip(("'-infinity'", *BOUNDS), (*BOUNDS, "'infinity'"), strict=True)
)

MINUTES = """
    INSERT INTO integration_rollup (span, start, flow_id, backend_id, company_id, tier, place, received, done,
                                    failed, retried, dead, blocked, calls, latency, latency_sum, duplicates)
    SELECT 'minute', v.start, f.id, f.backend_id, f.company_id, f.tier, v.place, v.received, v.done,
           v.failed, v.retried, v.dead, v.blocked, v.calls, v.latency, v.latency_sum, 0
      FROM (
        SELECT flow_id, place, date_trunc('minute', at) AS start,
               count(*) FILTER (WHERE fact = 'received') AS received,
               count(*) FILTER (WHERE fact = 'settled') AS done,
               count(*) FILTER (WHERE fact IN ('retry', 'blocked', 'ambiguous', 'dead', 'died')) AS failed,
               count(*) FILTER (WHERE fact = 'retry') AS retried,
               count(*) FILTER (WHERE fact = 'dead') AS dead,
               count(*) FILTER (WHERE fact = 'blocked') AS blocked,
               count(*) FILTER (WHERE fact = 'call') AS calls,
               ARRAY[{latencies}] AS latency,
               COALESCE(sum(seconds) FILTER (WHERE fact = 'settled'), 0) AS latency_sum
          FROM ({facts}) facts
         GROUP BY 1, 2, 3) v
      JOIN integration_flow f ON f.id = v.flow_id
        ON CONFLICT (span, start, flow_id, place)
        DO UPDATE SET {updates}"""

_SUMMED = (*COUNTS, "duplicates", "latency_sum")

#: hours are made anew out of all of their minutes
HOURS_GONE = "DELETE FROM integration_rollup WHERE span = 'hour' AND start >= date_trunc('hour', %(since)s::timestamp)"
HOURS = f"""
    INSERT INTO integration_rollup (span, start, flow_id, backend_id, company_id, tier, place,
                                    {", ".join(_SUMMED)}, latency)
    SELECT 'hour', date_trunc('hour', r.start), f.id, f.backend_id, f.company_id, f.tier, r.place,
           {", ".join(f"sum(r.{name})" for name in _SUMMED)},
           ARRAY[{", ".join(f"COALESCE(sum(r.latency[{n + 1}]), 0)::int" for n in range(len(BOUNDS) + 1))}]
      FROM integration_rollup r JOIN integration_flow f ON f.id = r.flow_id
     WHERE r.span = 'minute' AND r.start >= date_trunc('hour', %(since)s::timestamp)
     GROUP BY date_trunc('hour', r.start), r.place, f.id"""

#: what was under way at this look and ends later changes the minute it began in; one
#: whose worker died is not waited for longer than an hour
UNDER_WAY = """
    SELECT min(started_at) FROM integration_attempt
     WHERE id > %(attempt_seq)s AND outcome IS NULL AND started_at >= %(moment)s::timestamp - interval '1 hour'"""

MARK = """
    INSERT INTO integration_rollup_mark (looked_at, again_from, message_seq, attempt_seq)
    VALUES (%(moment)s, LEAST(%(safe)s::timestamp, %(under_way)s::timestamp), %(seen_message)s, %(seen_attempt)s)"""

#: One mark an hour is kept for as long as a screen looks back. How long the counts are
#: kept is for ``integration.retention`` to say.
PURGE = """
    DELETE FROM integration_rollup_mark m
     WHERE looked_at < %(moment)s::timestamp - interval '8 days'
        OR looked_at < %(moment)s::timestamp - interval '4 hours'
           AND EXISTS (SELECT 1 FROM integration_rollup_mark e
                        WHERE e.looked_at < m.looked_at
                          AND e.looked_at >= date_trunc('hour', m.looked_at))"""


def minutes(place, joins):
    """The statement that counts all minutes of the window.

    :param place: SQL expression over the message ``m`` and ``joins``: where it happens, 0 if nowhere
    :param joins: SQL of further tables, each at most one row a message
    """
    updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in (*COUNTS, "latency", "latency_sum"))
    facts = FACTS.format(place=place, joins=joins)
    return MINUTES.format(latencies=_LATENCIES, facts=facts, updates=updates)
