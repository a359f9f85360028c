"""``/_oracle``: ask what the shop holds and was sent, and make things happen."""

from __future__ import annotations

from . import admin, orders, stock, webhooks
from .core import Oracle

__all__ = ["Oracle", "admin", "orders", "stock", "webhooks"]
