"""Locking due messages that no earlier one of their object stands before."""

HEADS = """
    SELECT m.id, m.business_key
      FROM integration_message m
     WHERE {wanted}
       AND m.state IN ('pending', 'retry', 'ambiguous')
       AND m.next_at <= clock_timestamp() AT TIME ZONE 'UTC'
       AND NOT EXISTS (
           SELECT 1 FROM integration_message e
             JOIN integration_flow f ON f.id = e.flow_id
            WHERE e.flow_id = m.flow_id AND e.business_key = m.business_key
              AND e.business_key <> '' AND e.id < m.id
              AND (e.state IN ('pending', 'retry', 'ambiguous')
                   OR e.state = 'blocked' AND f.full_state IS NOT TRUE))
     ORDER BY m.id
     LIMIT %(limit)s
       FOR NO KEY UPDATE OF m SKIP LOCKED
"""


def lock_heads(cr, wanted, limit, **values):
    """Lock up to ``limit`` heads, oldest first.

    :param wanted: SQL condition on ``m``, the message; one that an index on (flow_id, id)
        answers in order, or every due message is read to find the oldest
    :param values: what stands in it
    :return: [(id, business key)]
    :raises psycopg2.errors.SerializationFailure: someone settled one of them after our
        snapshot
    """
    if limit <= 0:
        return []
    cr.execute(
        HEADS.format(wanted=wanted),
        {**values, "limit": limit},
        log_exceptions=False,  # a stale snapshot is met by starting again
    )
    return cr.fetchall()
