from odoo import SUPERUSER_ID, api, models

from ..lib.matching import buyer_email, normal_vat
from .res_partner import VAT_SQL

#: first key of the advisory locks: any number that nobody else uses
LOCK_SPACE = 19_730_002

#: (key, record) of everything that may have been written about these contacts
KNOWN = f"""
SELECT 'id:' || external_id, record_id FROM integration_partner_binding
 WHERE backend_id = %(backend)s AND external_id = ANY(%(ids)s)
UNION SELECT 'email:' || email_normalized, id FROM res_partner WHERE email_normalized = ANY(%(emails)s)
UNION SELECT 'vat:' || {VAT_SQL}, id FROM res_partner WHERE {VAT_SQL} = ANY(%(vats)s)
UNION SELECT 'contact:' || parent_id, id FROM res_partner WHERE parent_id = ANY(%(contacts)s)"""


class IntegrationPartnerGuard(models.AbstractModel):
    """Lets one worker at a time create or link a customer.

    Two workers that import orders of one new customer would both create the contact, or
    one would wait for the other at the link's unique index, fail when the other commits,
    and lose its whole batch. Here the second one sees at once that somebody is at this
    customer, and leaves these orders, and only these, to a later batch.
    """

    _name = "integration.partner.guard"
    _description = "One worker a customer"

    def _guard(self, backend, works):
        """Take the customers of orders that write contacts; defer the orders that cannot.

        :param works: ``lib.work.Work`` list, planned, nothing written yet
        """
        wanted = {id(work): self._keys(work) for work in works if not work.problems and self._writes(work)}
        keys = sorted(set().union(*wanted.values()))
        if not keys:
            return
        busy = self._busy(backend, keys)
        busy |= self._outdated(backend, keys)
        note = self.env._("Another worker was at this customer.")
        for work in works:
            if not busy.isdisjoint(wanted.get(id(work), ())):
                work.item.defer(note)

    def _writes(self, work):
        """Whether a contact or a link has to be made for an order."""
        owners = self._owners(work)
        return any(owner.external_id and not owner.is_bound for owner in owners) or any(
            not place.record for place in (*owners, work.invoice_place, work.shipping_place)
        )

    @staticmethod
    def _owners(work):
        return [owner for owner in (work.buyer, work.buyer.company) if owner]

    def _keys(self, work):
        """What tells a customer from others: (kind:value)."""
        keys = set()
        for owner in self._owners(work):
            if owner.external_id:
                keys.add(f"id:{owner.external_id}")
            if owner.values.get("vat"):
                keys.add(f"vat:{normal_vat(owner.values['vat'])}")
            if owner.record:
                keys.add(f"contact:{owner.record.id}")
        email = buyer_email(work.document)
        return keys | {f"email:{email}"} if email else keys

    def _busy(self, backend, keys):
        """The keys that another transaction holds; the others are ours until we commit."""
        self.env.cr.execute(
            """SELECT key FROM unnest(%s) AS key
                WHERE NOT pg_try_advisory_xact_lock(%s, hashtext(key || %s))""",
            (keys, LOCK_SPACE, f"/{backend.company_id.id}"),
        )
        return {row[0] for row in self.env.cr.fetchall()}

    def _outdated(self, backend, keys):
        """The keys about which somebody committed something after our snapshot was taken."""
        ours = self._known(backend, keys)
        with self.env.registry.cursor() as cr:
            guard = api.Environment(cr, SUPERUSER_ID, {})[self._name]
            return {key for key, __ in guard._known(backend, keys) - ours}

    def _known(self, backend, keys):
        """Set of (key, record id) as this transaction sees them."""
        values = {kind: [] for kind in ("id", "email", "vat", "contact")}
        for key in keys:
            kind, __, value = key.partition(":")
            values[kind].append(value)
        self.env.cr.execute(
            KNOWN,
            {
                "backend": backend.id,
                "ids": values["id"],
                "emails": values["email"],
                "vats": values["vat"],
                "contacts": [int(value) for value in values["contact"]],
            },
        )
        return set(self.env.cr.fetchall())
