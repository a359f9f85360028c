"""Keep secrets and personal data out of logs, attempts and exceptions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "********"

#: names of headers, parameters and JSON keys whose value is a secret
SECRET_NAME = re.compile(
    r"(authorization|cookie|password|passwd|secret|token|api[_-]?key|access[_-]?key"
    r"|signature|hmac|credential|private[_-]?key)",
    re.IGNORECASE,
)
#: JSON keys that hold personal data in partner payloads
PERSONAL_NAME = re.compile(
    r"^(e?mail|contact_email|phone|first_?name|last_?name|full_?name|name|display_?name"
    r"|address_?[12]?|street2?|zip|postal_?code|latitude|longitude|company|note"
    r"|browser_ip|client_?ip|vat)$",
    re.IGNORECASE,
)
#: objects whose names and places are a person's (a product also has a name)
PERSONAL_PARENT = re.compile(
    r"(customer|address|billing|shipping_?to|recipient|contact|consignee|buyer)", re.IGNORECASE
)
_ALWAYS_PERSONAL = re.compile(r"^(e?mail|contact_email|phone|browser_ip|client_?ip|latitude|longitude)$", re.IGNORECASE)
_TEXT_SECRETS = (
    re.compile(r"\b(shpat|shpss|shpca|shppa|shprt)_[A-Za-z0-9]+"),
    re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"),
    re.compile(
        r"(?i)([\"']?[\w-]*(?:password|secret|token|api[_-]?key|authorization|signature)[\w-]*"
        r"[\"']?\s*[:=]\s*)([\"']?)[^\s\"'&,;}]+"
    ),
)
_URL_CREDENTIALS = re.compile(r"(?i)([a-z][a-z0-9+.-]*://)[^/\s:@]+:[^/\s@]+@")


def redact_text(text: str, secrets: tuple[str, ...] = ()) -> str:
    """``text`` without anything that looks like, or is known to be, a secret.

    :param secrets: values known to be secret; removed wherever they stand
    """
    for secret in secrets:
        if secret and len(secret) >= 4:
            text = text.replace(secret, MASK)
    text = _URL_CREDENTIALS.sub(rf"\1{MASK}@", text)
    text = _TEXT_SECRETS[0].sub(MASK, text)
    text = _TEXT_SECRETS[1].sub(lambda match: f"{match.group(1)} {MASK}", text)
    return _TEXT_SECRETS[2].sub(lambda match: f"{match.group(1)}{match.group(2)}{MASK}", text)


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with the values of secret ones masked."""
    return {name: MASK if SECRET_NAME.search(name) else redact_text(str(value)) for name, value in headers.items()}


def mask_personal(value: Any, parent: str = "") -> Any:
    """A JSON-like value with personal data masked, structure and length class kept.

    :param parent: name of the key that ``value`` stands under
    """
    if isinstance(value, Mapping):
        return {
            key: MASK
            if is_personal(key, parent) and not isinstance(item, (Mapping, list)) and item
            else mask_personal(item, key if not PERSONAL_PARENT.search(parent) else parent)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [mask_personal(item, parent) for item in value]
    return value


def is_personal(key: str, parent: str) -> bool:
    """Whether what stands under a name is a secret or personal data.

    :param parent: name of what it stands in
    """
    return bool(
        SECRET_NAME.search(key)
        or _ALWAYS_PERSONAL.match(key)
        or (PERSONAL_NAME.match(key) and PERSONAL_PARENT.search(parent))
    )
