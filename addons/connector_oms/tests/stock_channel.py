"""A channel in memory that keeps stock levels with compare-and-set."""

import json

from odoo.addons.connector_base.lib.adapter import Call, CallResult
from odoo.addons.connector_base.tests.common import MemoryAdapter


class StockChannel(MemoryAdapter):
    """Holds levels; ``refuse`` says which stock ids it does not take, and how.

    :ivar levels: {(stock id, location id): units}
    :ivar taken: every (stock id, units) it took over, in order
    :ivar refuse: {stock id: "not_stocked" or "errors"}
    """

    def __init__(self):
        super().__init__()
        self.levels = {}
        self.taken = []
        self.refuse = {}
        self.reads = 0

    def sell(self, stock_id, units, location_id="loc-1"):
        """A customer bought there; Odoo does not know yet."""
        self.levels[stock_id, location_id] -= units

    def read_levels(self, stock_ids, location_ids):
        """What is held now."""
        self.reads += 1
        return {key: units for key, units in self.levels.items() if key[0] in stock_ids and key[1] in location_ids}

    def prepare(self, topic, document):
        """One call with all levels."""
        body = document.model_dump_json().encode()
        return [Call(key=document.reference, operation="set", body=body)]

    def send(self, call):
        """Take over what is expected, after what the script says."""
        self.sent.append(call)
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        if step:
            step(call)
        answer = {"stale": [], "not_stocked": [], "errors": []}
        for level in json.loads(call.body)["levels"]:
            key = level["stock_id"], level["location_id"]
            item = {"stock_id": key[0], "location_id": key[1], "message": "No."}
            if key[0] in self.refuse:
                answer[self.refuse[key[0]]].append(item)
            elif level["expected"] is not None and level["expected"] != self.levels.get(key, 0):
                answer["stale"].append(item)
            else:
                self.levels[key] = level["available"]
                self.taken.append((key[0], level["available"]))
        return CallResult(data=answer)
