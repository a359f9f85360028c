from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.matching import clean, normal_code
from ..lib.similarity import Index, Known

STATES = [("open", "Open"), ("accepted", "Linked"), ("ignored", "Left out")]
#: rows written at once
BATCH = 1000


class IntegrationProductMatch(models.Model):
    """A thing that a channel sells and that is not linked yet, with the product it most likely is."""

    _name = "integration.product.match"
    _description = "Proposed link of a product"
    _order = "score desc, title, id"
    _rec_name = "title"

    backend_id = fields.Many2one("integration.backend", "Channel", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True, index=True)
    external_id = fields.Char("Channel's ID", required=True, readonly=True)
    stock_id = fields.Char("Stock ID", readonly=True)
    group_id = fields.Char("Product ID", readonly=True)
    title = fields.Char("At the channel", readonly=True)
    sku = fields.Char("SKU at the channel", readonly=True)
    barcode = fields.Char("Barcode at the channel", readonly=True)
    is_listed = fields.Boolean("Sold there now", readonly=True)
    product_id = fields.Many2one("product.product", index=True, ondelete="set null", help="Most likely the same.")
    product_code = fields.Char(related="product_id.default_code", string="SKU in Odoo")
    score = fields.Integer("Sure (%)", readonly=True, aggregator="avg")
    matched_by = fields.Selection(
        [("sku", "SKU"), ("barcode", "Barcode"), ("name", "Name"), ("person", "A person")], "By", readonly=True
    )
    confidence = fields.Selection(
        [("1", "Sure"), ("2", "Likely"), ("3", "Doubtful"), ("4", "Nothing found")], readonly=True, index=True
    )
    other_ids = fields.Many2many("product.product", string="Or", readonly=True)
    state = fields.Selection(STATES, required=True, default="open", index=True, readonly=True)
    problem = fields.Char(readonly=True)

    _external_uniq = models.Constraint("UNIQUE (backend_id, external_id)", "This is proposed already.")
    _open_idx = models.Index("(backend_id, score DESC) WHERE state = 'open'")

    @api.onchange("product_id")
    def _onchange_product_id(self):
        self.matched_by = "person" if self.product_id else False

    def write(self, vals):
        """A product that a person chose is sure."""
        if "product_id" in vals and "score" not in vals:
            vals = {**vals, "matched_by": "person", "score": 100, "confidence": "1", "problem": False}
        return super().write(vals)

    # proposing

    @api.model
    def _index(self, backend):
        """What Odoo sells and this channel is not linked to yet, ready to be asked."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT p.id, COALESCE(t.name ->> %(lang)s, t.name ->> 'en_US', ''), p.default_code, p.barcode
                 FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id
                WHERE p.active AND (t.company_id IS NULL OR t.company_id = %(company)s) AND t.sale_ok
                  AND NOT EXISTS (SELECT 1 FROM integration_product_binding b
                                   WHERE b.backend_id = %(backend)s AND b.record_id = p.id)""",
            {"lang": self.env.lang or "en_US", "company": backend.company_id.id, "backend": backend.id},
        )
        return Index(
            Known(product, name, normal_code(sku or ""), normal_code(barcode or ""))
            for product, name, sku, barcode in self.env.cr.fetchall()
        )

    @api.model
    def _propose(self, backend, documents, index):
        """Keep a proposal for each of these that is not linked; what a person decided stays.

        :param documents: canonical ``Product`` list
        :param index: of ``_index``
        :return: how many are proposed
        """
        ids = [document.external_id for document in documents]
        linked = set(
            self.env["integration.product.binding"]
            .search([("backend_id", "=", backend.id), ("external_id", "in", ids)])
            .mapped("external_id")
        )
        known = {
            match.external_id: match
            for match in self.search([("backend_id", "=", backend.id), ("external_id", "in", ids)])
        }
        fresh, count = [], 0
        for document in documents:
            match = known.get(document.external_id)
            if document.external_id in linked or not document.active:
                if match and match.state == "open":
                    match.unlink()
                continue
            count += 1
            if match and (match.state != "open" or match.matched_by == "person"):
                continue
            values = self._values(backend, document, index)
            if match:
                match.write(values)
            else:
                fresh.append(values)
        self.create(fresh)
        return count

    def _values(self, backend, document, index):
        title = " / ".join(part for part in (document.title, document.variant_title) if part)
        sku, barcode = normal_code(document.sku), normal_code(document.barcode)
        guess = index.guess(title, sku, barcode)
        return {
            "backend_id": backend.id,
            "external_id": document.external_id,
            "stock_id": document.stock_id or False,
            "group_id": document.group_id or False,
            "title": clean(title),
            "sku": sku or False,
            "barcode": barcode or False,
            "is_listed": document.active,
            "product_id": guess.product or False,
            "score": guess.score,
            "matched_by": guess.by or False,
            "confidence": "4" if not guess.product else "1" if guess.score >= 90 else "2" if guess.score >= 60 else "3",
            "other_ids": [(6, 0, list(guess.others))],
            "problem": False,
        }

    # deciding

    def action_accept(self):
        """Button “Link”: each becomes the product that is proposed.

        One product stands for one thing of a channel: of two that claim it the surer is
        linked, the other says so. Orders that waited for it are tried again.
        """
        self._check_may_decide()
        for backend, matches in self.filtered(lambda match: match.state == "open").grouped("backend_id").items():
            matches._accept(backend)

    def _accept(self, backend):
        chosen = self.filtered("product_id").sorted(lambda match: (-match.score, match.id))
        if not chosen:
            raise UserError(self.env._("Choose the products first."))
        bindings = self.env["integration.product.binding"].sudo()
        taken = bindings._external_ids(backend, chosen.product_id)
        gone = set(
            bindings.search(
                [("backend_id", "=", backend.id), ("external_id", "in", chosen.mapped("external_id"))]
            ).mapped("external_id")
        )
        links, accepted = {}, self.browse()
        for match in chosen:
            owner = taken.get(match.product_id.id)
            if match.external_id in gone or owner == match.external_id:
                accepted |= match
            elif owner:
                match.problem = self.env._("The product is linked to something else of this channel.")
            else:
                taken[match.product_id.id] = match.external_id
                links[match.external_id] = match
                accepted |= match
        bindings._bind(
            backend,
            {external_id: match.product_id for external_id, match in links.items()},
            values={
                external_id: {
                    "stock_id": match.stock_id,
                    "group_id": match.group_id,
                    "sku": match.sku,
                    "title": match.title,
                    "is_listed": match.is_listed,
                }
                for external_id, match in links.items()
            },
        )
        accepted.write({"state": "accepted", "problem": False})
        self.env["integration.audit"]._record(backend, "match.accept", after={"linked": len(links)})

    def action_ignore(self):
        """Button “Leave out”: it is not proposed again."""
        self._check_may_decide()
        self.write({"state": "ignored"})

    def action_reopen(self):
        """Button “Decide anew”."""
        self._check_may_decide()
        self.filtered(lambda match: match.state == "ignored").write({"state": "open"})

    def _check_may_decide(self):
        self.check_access("write")
