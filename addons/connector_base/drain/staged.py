"""Which messages are taken while a backlog is let go in stages: fresh ones first."""

from .heads import lock_heads

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
    values = {"flow": flow.id, "until": release.until_id}
    fresh = lock_heads(cr, FRESH, limit, **values)
    granted = release._grant(limit - len(fresh))
    if not granted:
        return fresh
    backlog = lock_heads(cr, BACKLOG, granted, **values, taken=[row[0] for row in fresh])
    release._give_back(granted - len(backlog))
    return fresh + backlog
