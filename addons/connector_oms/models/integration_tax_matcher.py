from decimal import Decimal
from typing import NamedTuple

from odoo import models
from odoo.tools import float_compare

from ..lib.matching import clean, fold

RATE_DIGITS = 4


class TaxKey(NamedTuple):
    """What taxes of a channel are told apart by.

    :param rate: per cent
    :param country: ISO 3166-1 alpha-2 code, "" where the channel gives none
    """

    title: str
    rate: Decimal
    country: str
    included: bool

    @property
    def external_value(self):
        """How the tax stands in the mappings, for example ``VAT|19|DE|included``."""
        side = "included" if self.included else "excluded"
        return f"{self.title}|{self.rate.normalize():f}|{self.country}|{side}"


class IntegrationTaxMatcher(models.AbstractModel):
    """Finds the tax behind a channel's tax line. Its amounts count, not the tax's rate."""

    _name = "integration.tax.matcher"
    _description = "Finds taxes"

    def _plan(self, backend, works):
        """Give every wanted part its taxes; reads only.

        :return: {TaxKey: values} of taxes that are to be created by policy
        """
        used = {self._key(tax) for work in works for __, part in work.wanted() for tax in part.taxes}
        if not used:
            return {}
        found = self._find(backend, used)
        planned = {}
        for work in works:
            for key, part in work.wanted():
                for tax in part.taxes:
                    tax_key = self._key(tax)
                    record = found.get(tax_key)
                    if not record and backend.tax_policy == "create":
                        planned[tax_key] = self._new_values(backend, tax_key)
                    elif not record:
                        self._block(work, tax_key)
                    work.taxes.setdefault(key, []).append((record or tax_key, tax))
        return planned

    def _key(self, tax):
        rate = (tax.rate * 100).quantize(Decimal(1).scaleb(-RATE_DIGITS))
        return TaxKey(clean(tax.title), rate, tax.country_code or "", tax.included)

    def _find(self, backend, keys):
        mapped = self._mapped(backend, keys)
        missing = [key for key in keys if key not in mapped]
        if missing:
            candidates = self._candidates(backend, missing)
            for key in missing:
                record = self._choose(backend, key, candidates)
                if record:
                    mapped[key] = record
        return mapped

    def _mapped(self, backend, keys):
        """Taxes a person has chosen for these."""
        by_value = {key.external_value: key for key in keys}
        mappings = (
            self.env["integration.mapping"]
            .sudo()
            .search_fetch(
                [
                    ("backend_id", "=", backend.id),
                    ("kind", "=", "tax"),
                    ("external_value", "in", list(by_value)),
                ],
                ["external_value", "res_id"],
            )
        )
        taxes = self.env["account.tax"]
        return {
            by_value[mapping.external_value]: taxes.browse(mapping.res_id) for mapping in mappings if mapping.res_id
        }

    def _candidates(self, backend, keys):
        return self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(backend.company_id),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", "in", [float(key.rate) for key in keys]),
            ]
        )

    def _choose(self, backend, key, candidates):
        """The one tax that a key can mean; None when there is none or several."""
        same = [
            tax for tax in candidates if float_compare(tax.amount, float(key.rate), precision_digits=RATE_DIGITS) == 0
        ]
        home = backend.company_id.account_fiscal_country_id
        code = key.country or home.code
        # the country's own taxes first; a company may keep foreign ones under its own country
        near = [tax for tax in same if tax.country_id.code == code]
        same = near or [tax for tax in same if tax.country_id == home]
        # the amounts are given, so that a tax of the other kind serves as well
        same = [tax for tax in same if tax.price_include == key.included] or same
        if len(same) > 1:
            title = fold(key.title)
            same = [tax for tax in same if title in (fold(tax.name), fold(tax.invoice_label))] or [
                tax for tax in same if key.country and key.country != home.code and key.country in tax.name.split()
            ]
        return same[0] if len(same) == 1 else None

    def _block(self, work, key):
        work.block(
            "tax",
            self.env._(
                "The tax “%(title)s” of %(rate)s %% (%(country)s) has no counterpart here.",
                title=key.title,
                rate=f"{key.rate.normalize():f}",
                country=key.country or self.env._("no country given"),
            ),
            self.env._(
                "Map “%s” to a tax under Mappings, or create a sales tax of this rate, then try again.",
                key.external_value,
            ),
            group_key=key.external_value,
        )

    def _new_values(self, backend, key):
        return {
            "name": f"{key.title} {key.rate.normalize():f} %"
            + (f" ({key.country})" if key.country else "")
            + (self.env._(" incl.") if key.included else ""),
            "invoice_label": key.title,
            "amount_type": "percent",
            "amount": float(key.rate),
            "type_tax_use": "sale",
            "price_include_override": "tax_included" if key.included else "tax_excluded",
            "company_id": backend.company_id.id,
        }

    def _make(self, backend, works, planned):
        """Create the taxes that the works that go on need, and keep them as mappings."""
        needed = {
            record
            for work in works
            for pairs in work.taxes.values()
            for record, __ in pairs
            if isinstance(record, TaxKey)
        }
        keys = [key for key in planned if key in needed]
        # the backend's policy allows it, whatever else its user may do with taxes
        taxes = self.env["account.tax"].sudo().create([planned[key] for key in keys]).sudo(self.env.su)
        made = dict(zip(keys, taxes, strict=True))
        self.env["integration.mapping"].sudo().create(
            [
                {
                    "backend_id": backend.id,
                    "kind": "tax",
                    "external_value": key.external_value,
                    "external_label": key.title,
                    "res_id": tax.id,
                }
                for key, tax in made.items()
            ]
        )
        for work in works:
            for key, pairs in work.taxes.items():
                work.taxes[key] = [(made.get(record, record), tax) for record, tax in pairs]
