"""The defences, each with the patch that takes it away and the tests that have to notice.

A patch replaces one text that must stand exactly once in its file: when the code moves, the gate says so
instead of testing nothing. ``sql`` is run on the test's copy of the database as well.
"""

from __future__ import annotations

from dataclasses import dataclass

BASE = "addons/connector_base"
OMS = "addons/connector_oms"
SHOPIFY = "addons/connector_shopify"
UNIT = "tests/unit"


@dataclass(frozen=True)
class Mutation:
    """One defence less.

    :param defence: what is taken away, in words
    :param file: where it stands
    :param old: the text that is it
    :param new: what stands there instead
    :param test: the quickest test file that must fail
    :param only: pytest's ``-k``: the tests meant
    :param sql: statement for the database, where the defence stands there
    """

    defence: str
    file: str
    old: str
    new: str
    test: str
    only: str
    sql: str = ""


def _base(defence: str, file: str, old: str, new: str, test: str, only: str, sql: str = "") -> Mutation:
    return Mutation(defence, f"{BASE}/{file}", old, new, f"{BASE}/tests/{test}.py", only, sql)


def _oms(defence: str, file: str, old: str, new: str, test: str, only: str, sql: str = "") -> Mutation:
    return Mutation(defence, f"{OMS}/{file}", old, new, f"{OMS}/tests/{test}.py", only, sql)


def _unit(defence: str, file: str, old: str, new: str, test: str, only: str) -> Mutation:
    return Mutation(defence, file, old, new, f"{UNIT}/{test}.py", only)


