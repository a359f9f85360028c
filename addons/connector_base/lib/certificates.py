"""When certificates end."""

from __future__ import annotations

from datetime import datetime, timezone

from cryptography import x509


def certificate_end(text: str) -> datetime | None:
    """Naive UTC time at which the first of the PEM certificates in a text ends.

    :param text: any credential; None is returned for what holds no certificate
    """
    if "-----BEGIN CERTIFICATE-----" not in text:
        return None
    try:
        found = x509.load_pem_x509_certificates(text[text.index("-----BEGIN CERTIFICATE-----") :].encode())
    except ValueError:
        return None
    return min(_end(certificate) for certificate in found)


def _end(certificate: x509.Certificate) -> datetime:
    if hasattr(certificate, "not_valid_after_utc"):
        return certificate.not_valid_after_utc.astimezone(timezone.utc).replace(tzinfo=None)
    return certificate.not_valid_after  # before cryptography 42
