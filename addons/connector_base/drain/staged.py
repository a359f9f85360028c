"""Which messages are taken while a backlog is let go in stages: fresh ones first."""

#: due messages that no earlier open one of their object stands before
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
#: what came after the outage, and the oldest message of each object that has such news:
#: it goes before the news, which would wait for the whole backlog otherwise
FRESH = """m.id IN (
    SELECT id FROM integration_message
     WHERE flow_id = %(flow)s AND id > %(until)s AND state IN ('pending', 'retry', 'ambiguous')
     UNION
    SELECT (SELECT min(o.id) FROM integration_message o
             WHERE o.flow_id = %(flow)s AND o.business_key = news.business_key
               AND o.state IN ('pending', 'retry', 'ambiguous'))
      FROM (SELECT DISTINCT business_key FROM integration_message
             WHERE flow_id = %(flow)s AND id > %(until)s AND business_key <> ''
               AND state IN ('pending', 'retry', 'ambiguous')) news)
"""
BACKLOG = "m.flow_id = %(flow)s AND m.id <= %(until)s AND NOT m.id = ANY(%(taken)s)"


def lock_staged(cr, flow, limit):
    """Lock up to ``limit`` heads: fresh work first, then the backlog at its pace.

    :return: [(id, business key)]; each object's messages stay in their order
    """
    release = flow.release_id
    fresh = _lock(cr, FRESH, flow, limit)
    granted = release._grant(limit - len(fresh))
    if not granted:
        return fresh
    backlog = _lock(cr, BACKLOG, flow, granted, [row[0] for row in fresh])
    release._give_back(granted - len(backlog))
    return fresh + backlog


def _lock(cr, wanted, flow, limit, taken=()):
    if limit <= 0:
        return []
    cr.execute(
        HEADS.format(wanted=wanted),
        {"flow": flow.id, "until": flow.release_id.until_id, "limit": limit, "taken": list(taken)},
        log_exceptions=False,  # a stale snapshot is met by starting again
    )
    return cr.fetchall()
