from odoo import api, fields, models


class IntegrationOrderLeftOut(models.Model):
    """An order that was over before Odoo knew of it: nothing older may bring it to life.

    A message that waited for a person, or came late, still tells of the order as it was.
    """

    _name = "integration.order.left.out"
    _description = "Order that was left out"
    _log_access = False
    _rec_name = "external_id"

    backend_id = fields.Many2one("integration.backend", required=True, ondelete="cascade")
    external_id = fields.Char("Channel's ID", required=True)
    version = fields.Datetime(required=True, help="As of when the channel said that it is over.")

    _external_uniq = models.Constraint("UNIQUE (backend_id, external_id)", "An order is left out once.")

    @api.model
    def _keep(self, backend, versions):
        """Remember that orders are over.

        :param versions: {external id: naive UTC time of the document}
        """
        if not versions:
            return
        self.env.cr.execute(
            """INSERT INTO integration_order_left_out AS l (backend_id, external_id, version)
               SELECT %s, v.* FROM unnest(%s::varchar[], %s::timestamp[]) AS v
                   ON CONFLICT (backend_id, external_id) DO UPDATE SET version = excluded.version
                WHERE l.version < excluded.version""",
            (backend.id, list(versions), list(versions.values())),
        )
        self.invalidate_model()

    @api.model
    def _versions(self, backend, external_ids):
        """{external id: as of when it is over} of those that were left out."""
        rows = self.sudo().search_fetch(
            [("backend_id", "=", backend.id), ("external_id", "in", list(external_ids))], ["external_id", "version"]
        )
        return {row.external_id: row.version for row in rows}
