"""Jobs and their transactions."""

from odoo import SUPERUSER_ID, api

from odoo.addons.connector_base.transaction import in_own_transaction


def in_own_env(env, work):
    """Run ``work(env)`` in a cursor of its own, and commit.

    A job may not commit its own cursor: queue_job holds the job's lock with it.

    :param env: whose user and context the work has
    :param work: may be called several times, when it meets a concurrent change
    :return: what ``work`` returned
    """
    uid, context = env.uid, dict(env.context)
    return in_own_transaction(env.registry, lambda cr: work(api.Environment(cr, uid, context)))


def gathered(env, key, make, write):
    """What one transaction gathers under ``key``, written once before its commit; rolled back, it is gone.

    :param make: makes the empty collection
    :param write: called with (env, collection) at precommit
    """
    precommit = env.cr.precommit
    found = precommit.data.get(key)
    if found is None:
        found = precommit.data[key] = make()
        precommit.add(lambda: write(env, found))
    return found


def request_job(record, method, channel, eta=None):
    """Ask for a job of one record after the commit, unless one waits to start.

    After the commit and in another cursor, so that a job that is seen waiting starts
    with a snapshot that holds what was just committed. A kill in between is made good
    by the cron that sweeps.

    :param method: name of a ``_job_*`` method
    :param eta: naive UTC time; None for as soon as possible
    """
    registry, model, record_id = record.env.registry, record._name, record.id
    key = f"integration:{method}:{model}:{record_id}" + (":later" if eta else "")
    asked = record.env.cr.postcommit.data.setdefault("connector_oms.jobs", set())
    if key in asked:
        return
    asked.add(key)

    @record.env.cr.postcommit.add
    def enqueue():
        asked.discard(key)
        with registry.cursor() as cr:
            cr.execute(
                """SELECT 1 FROM queue_job
                    WHERE identity_key = %s AND state IN ('pending', 'enqueued') LIMIT 1""",
                (key,),
            )
            if not cr.fetchone():
                records = api.Environment(cr, SUPERUSER_ID, {})[model].browse(record_id)
                job = records.with_delay(channel=channel, eta=eta, identity_key=key, max_retries=5)
                getattr(job, method)()
