from odoo import models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty, plaintext2html

from ..lib import listing
from ..lib.richtext import canonical
from ..stock.goods import kilograms_of, weight_of


class IntegrationCatalogueSource(models.AbstractModel):
    """What Odoo wants a channel to show of products, and how a channel's value gets into Odoo."""

    _name = "integration.catalogue.source"
    _description = "Product data of Odoo"

    def _wanted(self, backend, bindings):
        """Texts in the form of ``lib.listing``, "" where Odoo has nothing to show.

        :return: {(binding id, field): text}
        """
        kept = backend._kept_fields()
        products = bindings.record_id
        products.fetch(["barcode", "weight", "name", "product_tmpl_id"])
        readers = {
            "price": lambda: self._prices(backend, products),
            "barcode": lambda: {product.id: listing.code_text(product.barcode) for product in products},
            "weight": lambda: {
                product.id: listing.weight_text(kilograms_of(self.env, product.weight)) for product in products
            },
        }
        shared = {"title": lambda template: listing.title_text(template.name), listing.DESCRIPTION: self._text}
        templates = self._common_templates(backend, bindings) if shared.keys() & set(kept) else {}
        wanted = {}
        for one in backend._kept_lists():
            texts = self._list_prices(one, products)
            wanted |= {(binding.id, one._field_name): texts[binding.record_id.id] for binding in bindings}
        for name in kept:
            if name.startswith(listing.LIST):
                continue
            if name in shared:
                texts = {template: shared[name](template) for template in set(templates.values()) if template}
                wanted |= {(key, name): texts.get(template, "") for key, template in templates.items()}
            else:
                texts = readers[name]()
                wanted |= {(binding.id, name): texts[binding.record_id.id] for binding in bindings}
        return wanted

    def _prices(self, backend, products):
        currency, pricelist = backend._catalogue_currency(), backend.pricelist_id.sudo()
        given = pricelist.currency_id or backend.company_id.currency_id
        if not backend._check_price_currency(given):
            return dict.fromkeys(products.ids, "")
        return self._priced(backend, pricelist, currency, products)

    def _list_prices(self, price_list, products):
        """Prices of a further list, as its price list of Odoo says, in the list's own currency."""
        pricelist, currency = price_list.pricelist_id, price_list.pricelist_id.currency_id
        if currency != price_list.currency_id:
            return dict.fromkeys(products.ids, "")
        return self._priced(price_list.backend_id, pricelist, currency, products)

    def _priced(self, backend, pricelist, currency, products):
        """{product id: text} of the price of one unit now.

        :param pricelist: none for the sales prices
        """
        found = pricelist._get_products_price(products.sudo(), 1.0, currency=currency)
        return {
            product.id: listing.price_text(
                currency.round(self._with_taxes(backend, product.sudo(), found[product.id], currency)),
                currency.decimal_places,
            )
            for product in products
        }

    def _with_taxes(self, backend, product, price, currency):
        """A price with or without taxes, as the channel shows prices."""
        if backend.price_taxes == "as_is":
            return price
        taxes = product.taxes_id._filter_taxes_by_company(backend.company_id)
        totals = taxes.compute_all(price, currency, 1.0, product=product)
        return totals["total_included" if backend.price_taxes == "with" else "total_excluded"]

    def _common_templates(self, backend, bindings):
        """{binding id: the product.template that all variants of the channel's product belong to}

        It is empty where these are several products in Odoo.
        """
        groups = [group for group in bindings.mapped("group_id") if group]
        siblings = self.env["integration.product.binding"].search(
            [("backend_id", "=", backend.id), ("group_id", "in", groups)]
        )
        templates = {}
        for one in siblings:
            templates.setdefault(one.group_id, set()).add(one.record_id.product_tmpl_id.id)
        return {
            binding.id: binding.record_id.product_tmpl_id
            if len(templates.get(binding.group_id, ())) < 2
            else self.env["product.template"]
            for binding in bindings
        }

    def _text(self, template):
        """What channels show of a product: the text that is meant for them, else the next best there is."""
        if not is_html_empty(template.integration_description):
            return canonical(template.integration_description)
        shop_text = "description_ecommerce" in template._fields and template.description_ecommerce
        if shop_text and not is_html_empty(shop_text):
            return canonical(shop_text)
        return canonical(template.description_sale and plaintext2html(template.description_sale))

    def _take(self, backend, product, name, text):
        """Make a channel's value Odoo's own.

        :raises UserError: Odoo cannot take it; says why
        """
        if name.startswith(listing.LIST):
            one = self.env["integration.catalogue.list"]._of_field(name)
            self._require_plain_taxes(backend)
            self._take_listed(one.pricelist_id, product, float(text))
        elif name == "price":
            self._take_price(backend, product, float(text))
        elif name == "weight":
            product.sudo().weight = weight_of(self.env, float(text))
        else:
            target = {"title": "name", listing.DESCRIPTION: "integration_description"}.get(name, name)
            product.sudo().write({target: text})

    def _take_price(self, backend, product, price):
        self._require_plain_taxes(backend)
        if not backend._check_price_currency(backend.pricelist_id.currency_id or backend.company_id.currency_id):
            raise UserError(self.env._("The channel sells in another currency than the price list."))
        pricelist = backend.pricelist_id.sudo()
        if pricelist:
            self._take_listed(pricelist, product, price)
        elif product.product_tmpl_id.product_variant_count > 1:
            raise UserError(
                self.env._("Variants share one sales price in Odoo. Give the channel a price list, under Orders.")
            )
        else:
            product.sudo().list_price = price

    def _require_plain_taxes(self, backend):
        if backend.price_taxes != "as_is":
            raise UserError(
                self.env._("The channel's prices are with other taxes than Odoo's. Enter the price in Odoo by hand.")
            )

    def _take_listed(self, pricelist, product, price):
        """The price of the variant on a price list, whatever other rules the list has for it."""
        rule = pricelist.item_ids.filtered(
            lambda item: (
                item.product_id == product
                and item.compute_price == "fixed"
                and item.min_quantity <= 1
                and not (item.date_start or item.date_end)
            )
        )[:1]
        if rule:
            rule.fixed_price = price
            return
        self.env["product.pricelist.item"].sudo().create(
            {
                "pricelist_id": pricelist.id,
                "applied_on": "0_product_variant",
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_id": product.id,
                "compute_price": "fixed",
                "fixed_price": price,
            }
        )
