"""Which addresses a backend may talk to (guards against SSRF and rebinding)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from .errors import ConfigurationError

#: ranges that wrap an IPv4 address and that Python's ``is_global`` lets through
_WRAPPED = (
    (ipaddress.ip_network("64:ff9b::/96"), lambda raw: raw[12:16]),
    (ipaddress.ip_network("64:ff9b:1::/48"), lambda raw: raw[12:16]),
    (ipaddress.ip_network("2002::/16"), lambda raw: raw[2:6]),
)


def is_public(address: str) -> bool:
    """Whether an IP address (no host name) belongs to the public internet.

    :param address: textual IPv4 or IPv6 address, with or without a zone
    :raises ValueError: it is no IP address
    """
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if ip.version == 6:
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip.teredo:
            return False
        for network, inner in _WRAPPED:
            if ip in network:
                return is_public(str(ipaddress.IPv4Address(inner(ip.packed))))
    return ip.is_global and not ip.is_multicast


def check_url(url: str, allowed_hosts: Iterable[str], *, allow_private: bool) -> None:
    """Refuse a URL that the backend is not meant to call.

    :param allowed_hosts: host names, optionally ``host:port``; lower case
    :param allow_private: permits plain http and any port (development only)
    :raises ConfigurationError: with what to change
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    default_port = 443 if parts.scheme == "https" else 80
    port = parts.port or default_port
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise ConfigurationError(f"{parts.scheme or 'no scheme'}: only https addresses are called")
    if parts.username or parts.password:
        raise ConfigurationError("credentials do not belong in an address")
    names = {name.lower() for name in allowed_hosts}
    if f"{host}:{port}" not in names and not (port == default_port and host in names):
        raise ConfigurationError(f"{host}:{port} is not among the addresses of this backend")