RECEIVING = (
    _base(
        "one ledger row a key",
        "models/integration_message.py",
        "ON CONFLICT (backend_id, topic, key) DO NOTHING",
        "",
        "test_ledger",
        "duplicate_key",
        "ALTER TABLE integration_message DROP CONSTRAINT integration_message_key_uniq",
    ),
    _base(
        "2xx only after the message is kept",
        "controllers/webhook.py",
        'return Response("not kept", status=503, headers={"Retry-After": "5"})',
        'return Response("kept", status=200)',
        "test_webhook",
        "not_kept",
    ),
    _unit(
        "signature of webhooks",
        f"{SHOPIFY}/lib/webhook.py",
        'if not verify(raw, headers.get(HMAC_HEADER, ""), secrets):',
        "if False:",
        "connector_shopify/test_webhook",
        "signature or changed",
    ),
    _unit(
        "webhooks of this shop only",
        f"{SHOPIFY}/lib/webhook.py",
        "if shop_domain and shop and shop != shop_domain.strip().lower():",
        "if False:",
        "connector_shopify/test_webhook",
        "another_shop",
    ),
    _base(
        "size of a webhook",
        "controllers/webhook.py",
        "max_content_length=max_body_bytes(),",
        "max_content_length=2**30,",
        "test_webhook",
        "megabytes",
    ),
    _base(
        "look-ups overlap",
        "models/integration_flow_poll.py",
        " - timedelta(minutes=flow.poll_overlap_minutes)",
        "",
        "test_ledger",
        "poll",
    ),
)
WORKING = (
    _base(
        "messages of one object in order",
        "drain/claim.py",
        "AND e.business_key <> '' AND e.id < m.id",
        "AND e.business_key <> '' AND e.id < 0",
        "test_ledger",
        "stay_in_order",
    ),
    _base(
        "newest state wins",
        "drain/claim.py",
        "    if flow.full_state:\n        _take_newest(",
        "    if False:\n        _take_newest(",
        "test_ledger",
        "newest_state",
    ),
    _base(
        "attempt noted before the work",
        "models/integration_flow_drain.py",
        'attempts.update(flow.env["integration.attempt"].sudo()._start(claimed.heads))',
        "attempts.update(dict.fromkeys(claimed.heads, 0))",
        "test_ledger",
        "applied_and_linked or unknown_trouble",
    ),
    _base(
        "quarantine after three deaths",
        "drain/claim.py",
        "MAX_DEATHS = 3",
        "MAX_DEATHS = 999",
        "test_ledger",
        "quarant",
    ),
    _base(
        "deaths count for the object",
        "drain/claim.py",
        "AND m.state IN ('pending', 'retry', 'ambiguous', 'dead')",
        "AND FALSE",
        "test_poison",
        "later_message",
    ),
    _base(
        "a suspect is taken alone",
        "drain/claim.py",
        "if taken.deaths and len(taken.heads) > 1:",
        "if False:",
        "test_ledger",
        "suspect",
    ),
    _base(
        "effect and done in one commit",
        "drain/inbound.py",
        "        for item in items:\n            self._settle(item)",
        "        self.env.cr.commit()\n        for item in items:\n            self._settle(item)",
        "test_ledger",
        "together",
    ),
    _base(
        "a bad message does not take its neighbours along",
        "drain/inbound.py",
        "        self._apply(items[:middle])\n        self._apply(items[middle:])",
        "        for item in items:\n            item.reset()\n            item.error = as_connector_error(error)",
        "test_ledger",
        "neighbours",
    ),
    _base(
        "a concurrent change starts the batch afresh",
        "drain/inbound.py",
        "return isinstance(error, psycopg2.Error) and error.pgcode in STALE",
        "return False",
        "test_ledger",
        "starts_afresh",
    ),
    _base(
        "what nobody foresaw is given up in the end",
        "lib/retry.py",
        "return attempts >= self.max_attempts",
        "return False",
        "test_ledger",
        "given_up",
    ),
    _base(
        "a paused backend works nothing off",
        "models/integration_flow_pause.py",
        'return self.active and not self.paused_at and self.backend_id.state == "running"',
        "return self.active",
        "test_ledger",
        "paused",
    ),
    _base(
        "the sweeper finds what a kill left behind",
        "models/integration_flow.py",
        "self.browse([row[0] for row in self.env.cr.fetchall()])._request_drain()",
        "self.env.cr.fetchall()",
        "test_policy",
        "sweeper",
    ),
    _base(
        "a waiting drain is trusted for a moment only",
        "models/integration_flow.py",
        "        _waiting_until[place] = now + WAITING_HOLDS",
        "        _waiting_until[place] = now + 9999",
        "test_wake",
        "trust",
    ),
)
SENDING = (
    _base(
        "intent before the call",
        "drain/outbound.py",
        '        self.calls._record(call_id, "sending")\n',
        "",
        "test_outbound",
        "before_it_is_made",
    ),
    _base(
        "answer recorded at once",
        "drain/outbound.py",
        '        self.calls._record(call_id, "done", result)\n        reach(',
        "        reach(",
        "test_outbound",
        "after_the_result or settlement",
    ),
    _base(
        "look-up before anything is sent again",
        "drain/outbound.py",
        "        if state in UNKNOWN:\n",
        "        if False:\n",
        "test_outbound",
        "timeout_after",
    ),
    _base(
        "what cannot be looked up is a person's",
        "drain/outbound.py",
        "            error.may_look_up = False\n",
        "",
        "test_outbound",
        "waits_for_a_person",
    ),
    _base(
        "the same bytes under the same key",
        "drain/outbound.py",
        "if not planned or refused and not self._any_effect(planned):",
        "if True:",
        "test_outbound",
        "same_bytes or second_of_two",
    ),
    _base(
        "one message a key",
        "models/integration_message.py",
        "ON CONFLICT (backend_id, topic, key) DO NOTHING",
        "",
        "test_outbound",
        "emitted_once",
        "ALTER TABLE integration_message DROP CONSTRAINT integration_message_key_uniq",
    ),
    Mutation(
        "no commit, no message",
        f"{BASE}/models/integration_message.py",
        "message_id = self._insert(self.env.cr, values)\n        if not message_id:\n            return self.browse()",
        "message_id = in_own_transaction(self.env.registry, partial(self._insert, values=values))\n"
        "        if not message_id:\n            return self.browse()",
        f"{BASE}/tests/test_outbound.py",
        "transaction_of_the_business",
    ),
    _base(
        "a copied database sends nothing",
        "models/integration_flow_drain.py",
        'if flow.direction == "out" and not backend._may_send():',
        "if False:",
        "test_outbound",
        "copied",
    ),
)
POLICY = (
    _unit("rate limit", f"{BASE}/lib/limiter.py", "if wait > max_wait:", "if False:", "test_base_policy", "bucket"),
    _base(
        "one limit for all workers",
        "models/integration_gate.py",
        "        if granted:\n            self._write(",
        "        if False:\n            self._write(",
        "test_policy",
        "limiter",
    ),
    _unit(
        "breaker opens",
        f"{BASE}/lib/breaker.py",
        "if self.state == HALF_OPEN or failures >= self.threshold:",
        "if False:",
        "test_base_policy",
        "breaker",
    ),
    _unit(
        "one probe while half open",
        f"{BASE}/lib/breaker.py",
        "        if remaining > 0:\n            return self, False, remaining\n",
        "",
        "test_base_policy",
        "breaker",
    ),
    _unit(
        "full jitter",
        f"{BASE}/lib/retry.py",
        "        return rand() * cap",
        "        return cap",
        "test_base_policy",
        "wait",
    ),
    _unit(
        "the partner's wish to wait",
        f"{BASE}/lib/retry.py",
        "return error.retry_after + rand() * min(cap, max(1.0, error.retry_after))",
        "return rand() * cap",
        "test_base_policy",
        "floor",
    ),
    _unit(
        "waiting uses up no try",
        f"{BASE}/lib/retry.py",
        "return not isinstance(error, RateLimitedError)",
        "return True",
        "test_base_policy",
        "uses_up_no_try",
    ),
    _base(
        "secrets taken out of errors",
        "drain/outcome.py",
        "    error.args = (backend._redact(str(error)),)\n",
        "",
        "test_secrets",
        "secret_in",
    ),
    Mutation(
        "the audit log only grows",
        f"{BASE}/audit_guard.py",
        "    cr.execute(SQL(GUARD,",
        "    SQL(SQL(GUARD,",
        f"{BASE}/tests/test_audit.py",
        "",
        "DROP TRIGGER IF EXISTS integration_audit_guard ON integration_audit",
    ),
)
KEEPING = (
    _base(
        "what is open is never cleared or masked",
        "lib/retention_sql.py",
        "          AND t.state NOT IN ('pending', 'retry', 'ambiguous')\n",
        "",
        "test_retention",
        "open_messages",
    ),
    _base(
        "what a person is at is not cleared",
        "lib/retention_sql.py",
        "                            WHERE e.message_id = t.id AND e.state = 'open')",
        "                            WHERE FALSE)",
        "test_retention",
        "stuck_ones",
    ),
    _base(
        "what is cleared is not tried again",
        "models/integration_message_actions.py",
        "        self._require_content()\n",
        "",
        "test_retention",
        "neither_tried_again",
    ),
    _base(
        "deaths of a worker are remembered",
        "lib/retention_sql.py",
        "                   AND NOT (m.state = 'dead' AND COALESCE(a.outcome, 'died') = 'died')\n",
        "",
        "test_retention",
        "tries_are_counted",
    ),
)
BUSINESS = (
    _oms(
        "an older state changes nothing",
        "models/integration_order_importer.py",
        "if work.binding.version and naive(document.version) < work.binding.version:",
        "if False:",
        "test_order_update",
        "older",
    ),
    _oms(
        "one worker a customer",
        "models/integration_partner_guard.py",
        "        busy = self._busy(backend, keys)\n",
        "        busy = set()\n",
        "test_order_guard",
        "at_work",
    ),
    _oms(
        "a customer newer than the snapshot is waited for",
        "models/integration_partner_guard.py",
        "        busy |= self._outdated(backend, keys)\n",
        "",
        "test_order_guard",
        "committed",
    ),
    _oms(
        "products locked while they are reserved",
        "models/stock_move.py",
        "        if product_ids:\n",
        "        if False:\n",
        "test_stock_race",
        "second_one",
    ),
    _oms(
        "stock at which others are is left for later",
        "stock/bulk_reserve.py",
        "self.busy = moves.filtered(lambda move: move.product_id.id in held)",
        "self.busy = moves.browse()",
        "test_stock_race",
        "bulk_leaves",
    ),
    _oms(
        "a lost reservation job is found",
        "models/stock_warehouse.py",
        "self.browse([row[0] for row in self.env.cr.fetchall()])._integration_request_reserve()",
        "self.env.cr.fetchall()",
        "test_stock_reserve_lane",
        "lost_job",
    ),
    _oms(
        "one move that cannot be reserved holds up no other",
        "stock/reserve_lane.py",
        "            return self._one_by_one()",
        "            raise",
        "test_stock_reserve_lane",
        "holds_up",
    ),
    _oms(
        "a level does not move under a call",
        "lib/levels_sql.py",
        "            WHERE m.id = l.message_id AND m.state IN {OPEN} AND c.state <> 'refused')",
        "            WHERE FALSE)",
        "test_stock_publish",
        "may_have_worked",
    ),
    _oms(
        "a level rises only when the orders are known",
        "lib/levels_sql.py",
        "   SET known = v.units, recheck = FALSE, read_at = %(read_at)s",
        "   SET known = v.units, recheck = FALSE, read_at = NULL",
        "test_stock_disagree",
        "sold_at_the_channel or not_worked_off",
    ),
    _oms(
        "a blocked order's goods are not sold again",
        "models/integration_order_claim.py",
        "values = [claim for work in works if work.problems for claim in self._values(backend, work)]",
        "values = []",
        "test_order_claim",
        "taken",
    ),
    _unit(
        "stock is compared before it is set",
        f"{SHOPIFY}/lib/stock.py",
        '"changeFromQuantity": level.expected,',
        '"changeFromQuantity": None,',
        "connector_shopify/test_stock",
        "expected_value",
    ),
    _oms(
        "a shipment is told once",
        "models/integration_flow_shipment.py",
        'if told["checksum"] in picking.integration_shipment_ids.mapped("checksum"):',
        "if False:",
        "test_shipment_out",
        "once",
    ),
)
MUTATIONS = (*RECEIVING, *WORKING, *SENDING, *POLICY, *KEEPING, *BUSINESS)
#: those that the plain run of the tests takes away, one of each kind
SAMPLE = ("signature of webhooks", "rate limit", "breaker opens", "stock is compared before it is set")
