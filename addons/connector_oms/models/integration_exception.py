from odoo import api, fields, models

from odoo.addons.connector_base.models.integration_mend import AT_ONCE

CATEGORIES = [
    ("product", "Unknown product"),
    ("customer", "Customer not clear"),
    ("address", "Address"),
    ("tax", "Unknown tax"),
    ("total", "Amounts differ"),
    ("payment", "Payment"),
    ("fraud", "Suspected fraud"),
    ("shipped", "Shipped elsewhere"),
    ("channel", "Held by the channel"),
    ("test", "Test order"),
    ("change", "Changed too late"),
    ("cancel", "Cancelled too late"),
    ("confirm", "Cannot be confirmed"),
]


class IntegrationException(models.Model):
    """What can be wrong with orders."""

    _inherit = "integration.exception"

    category = fields.Selection(
        selection_add=CATEGORIES,
        ondelete={category: "set technical" for category, __ in CATEGORIES},
    )

    @api.model
    def _retry_group(self, backend, category, group_keys):
        """Try again what waited for one thing, now that a person has set it right.

        :param group_keys: what the exceptions have in common: SKUs, taxes
        """
        keys = [key for key in group_keys if key]
        waiting = self.sudo().search(
            [
                ("backend_id", "=", backend.id),
                ("category", "=", category),
                ("state", "=", "open"),
                ("group_key", "in", keys),
            ]
        )
        stuck = waiting.filtered(lambda entry: entry.message_id.state == "blocked")
        (waiting - stuck)._resolve(self.env._("Mended by a later event."))
        if len(stuck) > AT_ONCE:
            # nobody waits for thousands of messages to be opened again
            self.env["integration.mend"].sudo()._start(stuck, "integration.fix.decide", {"code": "replay"})
        elif stuck:
            stuck._replay_messages()
