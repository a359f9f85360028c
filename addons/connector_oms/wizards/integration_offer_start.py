from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationOfferStart(models.TransientModel):
    """Has products listed at a channel that does not sell them yet."""

    _name = "integration.offer.start"
    _description = "Offer products at a channel"

    backend_id = fields.Many2one("integration.backend", "Channel", required=True, domain="[('id', 'in', possible_ids)]")
    possible_ids = fields.Many2many("integration.backend", compute="_compute_possible_ids")
    template_ids = fields.Many2many("product.template", string="Products", required=True)
    is_shown = fields.Boolean(
        "Show it to customers at once", help="Otherwise it waits at the channel until somebody there shows it."
    )

    @api.model
    def default_get(self, names):
        """The products of the list that it is opened from."""
        values = super().default_get(names)
        if self.env.context.get("active_model") == "product.template":
            values["template_ids"] = [fields.Command.set(self.env.context.get("active_ids", []))]
        channels = self._channels()
        if len(channels) == 1:
            values["backend_id"] = channels.id
        return values

    @api.model
    def _channels(self):
        """Those that work and take product data."""
        backends = (
            self.env["integration.backend"]
            .sudo()
            .search([("state", "=", "running"), ("company_id", "in", self.env.companies.ids)])
        )
        return backends.filtered(lambda backend: backend._flow("catalogue.out"))

    @api.depends("template_ids")
    def _compute_possible_ids(self):
        for wizard in self:
            wizard.possible_ids = self._channels()

    def action_apply(self):
        """Button “Offer”: queue each product; all of them or none."""
        self.ensure_one()
        backend = self.backend_id.sudo()
        if backend not in self._channels():
            raise UserError(self.env._("%s does not take product data now.", backend.name))
        flow = backend._flow("catalogue.out")
        for template in self.template_ids:
            flow._offer(template.sudo(), self.is_shown)
        self.env["integration.audit"]._record(
            backend, "product.offer", after={"products": self.template_ids.mapped("display_name")}
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%(count)s products are being listed at %(channel)s. They are linked when that is done.",
                    count=len(self.template_ids),
                    channel=backend.name,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
