from odoo import models

from ..lib.matching import clean, normal_code
from ..stock.goods import weight_of


class IntegrationProductImporter(models.AbstractModel):
    """Links what a channel lists to the products in Odoo."""

    _name = "integration.product.importer"
    _description = "Links products"

    def _import(self, flow, batch):
        """Link, create by policy, or report.

        :param batch: list of ``Inbound`` with canonical ``Product`` documents
        """
        backend = flow.backend_id.with_env(self.env)
        documents = [document for item in batch for document in item.documents]
        bindings = self._bindings(backend, documents)
        matcher = self.env["integration.product.matcher"]
        open_ones = [entry for entry in documents if entry.external_id not in bindings]
        codes = {code for entry in open_ones for code in (entry.sku, entry.barcode)}
        catalogue = matcher._catalogue(
            backend,
            {entry.external_id for entry in open_ones},
            {normal_code(code) for code in codes},
        )
        for item in batch:
            self._import_item(backend, item, bindings, catalogue)
        self._make(backend, catalogue)
        self.env["integration.catalogue.value"].sudo()._observe(backend, documents)

    def _bindings(self, backend, documents):
        found = self.env["integration.product.binding"].search(
            [
                ("backend_id", "=", backend.id),
                ("external_id", "in", [document.external_id for document in documents]),
            ]
        )
        return {binding.external_id: binding for binding in found}

    def _import_item(self, backend, item, bindings, catalogue):
        problems, linked = [], 0
        item.subject = clean(item.documents[0].title) if item.documents else ""
        for document in item.documents:
            binding = bindings.get(document.external_id)
            if binding:
                self._refresh(binding, document)
                linked += 1
            elif document.active:
                problem = self._match(backend, document, catalogue)
                problems += [problem] if problem else []
                linked += not problem
        item.done(note=self.env._("%s linked", linked))
        for problem in problems:
            item.report("product", **problem)

    def _facts(self, document):
        """What is kept of the channel's own words."""
        title = " / ".join(part for part in (document.title, document.variant_title) if part)
        return {
            "stock_id": document.stock_id or False,
            "group_id": document.group_id or False,
            "sku": normal_code(document.sku) or False,
            "title": clean(title) or False,
            "is_listed": document.active,
        }

    def _refresh(self, binding, document):
        facts = self._facts(document)
        new = {name: value for name, value in facts.items() if binding[name] != value}
        if new:
            binding.write(new)

    def _match(self, backend, document, catalogue):
        """Plan a link; the arguments of an exception when there is nothing to link to."""
        facts = self._facts(document)
        sku = normal_code(document.sku)
        found = catalogue.by_code(sku, normal_code(document.barcode))
        if len(found) > 1:
            return self._problem(
                self.env._("%(count)s products have the SKU %(sku)s.", count=len(found), sku=sku),
                sku,
            )
        if found:
            title = facts.pop("title")
            facts.pop("sku")
            if catalogue.link(document.external_id, found[0], sku, title, **facts):
                return None
            return self._problem(
                self.env._(
                    "The channel lists “%(product)s” twice (SKU %(sku)s, “%(title)s”).",
                    product=found[0].display_name,
                    sku=sku,
                    title=title,
                ),
                sku,
            )
        if backend.product_policy == "create":
            self._plan_product(document, catalogue, sku, facts["title"])
            return None
        return self._problem(
            self.env["integration.product.matcher"]._unknown_text(sku, facts["title"]),
            sku or document.external_id,
        )

    def _problem(self, cause, group_key):
        return {
            "cause": cause,
            "suggestion": self.env._(
                "Create the product or correct its SKU, or link it by hand under Products, then "
                "have the products looked up again."
            ),
            "group_key": group_key,
        }

    def _plan_product(self, document, catalogue, sku, title):
        plan = catalogue.plan(
            document.external_id,
            sku,
            title,
            document.requires_shipping,
            barcode=normal_code(document.barcode) or False,
            weight=weight_of(self.env, float(document.weight_kg or 0)),
            list_price=float(document.price or 0),
        )
        plan.facts = self._facts(document)

    def _make(self, backend, catalogue):
        """Create what was planned and link everything, in one call each."""
        plans = list(catalogue.planned.values())
        products = self.env["integration.product.matcher"]._create_products([plan.values for plan in plans])
        links = dict(catalogue.links)
        for plan, product in zip(plans, products, strict=True):
            links[plan.external_id] = (product, plan.facts)
        self.env["integration.product.binding"]._bind(
            backend,
            {external_id: product for external_id, (product, __) in links.items()},
            values={external_id: values for external_id, (__, values) in links.items()},
        )
