"""What Shopify tells about the shop itself or asks for by law: no business document."""

from __future__ import annotations

from pydantic import Field

from ...connector_base.lib.errors import DataError
from ...connector_oms.lib.documents import Document
from .values import gid, text
from .webhook import read_payload


class PrivacyRequest(Document):
    """A request by data protection law; to be met within 30 days.

    :param kind: ``data_request``, ``redact_customer`` or ``redact_shop``
    :param order_ids: the customer's orders that are meant
    """

    kind: str
    shop_domain: str = ""
    customer_id: str = ""
    email: str = ""
    phone: str = ""
    order_ids: tuple[str, ...] = Field(default=())


class BackendNotice(Document):
    """Something changed about the shop or the app; ask ``check()`` what is true now."""

    shop_domain: str = ""


def privacy_request(raw: bytes) -> PrivacyRequest:
    """The request in a payload of customers/data_request, customers/redact, shop/redact.

    :raises DataError: it names neither a customer nor a shop
    """
    payload = read_payload(raw)
    customer = payload.get("customer")
    orders = payload.get("orders_requested", payload.get("orders_to_redact"))
    if not isinstance(customer, dict):
        if not gid("Shop", payload.get("shop_id")):
            raise DataError("the privacy request names neither a customer nor a shop")
        return PrivacyRequest(kind="redact_shop", shop_domain=text(payload.get("shop_domain")))
    ids = orders if isinstance(orders, list) else []
    return PrivacyRequest(
        kind="data_request" if "orders_requested" in payload else "redact_customer",
        shop_domain=text(payload.get("shop_domain")),
        customer_id=gid("Customer", customer.get("id")),
        email=text(customer.get("email")),
        phone=text(customer.get("phone")),
        order_ids=tuple(filter(None, (gid("Order", identifier) for identifier in ids))),
    )


def backend_notice(raw: bytes) -> BackendNotice:
    """The notice in a payload of app/* and shop/* topics."""
    payload = read_payload(raw)
    return BackendNotice(shop_domain=text(payload.get("myshopify_domain") or payload.get("shop_domain")))
