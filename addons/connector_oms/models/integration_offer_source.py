import base64

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.mimetypes import guess_mimetype

from ..lib.documents import NewImage, NewListing, NewVariant
from ..stock.goods import kilograms_of

#: what a product may differ by at most, and variants of one product (Shopify: 3 and 2048)
MOST_OPTIONS, MOST_VARIANTS = 3, 250
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


class IntegrationOfferSource(models.AbstractModel):
    """Products of Odoo as a channel is to list them for the first time."""

    _name = "integration.offer.source"
    _description = "Products to be offered"

    def _new_listing(self, backend, template, reference, is_shown):
        """
        :param template: product.template
        :param reference: of the message that carries it
        :raises UserError: something is missing; says what
        """
        self._check(backend, template)
        variants = template.product_variant_ids
        currency = backend._catalogue_currency()
        source = self.env["integration.catalogue.source"]
        prices = source._prices(backend, variants)
        if not all(prices.values()):
            raise UserError(
                self.env._("“%(product)s” has no price in %(currency)s.", product=template.name, currency=currency.name)
            )
        attributes = self._differing(template)
        places = self.env["integration.location.binding"].sudo()
        places = places.search([("backend_id", "=", backend.id), ("is_active", "=", True)])
        return NewListing(
            reference=reference,
            title=template.name,
            description=source._text(template),
            currency=currency.name,
            options=tuple(attributes.mapped("name")),
            variants=tuple(
                NewVariant(
                    sku=variant.default_code,
                    price=prices[variant.id],
                    barcode=variant.barcode or "",
                    weight_kg=round(kilograms_of(self.env, variant.weight), 4) or None,
                    options=self._values(variant, attributes),
                )
                for variant in variants
            ),
            images=self._images(template),
            places=tuple(places.mapped("external_id")),
            is_shown=is_shown,
        )

    def _check(self, backend, template):
        variants = template.product_variant_ids
        linked = self.env["integration.product.binding"].sudo()
        linked = linked.search([("backend_id", "=", backend.id), ("record_id", "in", variants.ids)])
        without = variants.filtered(lambda variant: not variant.default_code)
        codes = variants.mapped("default_code")
        problems = [
            (linked, self.env._("“%(product)s” is linked to something that %(channel)s sells.")),
            (not variants or len(variants) > MOST_VARIANTS, self.env._("“%(product)s” has no variants, or too many.")),
            (without, self.env._("A variant of “%(product)s” has no internal reference.")),
            (
                len(codes) != len(set(codes)),
                self.env._("Two variants of “%(product)s” have the same internal reference."),
            ),
            (
                len(self._differing(template)) > MOST_OPTIONS,
                self.env._("“%(product)s” differs by more attributes than %(channel)s can show."),
            ),
        ]
        for is_wrong, text in problems:
            if is_wrong:
                raise UserError(text % {"product": template.name, "channel": backend.name})

    def _differing(self, template):
        """The attributes that its variants differ by."""
        lines = template.valid_product_template_attribute_line_ids
        return lines.filtered(
            lambda line: line.attribute_id.create_variant != "no_variant" and len(line.value_ids) > 1
        ).attribute_id

    def _values(self, variant, attributes):
        values = variant.product_template_attribute_value_ids
        return tuple(
            values.filtered(lambda value, attribute=attribute: value.attribute_id == attribute)[:1].name or "-"
            for attribute in attributes
        )

    def _images(self, template):
        data = template.image_1920
        if not data:
            return ()
        kind = guess_mimetype(base64.b64decode(data))
        if kind not in ENDINGS:
            return ()
        return (NewImage(filename=f"product-{template.id}.{ENDINGS[kind]}", mimetype=kind, data=data.decode()),)
