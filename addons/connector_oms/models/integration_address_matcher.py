from typing import NamedTuple

from odoo import models

from ..lib.matching import address_key, clean, fold, is_blank, recipient
from ..lib.work import Place

#: contacts that are an address of somebody, not somebody
ADDRESS_TYPES = ("delivery", "invoice", "other")


class Geo(NamedTuple):
    """Where an address is, as far as Odoo knows.

    :param state_text: the state as given, when Odoo has no such state
    :param missing: ``country`` or ``state`` when it could not be resolved, else ""
    """

    country: object
    state: object
    state_text: str = ""
    missing: str = ""


class IntegrationAddressMatcher(models.AbstractModel):
    """Finds the contact an address stands for, or says how to create it."""

    _name = "integration.address.matcher"
    _description = "Finds addresses"

    def _locate(self, backend, addresses):
        """Countries and states of addresses, in two queries.

        :param addresses: canonical addresses
        :return: {address: Geo}
        """
        codes = {address.country_code for address in addresses if address.country_code}
        countries = {
            country.code: country
            for country in self.env["res.country"].search_fetch([("code", "in", list(codes))], ["code"])
        }
        states = {}
        if any(address.state_code or address.state_name for address in addresses):
            ids = [country.id for country in countries.values()]
            for state in self.env["res.country.state"].search_fetch(
                [("country_id", "in", ids)], ["code", "name", "country_id"]
            ):
                known = states.setdefault(state.country_id.id, {})
                known[state.code.upper()] = state
                known.setdefault(fold(state.name), state)
        return {address: self._geo(backend, address, countries, states) for address in addresses}

    def _geo(self, backend, address, countries, states):
        none = self.env["res.country.state"]
        country = countries.get(address.country_code)
        text = clean(address.state_name) or address.state_code
        if not country:
            return Geo(self.env["res.country"], none, text, "country")
        known = states.get(country.id, {})
        state = (
            known.get(address.state_code.upper())
            or known.get(fold(address.state_name))
            or known.get(fold(address.state_code))
        )
        if not state and text and known:
            # a person may have said what this channel means by it
            mapped = self.env["integration.mapping"]._to_odoo(backend, "state", self._state_value(address))
            state = mapped if mapped is not None and not isinstance(mapped, str) else None
        if state:
            return Geo(country, state)
        # countries without states in Odoo need none
        return Geo(country, none, text, "state" if text and known else "")

    def _key(self, who, address, geo):
        """What tells a canonical address from others; see ``_partner_key``."""
        state = geo.state.code if geo.state else geo.state_text
        return address_key(
            who,
            address.street,
            address.street2,
            address.city,
            address.zip,
            state,
            address.country_code,
        )

    def _partner_key(self, partner):
        """The same for a contact."""
        return address_key(
            partner.name,
            partner.street,
            partner.street2,
            partner.city,
            partner.zip,
            partner.state_id.code or partner.integration_state_text,
            partner.country_id.code,
        )

    def _values(self, address, geo):
        """The fields of a contact that say where it is."""
        return {
            "street": clean(address.street),
            "street2": clean(address.street2),
            "city": clean(address.city),
            "zip": clean(address.zip),
            "state_id": geo.state.id,
            "country_id": geo.country.id,
            "integration_state_text": geo.state_text or False,
        }

    def _place(self, buyer, address, geo, kind):
        """The place of an address among those of a buyer; planned when it is new.

        :param buyer: ``lib.work.Buyer``
        :param kind: ``delivery`` or ``invoice``
        """
        if is_blank(address):
            return buyer
        owner = buyer.company or buyer
        person = self._name_of(buyer)
        shown = [self._name_of(buyer.company)] if buyer.company else [self._firm_of(buyer)]
        who = recipient(address.name, address.company, shown) or person
        key = self._key(who, address, geo)
        place = owner.places.get(key) or buyer.places.get(key)
        if not place:
            values = {
                "type": kind,
                "name": who,
                "phone": clean(address.phone) or False,
                **self._values(address, geo),
            }
            place = owner.places[key] = Place(values=values, owner=owner)
        return place

    @staticmethod
    def _name_of(buyer):
        return buyer.record.name if buyer.record else buyer.values.get("name", "")

    @staticmethod
    def _firm_of(buyer):
        if buyer.record:
            return buyer.record.company_name or ""
        return buyer.values.get("company_name") or ""

    def _load_places(self, buyers):
        """Give found buyers the addresses they have already, in one query."""
        found = [buyer for buyer in buyers if buyer.record]
        if not found:
            return
        ids = [buyer.record.id for buyer in found]
        children = self.env["res.partner"].search([("parent_id", "in", ids)], order="id")
        by_parent = children.grouped("parent_id")
        for buyer in found:
            own = by_parent.get(buyer.record, children.browse())
            own = own.filtered(lambda child: child.type in ADDRESS_TYPES)
            for partner in buyer.record | own:
                place = buyer if partner == buyer.record else Place(record=partner)
                buyer.places.setdefault(self._partner_key(partner), place)

    def _check(self, work, geos):
        """Hold an order that cannot be sent to where it says."""
        address = work.document.shipping_address
        if not work.ships:
            return
        key = ""
        if is_blank(address):
            text = self.env._("The order has no delivery address.")
        elif geos[address].missing == "country":
            text = self.env._(
                "The delivery address has no country that Odoo knows (%s).",
                address.country_code or self.env._("none given"),
            )
        elif geos[address].missing == "state":
            text = self.env._(
                "Odoo knows no state “%(state)s” in %(country)s.",
                state=geos[address].state_text,
                country=geos[address].country.name,
            )
            key = f"state:{self._state_value(address)}"
        elif not clean(address.city) or not clean(address.street + address.street2):
            text = self.env._("The delivery address has no street or no city.")
        else:
            return
        work.hold("address", text, key)

    @staticmethod
    def _state_value(address):
        """How a state stands in the mappings, for example ``US-XX``."""
        return f"{address.country_code}-{address.state_code or clean(address.state_name)}"
