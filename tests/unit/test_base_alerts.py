"""When an alarm is raised and when people are told, without a database."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from addons.connector_base.lib.alerts import (
    KINDS,
    Finding,
    expected_traffic,
    explain,
    is_silent,
    is_step,
    must_tell,
)
from addons.connector_base.lib.certificates import certificate_end

NOW = datetime(2026, 3, 2, 12, 0)


def test_one_outage_is_told_once():
    breaker = Finding("breaker", "backend:1", backend_id=1)
    waiting = Finding("waiting", "1:tier1", backend_id=1, tier="1")
    stale = Finding("freshness", "flow:5", backend_id=1, flow_id=5, tier="1")
    elsewhere = Finding("waiting", "2:tier1", backend_id=2, tier="1")
    reasons = explain([stale, waiting, breaker, elsewhere])
    assert reasons == {waiting.key: breaker.key, stale.key: breaker.key}


def test_a_dead_queue_explains_all_that_waits():
    dead = Finding("heartbeat", "root.connector.tier1")
    waiting = Finding("waiting", "1:tier1", backend_id=1, tier="1")
    expiry = Finding("expiry", "1:token", backend_id=1)
    assert explain([waiting, dead, expiry]) == {waiting.key: dead.key}


def test_another_tier_or_flow_explains_nothing():
    waiting = Finding("waiting", "1:tier2", backend_id=1, tier="2")
    stale = Finding("freshness", "flow:5", backend_id=1, flow_id=5, tier="1")
    paused = Finding("paused", "flow:6", backend_id=1, flow_id=6)
    assert explain([waiting, stale, paused]) == {}


def test_nothing_explains_itself_and_every_kind_has_a_rank():
    for kind in KINDS:
        assert not Finding(kind, backend_id=1).covers(Finding(kind, backend_id=1))


@pytest.mark.parametrize(
    ("told", "explained", "taken", "expected"),
    [
        (None, False, False, True),
        (None, True, False, False),
        (None, False, True, False),
        (1, False, False, False),
        (5, False, False, True),
        (5, False, True, False),
        (5, True, False, False),
    ],
)
def test_people_are_told_once_and_again_after_a_while(told, explained, taken, expected):
    told_at = told and NOW - timedelta(hours=told)
    assert must_tell(NOW, told_at, explained=explained, taken=taken, remind_hours=4) is expected


def test_no_reminder_where_none_is_wanted():
    assert not must_tell(NOW, NOW - timedelta(days=9), explained=False, taken=False, remind_hours=0)


@pytest.mark.parametrize(
    ("recent", "usual", "factor", "expected"),
    [(9, 0, 3, False), (10, 0, 3, True), (30, 12, 3, False), (40, 12, 3, True), (30, 19, 1.5, False)],
)
def test_a_step_is_neither_small_nor_chance(recent, usual, factor, expected):
    assert is_step(recent, usual, least=10, factor=factor) is expected


def test_step_and_silence_can_be_switched_off():
    assert not is_step(500, 0, least=0, factor=3)
    assert not is_silent(0, 500, least=0)


def test_one_outage_does_not_become_the_expectation():
    assert expected_traffic([120, 0, 110, 130]) == 115
    assert expected_traffic([120, 110]) == 0, "too short a history expects nothing"


def test_silence_needs_an_expectation():
    assert is_silent(0, 10, least=10)
    assert not is_silent(0, 9.5, least=10)
    assert not is_silent(1, 500, least=10)


def make_certificate(end):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "partner")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(end - timedelta(days=9)).not_valid_after(end)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def test_certificates_say_when_they_end():
    late, early = datetime(2031, 1, 1), datetime(2030, 5, 4, 3, 2, 1)
    chain = make_certificate(late.replace(tzinfo=timezone.utc)) + make_certificate(early.replace(tzinfo=timezone.utc))
    assert certificate_end("the chain:\n" + chain) == early
    assert certificate_end("shpat_123") is None
    assert certificate_end("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----") is None
