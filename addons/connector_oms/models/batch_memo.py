"""What the confirmation of many orders needs again and again, asked once.

Odoo confirms a record set, but looks up rules, orderpoints and transfers order by
order. The confirmer puts a ``BatchMemo`` into the context under ``CONTEXT_KEY``; the
overrides in the ``batch_*`` files do less only where they find one.
"""

CONTEXT_KEY = "integration_batch"


class BatchMemo:
    """Answers that hold while one batch is being confirmed.

    :param references: ids of the stock references made for this batch: no transfer
        can carry them yet
    :param products: ids of the products on the orders of the batch
    :param replenished: those of them that have an automatic reordering rule

    ``coming`` are ids of moves that are being confirmed, ``placed`` of those that have
    a transfer by now, ``transfers`` the keys (see ``stock.move``) of these transfers.
    """

    def __init__(self, references, products, replenished):
        self.rules = {}
        self.references = frozenset(references)
        self.transfers = set()
        self.coming = set()
        self.placed = set()
        self.products = frozenset(products)
        self.replenished = frozenset(replenished)
