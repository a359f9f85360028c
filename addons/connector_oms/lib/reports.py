"""What Odoo itself reports to the desk, apart from other addons' reports of the same category.

The group keys of each kind begin with its prefix; what closes by itself is looked up by it.
"""

from __future__ import annotations

#: goods of a purchase order are overdue (category ``supplier_late``)
LATE = "receipt:"
#: a customer's return (``return``)
BACK = "return:"
#: a return that the channel has announced (``return``)
ANNOUNCED = "announced:"
#: an inventory count (``discrepancy``)
COUNT = "count:"
#: goods that were reserved for a delivery are gone (``pick``)
LOST = "lost:"
#: what stands before the thing that a cause is about, in a group key; people do not see it
PREFIXES = (LATE, BACK, ANNOUNCED, COUNT, LOST, "state:")


def plain(group_key: str) -> str:
    """What a group key is about, as people call it."""
    return group_key.partition(":")[2] if group_key.startswith(PREFIXES) else group_key
