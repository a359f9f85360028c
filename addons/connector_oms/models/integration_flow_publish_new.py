from odoo import models

TEMPLATE = "product.template"


class IntegrationFlow(models.Model):
    """Products that a channel does not list yet: they travel with the flow ``catalogue.out``."""

    _inherit = "integration.flow"

    def _offer(self, template, is_shown):
        """Queue a product to be listed; one that waits already is not queued again.

        :param is_shown: customers are to see it at once
        :raises UserError: the product cannot be listed as it is
        """
        self.ensure_one()
        self.env["integration.offer.source"]._new_listing(self.backend_id, template, "check", is_shown)
        messages = self.env["integration.message"].sudo()
        key = f"offer-{template.id}"
        earlier = messages.search([("flow_id", "=", self.id), ("key", "=like", f"{key}%")], order="id desc")
        if any(message.state in ("pending", "retry", "ambiguous") for message in earlier):
            return messages
        return messages._emit(
            self.sudo(), template, f"{key}-{len(earlier)}", payload=b"shown" if is_shown else b"hidden"
        )

    def _build_catalogue_out(self, message):
        """A product to be listed, or the newest values of what is listed."""
        if message.res_model != TEMPLATE:
            return super()._build_catalogue_out(message)
        template = self.env[TEMPLATE].browse(message.res_id).exists()
        known = self.env["integration.product.binding"].search(
            [("backend_id", "=", self.backend_id.id), ("record_id", "in", template.product_variant_ids.ids)]
        )
        if not template or known:
            return None
        return self.env["integration.offer.source"]._new_listing(
            self.backend_id, template, f"odoo-{message.id}", message._raws()[message.id] == b"shown"
        )

    def _settle_catalogue_out(self, message, results):
        """Link what the channel made of a product.

        :param results: ``data["variants"]`` of a new listing: [{external_id, stock_id, group_id, sku}]
        """
        if message.res_model != TEMPLATE:
            return super()._settle_catalogue_out(message, results)
        template = self.env[TEMPLATE].browse(message.res_id).exists()
        rows = [row for __, result in results for row in result.data.get("variants", ())]
        products = {variant.default_code: variant for variant in template.product_variant_ids}
        bindings = self.env["integration.product.binding"]
        # the channel's own news of it may have been faster
        known = bindings.sudo().search(
            [
                ("backend_id", "=", self.backend_id.id),
                "|",
                ("external_id", "in", [row["external_id"] for row in rows]),
                ("record_id", "in", template.product_variant_ids.ids),
            ]
        )
        links, values = {}, {}
        for row in rows:
            product = products.get(row["sku"])
            if product and product not in known.record_id and row["external_id"] not in known.mapped("external_id"):
                links[row["external_id"]] = product
                values[row["external_id"]] = {
                    "stock_id": row["stock_id"],
                    "group_id": row["group_id"],
                    "sku": row["sku"],
                    "title": template.name,
                }
        if links:
            bindings._bind(self.backend_id, links, values=values)
        return None
