import time
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.connector_base.lib.errors import ConnectorError, RateLimitedError

from ..lib import levels_sql as sql
from ..lib.documents import StockLevel, StockUpdate
from ..lib.levels import load_levels
from ..stock import reading
from ..stock.dirty import mark_backends
from ..stock.jobs import in_own_env
from ..stock.publish import Round, give_up

#: seconds after which levels that wait for orders are looked at again
HELD_BACK_SECONDS = 5
#: seconds one job reads from a channel before it asks for the next
READING_SECONDS = 45
COMPARE_AT_ONCE = 1000


class IntegrationFlow(models.Model):
    """Publishing stock: the flow ``stock.out``."""

    _inherit = "integration.flow"

    def _request_publish_stock(self, eta=None, soon=False):
        """See that a round of these flows runs after the commit.

        :param eta: naive UTC time; None for as soon as possible
        :param soon: ``eta`` is so near that it must not be taken for a longer wait
        """
        wait = ("-soon" if soon else "-later") if eta else ""
        self._request_job("_job_publish_stock", identity=f"publish-stock{wait}", eta=eta)

    def _stock_reader(self):
        """(adapter or None, the channel has to be read before it is overwritten).

        Nothing is asked of a backend that may not send; its levels wait to be read.
        """
        backend = self.sudo().backend_id
        try:
            adapter = backend._get_adapter()
        except ConnectorError:
            return None, True
        readable = reading.can_read(adapter)
        return (adapter if readable and backend._may_send() and not self.paused_at else None), readable

    def _job_publish_stock(self):
        """Compute what is marked, ask the channel where needed, queue what changed.

        :return: what was done, for the job's record
        """
        self.ensure_one()
        flow = self.sudo()
        if not flow.active or flow.backend_id.state == "draft":
            return "not connected"
        adapter, readable = flow._stock_reader()
        outcome = flow._stock_round(readable)
        until = time.monotonic() + READING_SECONDS
        while outcome.to_read and adapter:
            later = flow._read_stock(adapter, outcome.to_read)
            if later or time.monotonic() > until:
                flow._request_publish_stock(later or fields.Datetime.now())
                return "reading goes on later"
            outcome = flow._stock_round(readable)
        if outcome.held_back and not outcome.to_read:
            wait = timedelta(seconds=HELD_BACK_SECONDS)
            flow._request_publish_stock(fields.Datetime.now() + wait)
        return f"{outcome.changed} changed, {outcome.levels} levels in {outcome.messages} messages"

    def _stock_round(self, readable):
        """One ``stock.publish.Round``, committed."""
        flow_id = self.id
        return self._in_backend_env(lambda env: Round(env["integration.flow"].browse(flow_id), readable).run())

    def _in_backend_env(self, work):
        """Run ``work(env)`` with the rights of the backend's user in a cursor of its own, and commit."""
        return in_own_env(self.backend_id._company_env(), work)

    def _read_stock(self, adapter, rows):
        """Ask the channel and keep the answer.

        :return: naive UTC time to try again at when it could not be asked
        """
        backend = self.backend_id
        try:
            known, read_at = reading.read(adapter, rows)
        except ConnectorError as error:
            backend._pause_for(error)
            wait = error.retry_after if isinstance(error, RateLimitedError) else 60
            return fields.Datetime.now() + timedelta(seconds=max(1, wait))
        self._in_backend_env(lambda env: reading.store(env, known, read_at))
        if known:
            self._look_for_orders_after(read_at)
        return None

    def _look_for_orders_after(self, read_at):
        """See that the orders behind a reading are known soon: levels wait for that to rise.

        Only a look-up that starts in a later second than the reading proves anything.
        """
        orders = self.backend_id._flow("order.in")
        if orders.poll_minutes:
            orders._request_poll(eta=read_at + timedelta(seconds=2))

    def _stock_rows(self, message):
        """Levels that a message may carry, locked: dicts of ``levels_sql.OF_MESSAGE``."""
        ids = load_levels(message._raws()[message.id])
        self.env.cr.execute(sql.OF_MESSAGE, {"message_id": message.id, "ids": ids}, log_exceptions=False)
        return self.env.cr.dictfetchall()

    def _build_stock_out(self, message):
        """The newest values of the levels that a message names.

        Taken when it is sent, not when it was queued. Levels whose newest value was
        accepted meanwhile are dropped.

        :return: StockUpdate, or None when nothing is left
        """
        levels = tuple(
            StockLevel(
                stock_id=row["stock_id"],
                location_id=row["external_id"],
                available=max(0, row["available"]),
                expected=row["known"],
                version=row["version"],
            )
            for row in self._stock_rows(message)
        )
        if not levels:
            return None
        return StockUpdate(reference=f"stock-{message.id}", levels=levels)

    def _settle_stock_out(self, message, results):
        """Keep what the channel accepted, and look into what it did not.

        The levels still have the values that were sent: they are locked by us, or,
        after a crash, frozen by the planned call.

        :param results: [(Call, CallResult)]; ``data`` may hold the lists ``stale``,
            ``not_stocked`` and ``errors`` of {stock_id, location_id, message}; a call's
            ``meta["levels"]`` says which levels it carried
        """
        rows = _sent(self._stock_rows(message), results)
        stale, refused = self._stock_answers(rows, results)
        aside = stale | refused.keys()
        accepted = [row["id"] for row in rows.values() if row["id"] not in aside]
        give_up(self.env, accepted, only_fallen=True)
        self.env.cr.execute(sql.ACCEPTED, {"ids": accepted})
        adapter_reads = self._stock_reader()[1]
        self.env.cr.execute(sql.STALE, {"ids": list(stale), "recheck": adapter_reads})
        self.env.invalidate_all()
        levels = self.env["integration.stock.level"]
        levels.browse(refused)._refuse(refused)
        levels.browse(accepted)._heal_refused()
        self._request_publish_stock()

    def _stock_answers(self, rows, results):
        """(ids of stale levels, {level id: (cause, suggestion)}) of a message's results."""
        stale, refused = set(), {}
        for __, result in results:
            for item in result.data.get("stale", ()):
                row = rows.get((item["stock_id"], item["location_id"]))
                stale.update([row["id"]] if row else [])
            for kind in ("not_stocked", "errors"):
                for item in result.data.get(kind, ()):
                    row = rows.get((item["stock_id"], item["location_id"]))
                    if row and (kind == "errors" or row["available"]):
                        refused[row["id"]] = self._stock_refusal(kind, row["id"], item)
        return stale - refused.keys(), refused

    def _stock_refusal(self, kind, level_id, item):
        """Cause and suggestion, as a warehouse clerk would say it."""
        level = self.env["integration.stock.level"].browse(level_id)
        if kind == "not_stocked":
            return (
                self.env._(
                    "%(channel)s does not keep “%(product)s” at %(warehouse)s.",
                    channel=self.backend_id.name,
                    product=level.product_id.display_name,
                    warehouse=level.warehouse_id.name,
                ),
                self.env._("Let the channel stock it there, then press Try again on the level."),
            )
        return (
            self.env._(
                "%(channel)s refuses the stock of “%(product)s” at %(warehouse)s: %(reason)s",
                channel=self.backend_id.name,
                product=level.product_id.display_name,
                warehouse=level.warehouse_id.name,
                reason=item.get("message") or "?",
            ),
            self.env._("Correct it at the channel, then press Try again on the level."),
        )

    def _job_compare_stock(self):
        """Hold what the channel says against what was published, slice by slice."""
        self.ensure_one()
        # a comparison can wait: half of what the channel lets us ask is left to what cannot
        flow = self.sudo().with_context(integration_tier="2")
        adapter = flow._stock_reader()[0]
        if not adapter:
            return "cannot be read"
        until, count, differ = time.monotonic() + READING_SECONDS, 0, 0
        rows = flow._levels_to_compare()
        while rows and time.monotonic() < until:
            try:
                known, read_at = reading.read(adapter, rows)
            except RateLimitedError as error:
                later = fields.Datetime.now() + timedelta(seconds=max(1, error.retry_after))
                flow._request_job("_job_compare_stock", identity="compare-stock-later", eta=later)
                return f"goes on later: {error}"
            except ConnectorError as error:
                flow.backend_id._pause_for(error)
                return f"stopped: {error}"
            differ += flow._in_backend_env(
                lambda env, args=(rows, known, read_at): reading.compare(
                    env, env["integration.backend"].browse(flow.backend_id.id), *args
                ),
            )
            count += len(rows)
            rows = flow._levels_to_compare()
        if differ:
            flow._look_for_orders_after(read_at)
            flow._request_publish_stock()
        if rows:
            flow._request_job("_job_compare_stock", identity="compare-stock")
        return f"{count} compared, {differ} differ"

    def _levels_to_compare(self):
        """The next levels that the comparison under way has not seen yet."""
        backend_id = self.backend_id.id

        def fetch(env):
            publisher = env["integration.stock.publisher"].search([("backend_id", "=", backend_id)])
            env.cr.execute(
                sql.TO_COMPARE,
                {
                    "backend_id": backend_id,
                    "since": publisher.comparing_since or fields.Datetime.now(),
                    "limit": COMPARE_AT_ONCE,
                },
            )
            return env.cr.fetchall()

        return self._in_backend_env(fetch)

    @api.model
    def _cron_publish_stock(self):
        """Ask for the rounds that a kill or a lost job left out."""
        self.env.cr.execute(
            """SELECT f.id FROM integration_flow f
                 JOIN integration_backend b ON b.id = f.backend_id
                WHERE f.code = 'stock.out' AND f.active AND b.active AND b.state <> 'draft'
                  AND (EXISTS (SELECT 1 FROM integration_stock_dirty d
                                WHERE d.backend_id = b.id)
                       OR EXISTS (SELECT 1 FROM integration_stock_level l
                                   WHERE l.backend_id = b.id
                                     AND l.version > l.published_version))"""
        )
        self.browse([row[0] for row in self.env.cr.fetchall()])._request_publish_stock()

    @api.model
    def _cron_recompute_stock(self):
        """Compute every level anew, try again what was refused, compare with the channel.

        Marks can be missed: core merges quants in SQL, and lots expire by the clock.
        """
        flows = self.sudo().search([("code", "=", "stock.out")])
        flows = flows.filtered(lambda flow: flow.backend_id.state != "draft")
        for backend in flows.backend_id:
            in_own_env(self.env, lambda env, backend_id=backend.id: _begin_anew(env, backend_id))
        mark_backends(self.env, flows.backend_id.ids)
        flows._request_job("_job_compare_stock", identity="compare-stock")


def _begin_anew(env, backend_id):
    """Forget refusals and levels without links, and let a comparison begin."""
    publishers = env["integration.stock.publisher"]
    publisher = publishers.search([("backend_id", "=", backend_id)])
    publisher = publisher or publishers.create({"backend_id": backend_id})
    publisher.write({"comparing_since": fields.Datetime.now(), "drift_products": 0, "drift_units": 0})
    env.cr.execute(sql.FORGIVE, {"backend_id": backend_id})
    env.cr.execute(sql.ORPHANS, {"backend_id": backend_id})


def _sent(rows, results):
    """{(stock id, location id): row} of the levels that the calls carried.

    Calls that do not say so carried all of them.
    """
    by_key = {(row["stock_id"], row["external_id"]): row for row in rows}
    if not all("levels" in call.meta for call, __ in results):
        return by_key
    carried = {(level["stock_id"], level["location_id"]) for call, __ in results for level in call.meta["levels"]}
    return {key: row for key, row in by_key.items() if key in carried}
