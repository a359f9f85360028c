from odoo import fields, models


class IntegrationCatalogueRun(models.Model):
    """How far keeping the catalogue of one backend in step has come.

    A pass over all products goes on where it stopped: ``swept_up_to`` is its checkpoint.
    """

    _name = "integration.catalogue.run"
    _description = "State of the catalogue at a channel"
    _log_access = False
    _rec_name = "backend_id"

    backend_id = fields.Many2one("integration.backend", required=True, ondelete="cascade")
    rounds = fields.Integer(default=0)
    is_sweeping = fields.Boolean("A pass is under way")
    swept_up_to = fields.Integer("Done up to", help="The last linked product that the pass under way has done.")
    compares = fields.Boolean("With the channel", help="The pass compares what has not changed, too.")
    dated_until = fields.Datetime("Dated prices seen until")
    swept_at = fields.Datetime("Last pass ended on")

    _backend_uniq = models.Constraint("UNIQUE (backend_id)", "A backend has one state of its catalogue.")

    def _of(self, backend):
        """The row of a backend, made when it is not there."""
        self.env.cr.execute(
            "INSERT INTO integration_catalogue_run (backend_id, rounds) VALUES (%s, 0) ON CONFLICT DO NOTHING",
            (backend.id,),
        )
        return self.search([("backend_id", "=", backend.id)])

    def _begin(self, compare):
        """Begin a pass over all linked products, or have the one under way begin anew.

        :param compare: also ask the channel about what has not changed in Odoo
        """
        self.write({"is_sweeping": True, "swept_up_to": 0, "compares": compare or (self.is_sweeping and self.compares)})

    def _next(self, limit):
        """The next links of the pass under way."""
        bindings = self.env["integration.product.binding"]
        if not self.is_sweeping:
            return bindings
        domain = [("backend_id", "=", self.backend_id.id), ("id", ">", self.swept_up_to)]
        return bindings.search(domain, order="id", limit=limit)

    def _advance(self, done):
        """Set the checkpoint behind these; without any, the pass is over."""
        if done:
            self.swept_up_to = done[-1].id
        elif self.is_sweeping:
            self.write({"is_sweeping": False, "compares": False, "swept_at": fields.Datetime.now()})
