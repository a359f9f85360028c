from odoo import models

from ..lib.catalogue import Catalogue, Planned
from ..lib.documents import Charge
from ..lib.matching import clean, normal_code


class IntegrationProductMatcher(models.AbstractModel):
    """Finds the product behind a line: by link, by SKU, by barcode."""

    _name = "integration.product.matcher"
    _description = "Finds products"

    def _plan(self, backend, works):
        """Give every wanted part of every work its product; reads only.

        :return: ``Catalogue`` with what is to be linked and created for these works
        """
        lines = [
            line
            for work in works
            for line in work.document.lines
            if line.quantity and line.external_id not in work.lines
        ]
        catalogue = self._catalogue(
            backend,
            {line.product_id for line in lines},
            {normal_code(line.sku) for line in lines},
        )
        for work in works:
            for key, part in work.wanted():
                if key in work.lines:
                    # a person may have put another product in its place
                    work.products[key] = work.lines[key].product_id
                elif isinstance(part, Charge):
                    work.products[key] = self._charge_product(backend, work, part)
                else:
                    work.products[key] = self._line_product(backend, work, part, catalogue)
        return catalogue

    def _catalogue(self, backend, external_ids, codes):
        """What Odoo knows of these ids and codes, in at most three queries."""
        bindings = self.env["integration.product.binding"]
        catalogue = Catalogue(bindings._find(backend, external_ids))
        codes = codes - {""}
        if (codes or external_ids - {""}) and (external_ids - {""} - catalogue.bound.keys() or "" in external_ids):
            found = self.env["product.product"].search_fetch(
                [
                    ("company_id", "in", (False, backend.company_id.id)),
                    "|",
                    ("default_code", "in", list(codes)),
                    ("barcode", "in", list(codes)),
                ],
                ["default_code", "barcode"],
                order="id",
            )
            for product in found:
                catalogue.add(product)
            catalogue.chosen = self._chosen(backend, (codes | external_ids) - {""})
            known = found.union(*catalogue.chosen.values())
            catalogue.taken.update(bindings._external_ids(backend, known))
        return catalogue

    def _chosen(self, backend, codes):
        """{SKU or external id: product} that people have said they mean, in one query."""
        mappings = self.env["integration.mapping"].sudo()
        mappings = mappings.search_fetch(
            [("backend_id", "=", backend.id), ("kind", "=", "product"), ("external_value", "in", list(codes))],
            ["external_value", "res_id"],
        )
        products = self.env["product.product"].browse([mapping.res_id for mapping in mappings if mapping.res_id])
        there = set(products.exists().ids) if products else set()
        return {m.external_value: products.browse(m.res_id) for m in mappings if m.res_id in there}

    # one line

    def _line_product(self, backend, work, line, catalogue):
        if line.is_gift_card and backend.gift_card_product_id:
            return backend.gift_card_product_id
        product = catalogue.bound.get(line.product_id)
        if product:
            return product
        sku = normal_code(line.sku)
        found = catalogue.by_code(sku or line.product_id)
        if len(found) > 1:
            return self._block_ambiguous(work, line, sku, found)
        if found:
            if line.product_id:
                catalogue.link(line.product_id, found[0], sku, line.title)
            return found[0]
        if not line.product_id and not sku:
            return self._custom_product(backend, work, line)
        if backend.product_policy == "create":
            return catalogue.plan(line.product_id, sku, line.title, line.requires_shipping)
        return self._block_unknown(work, line, sku)

    def _charge_product(self, backend, work, charge):
        product = work.carrier.product_id if charge.kind == "shipping" and work.carrier else None
        product = product or backend._charge_product(charge.kind)
        if not product:
            work.block(
                "configuration",
                self.env._("No product is set for “%s”.", charge.title or charge.kind),
                self.env._("Choose one on the backend, tab Orders, then try again."),
                group_key=f"charge:{charge.kind}",
            )
        return product

    def _custom_product(self, backend, work, line):
        if backend.custom_line_policy == "product" and backend.custom_product_id:
            return backend.custom_product_id
        work.block(
            "configuration",
            self.env._("The line “%s” was typed by hand and has no product.", clean(line.title)),
            self.env._("Set a product for custom items on the backend, then try again."),
            group_key="charge:custom",
        )
        return None

    def _block_ambiguous(self, work, line, sku, found):
        work.block(
            "product",
            self.env._(
                "%(count)s products have the SKU %(sku)s (“%(title)s”).",
                count=len(found),
                sku=sku,
                title=clean(line.title),
            ),
            self.env._("Give each product its own SKU, or link the right one, then try again."),
            group_key=sku,
        )
        return

    def _block_unknown(self, work, line, sku):
        work.block(
            "product",
            self._unknown_text(sku, clean(line.title)),
            self.env._(
                "Choose the product that it means. Or create one with this SKU, or correct a SKU, then try again."
            ),
            group_key=sku or line.product_id,
        )

    def _unknown_text(self, sku, title):
        """What is missing, in one sentence."""
        if sku:
            return self.env._("No product with the SKU %(sku)s (“%(title)s”).", sku=sku, title=title)
        return self.env._("“%s” has no SKU, and no product is linked to it.", title)

    # writing

    def _make(self, backend, works, catalogue):
        """Create and link what the works that go on need."""
        used = {id(product) for work in works for product in work.products.values()}
        planned = [plan for plan in catalogue.planned.values() if id(plan) in used]
        if planned:
            products = self._create_products([plan.values for plan in planned])
            for plan, product in zip(planned, products, strict=True):
                plan.record = product
                if plan.external_id:
                    catalogue.link(plan.external_id, product, plan.sku, plan.title)
        real = {plan.record.id for plan in planned}
        for work in works:
            for key, product in work.products.items():
                if isinstance(product, Planned):
                    work.products[key] = product.record
                real.add(work.products[key].id)
        links = {
            external_id: (product, values)
            for external_id, (product, values) in catalogue.links.items()
            if product.id in real
        }
        self.env["integration.product.binding"]._bind(
            backend,
            {external_id: product for external_id, (product, __) in links.items()},
            values={external_id: values for external_id, (__, values) in links.items()},
        )
        for external_id in links:
            del catalogue.links[external_id]

    def _create_products(self, values):
        # the backend's policy allows it, whatever else its user may do with products
        return self.env["product.product"].sudo().create(values).sudo(self.env.su)
