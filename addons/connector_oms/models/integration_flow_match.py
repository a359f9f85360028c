from itertools import islice

from odoo import models

from odoo.addons.connector_base.lib.errors import ConnectorError

from ..stock.jobs import in_own_env
from .integration_product_match import BATCH


class IntegrationFlow(models.Model):
    """Comparing all that a channel sells with all that Odoo sells."""

    _inherit = "integration.flow"

    def _job_propose_matches(self):
        """Propose a product for everything of the channel that is not linked, batch by batch.

        Each batch is committed by itself; a job that is killed begins anew and finds what
        it has proposed already.

        :return: how many are proposed, for the job's record
        """
        self.ensure_one()
        flow = self.sudo()
        backend = flow.backend_id
        matches = self.env["integration.product.match"].with_env(backend._company_env())
        index, count = matches.sudo()._index(backend), 0
        try:
            products = backend._get_adapter().list_products()
            while documents := list(islice(products, BATCH)):
                count += in_own_env(
                    matches.env,
                    lambda env, found=documents: (
                        env["integration.product.match"]
                        .sudo()
                        ._propose(env["integration.backend"].browse(backend.id), found, index)
                    ),
                )
        except ConnectorError as error:
            backend._pause_for(error)
            return f"{count} proposed, then: {error}"
        return f"{count} proposed"
