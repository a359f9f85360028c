from odoo import models

from ..lib.matching import buyer_email, buyer_name, clean, fold, is_blank, normal_vat
from ..lib.work import Buyer
from .integration_address_matcher import ADDRESS_TYPES
from .integration_partner_binding import COMPANY_PREFIX
from .res_partner import VAT_SQL


class IntegrationPartnerMatcher(models.AbstractModel):
    """Finds who bought, or says whom to create. A person's contact is never overwritten."""

    _name = "integration.partner.matcher"
    _description = "Finds customers"

    def _plan(self, backend, works):
        """Give every work its buyer and addresses; reads only.

        :param works: ``lib.work.Work`` list; buyers of one batch are shared
        """
        known = self._lookup(backend, works)
        planned = {}
        for work in works:
            work.buyer = self._buyer(backend, work, known, planned)
        matcher = self.env["integration.address.matcher"]
        addresses = {
            address
            for work in works
            for address in (work.document.billing_address, work.document.shipping_address)
            if not is_blank(address)
        }
        geos = matcher._locate(backend, addresses)
        for work in works:
            self._complete(backend, work, geos)
        buyers = {id(work.buyer): work.buyer for work in works}
        owners = {id(owner): owner for buyer in buyers.values() for owner in (buyer, buyer.company) if owner}
        matcher._load_places(owners.values())
        for work in works:
            self._place(work, geos, matcher)

    def _place(self, work, geos, matcher):
        """Invoice and delivery address of one order."""
        document, buyer = work.document, work.buyer
        billing, shipping = document.billing_address, document.shipping_address
        # delivery first: an address that serves both is kept as a delivery address
        work.shipping_place = matcher._place(buyer, shipping, geos.get(shipping), "delivery")
        work.invoice_place = matcher._place(buyer, billing, geos.get(billing), "invoice")
        if is_blank(billing) and buyer.company:
            work.invoice_place = buyer.company
        matcher._check(work, geos)

    # what Odoo has

    def _lookup(self, backend, works):
        """All contacts the batch may mean: by link, by e-mail, by tax ID."""
        works = [work for work in works if not work.sale]
        customers = [work.document.customer for work in works if work.document.customer]
        companies = [customer.company for customer in customers if customer.company]
        external = {customer.external_id for customer in customers}
        external |= {COMPANY_PREFIX + company.external_id for company in companies}
        bindings = self.env["integration.partner.binding"]
        by_id = bindings._find(backend, external)
        emails = set()
        if backend.match_email or backend.guest_policy == "match":
            emails = {buyer_email(work.document) for work in works} - {""}
        vats = set()
        if backend.match_vat:
            vats = {entry.vat for entry in [*customers, *companies] if entry.vat}
        found = self._contacts(backend, emails, vats)
        by_email, by_vat = {}, {}
        for partner in found:
            if partner.type not in ADDRESS_TYPES:
                by_email.setdefault(partner.email_normalized, []).append(partner)
                by_vat.setdefault(normal_vat(partner.vat), []).append(partner)
        bound = bindings._external_ids(backend, found)
        return {"id": by_id, "email": by_email, "vat": by_vat, "bound": bound}

    def _contacts(self, backend, emails, vats):
        partners = self.env["res.partner"]
        if not emails and not vats:
            return partners
        return partners.search(
            [
                ("company_id", "in", (False, backend.company_id.id)),
                "|",
                ("email_normalized", "in", list(emails)),
                ("id", "in", self._with_vat(vats)),
            ],
            order="id",
        )

    def _with_vat(self, vats):
        """Ids of contacts with one of these tax IDs, however a person has written it."""
        if not vats:
            return []
        self.env["res.partner"].flush_model(["vat"])
        self.env.cr.execute(
            f"SELECT id FROM res_partner WHERE {VAT_SQL} IN %s",
            (tuple(normal_vat(vat) for vat in vats),),
        )
        return [row[0] for row in self.env.cr.fetchall()]

    # whom an order means

    def _buyer(self, backend, work, known, planned):
        document = work.document
        customer = document.customer
        if work.sale:
            return self._buyer_of(work.sale, planned)
        external_id = customer.external_id if customer else ""
        email = buyer_email(document)
        company = self._company(backend, customer, known, planned)
        by_mail = backend.match_email if external_id else backend.guest_policy == "match"
        keys = [f"id:{external_id}"] if external_id else []
        keys += [f"email:{email}:{id(company)}"] if email and by_mail else []
        for key in keys:
            buyer = planned.get(key)
            if buyer and self._may_be(known, buyer, external_id):
                buyer.external_id = buyer.external_id or external_id
                planned.update({key: buyer for key in keys})
                return buyer
        record = known["id"].get(external_id)
        if not record and by_mail:
            record = self._by_email(work, known, email, external_id, company)
        if not record and backend.match_vat and customer and customer.vat:
            record = self._by_vat(known, customer.vat, external_id)
        if record and record.id in planned and self._may_be(known, planned[record.id], external_id):
            buyer = planned[record.id]
        else:
            buyer = Buyer(record=record, is_bound=external_id in known["id"])
        buyer.external_id = buyer.external_id or external_id
        buyer.company = buyer.company or company
        if record:
            planned.setdefault(record.id, buyer)
            known["bound"].setdefault(record.id, external_id or None)
        planned.update({key: buyer for key in keys})
        return buyer

    def _buyer_of(self, sale, planned):
        """The buyer of an order that exists: whoever a person left on it."""
        partner = sale.partner_id
        if partner.id not in planned:
            parent = partner.parent_id
            company = Buyer(record=parent, is_bound=True) if parent else None
            planned[partner.id] = Buyer(record=partner, is_bound=True, company=company)
        return planned[partner.id]

    def _may_be(self, known, buyer, external_id):
        """Whether a buyer of this batch can be the customer of this id as well."""
        if not external_id or buyer.external_id == external_id:
            return True
        linked = buyer.record and known["bound"].get(buyer.record.id)
        return not buyer.external_id and linked in (None, False, external_id)

    def _company(self, backend, customer, known, planned):
        company = customer.company if customer else None
        if not company:
            return None
        external_id = COMPANY_PREFIX + company.external_id
        if external_id in planned:
            return planned[external_id]
        record = known["id"].get(external_id)
        buyer = Buyer(record=record, external_id=external_id, is_bound=bool(record))
        if not record and backend.match_vat and company.vat:
            buyer.record = self._by_vat(known, company.vat, external_id)
        if not buyer.record:
            buyer.values = {
                "name": clean(company.name) or external_id,
                "is_company": True,
                "vat": clean(company.vat) or False,
            }
        planned[external_id] = buyer
        return buyer

    def _free(self, known, partners, external_id):
        """Contacts that are not another customer of the same channel already."""
        if not external_id:
            return partners
        return [p for p in partners if known["bound"].get(p.id) in (None, external_id)]

    def _by_email(self, work, known, email, external_id, company):
        if not email:
            return None
        found = self._free(known, known["email"].get(email, []), external_id)
        if company and company.record:
            found = [p for p in found if p.commercial_partner_id == company.record] or found
        elif company:
            found = []
        if len(found) > 1:
            name = fold(buyer_name(work.document))
            found = [partner for partner in found if fold(partner.name) == name] or found
        if len(found) > 1:
            work.report(
                "customer",
                self.env._(
                    "%(count)s contacts have the e-mail address %(email)s; a new one was made.",
                    count=len(found),
                    email=email,
                ),
                self.env._("Merge the contacts, and change the customer of the order if need be."),
                group_key=email,
            )
            return None
        return found[0] if found else None

    def _by_vat(self, known, vat, external_id):
        found = self._free(known, known["vat"].get(normal_vat(vat), []), external_id)
        top = [partner for partner in found if not partner.parent_id]
        return top[0] if len(top) == 1 else None

    # whom to create

    def _complete(self, backend, work, geos):
        """Values of a buyer that is not in Odoo."""
        buyer, document = work.buyer, work.document
        if buyer.record or buyer.values:
            return
        customer = document.customer
        address = document.billing_address
        if is_blank(address):
            address = document.shipping_address
        phone = (customer and customer.phone) or document.phone
        phone = phone or (address.phone if address else "")
        buyer.values = {
            "name": buyer_name(document),
            "email": buyer_email(document) or False,
            "phone": clean(phone) or False,
            "lang": self._language(customer.locale if customer else ""),
        }
        if buyer.company:
            return
        buyer.values["vat"] = clean(customer.vat) or False if customer else False
        if is_blank(address):
            return
        matcher = self.env["integration.address.matcher"]
        buyer.values["company_name"] = clean(address.company) or False
        buyer.values.update(matcher._values(address, geos[address]))
        buyer.places[matcher._key(buyer.values["name"], address, geos[address])] = buyer

    def _language(self, locale):
        """The installed language that serves a locale, else the one we work in."""
        wanted = (locale or "").replace("-", "_")
        installed = [code for code, __ in self.env["res.lang"].get_installed()]
        if wanted in installed:
            return wanted
        short = wanted.partition("_")[0]
        same = [code for code in installed if short and code.partition("_")[0] == short]
        return same[0] if same else self.env.lang

    def _make(self, backend, works):
        """Create what was planned, at most three creates a batch, and link it."""
        buyers = list({id(work.buyer): work.buyer for work in works}.values())
        companies = list({id(b.company): b.company for b in buyers if b.company}.values())
        self._create_stage(backend, [c for c in companies if not c.record])
        self._create_stage(backend, [b for b in buyers if not b.record])
        places = [place for work in works for place in (work.invoice_place, work.shipping_place)]
        places = list({id(place): place for place in places if not place.record}.values())
        self._create_stage(backend, places)
        fresh = [b for b in [*companies, *buyers] if b.external_id and not b.is_bound]
        self.env["integration.partner.binding"]._bind(backend, {buyer.external_id: buyer.record for buyer in fresh})
        for buyer in fresh:
            buyer.is_bound = True

    def _create_stage(self, backend, places):
        if not places:
            return
        company = backend.company_id.id if backend.private_customers else False
        values = []
        for place in places:
            owner = getattr(place, "company", None) or place.owner
            parent = {"parent_id": owner.record.id} if owner else {}
            values.append({**place.values, **parent, "company_id": company})
        # a tax ID the country's check does not like must not stop an order
        partners = self.env["res.partner"].with_context(no_vat_validation=True).create(values)
        for place, partner in zip(places, partners, strict=True):
            place.record = partner
