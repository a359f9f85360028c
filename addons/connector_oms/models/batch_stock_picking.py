from odoo import models

from .batch_memo import CONTEXT_KEY


class StockPicking(models.Model):
    """No note on each new transfer that says which order it is of: a field says so."""

    _inherit = "stock.picking"

    def message_post_with_source(self, source_ref, **kwargs):
        """Leave out the note about the origin, which takes five queries a transfer."""
        if CONTEXT_KEY in self.env.context and source_ref == "mail.message_origin_link":
            return self.env["mail.message"]
        return super().message_post_with_source(source_ref, **kwargs)
