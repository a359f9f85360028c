from odoo import api, models
from odoo.tools import ormcache


class IntegrationBackend(models.Model):
    """What the webhook route needs of a backend, without loading a record each time."""

    _inherit = "integration.backend"

    @api.model
    @ormcache("token")
    def _webhook_target(self, token):
        """Facts of the backend that a webhook address belongs to.

        :return: dict with ``backend_id, company_id, kind, flows`` ({code: (id, tier)} of
            the active flows that come in) and what the kind adds
        :raises KeyError: no backend has this address; not cached, so that guessed
            addresses fill no cache
        """
        backend = self.sudo().search([("webhook_token", "=", token)])
        if not backend:
            raise KeyError(token)
        return backend._webhook_facts()

    def _webhook_facts(self):
        """See ``_webhook_target``; kinds of backend add what verifying takes."""
        self.ensure_one()
        flows = self.flow_ids.filtered(lambda flow: flow.active and flow.direction == "in")
        return {
            "backend_id": self.id,
            "company_id": self.company_id.id,
            "kind": self.kind,
            "flows": {flow.code: (flow.id, flow.tier) for flow in flows},
        }

    @api.model
    def _webhook_fields(self):
        """Fields whose change makes the cached facts void."""
        return {"webhook_token", "active", "kind", "company_id"}

    @api.model
    def _webhook_incoming(self, target, headers, raw):
        """Authenticate a delivery: what ``lib.adapter.Adapter.receive`` says of it.

        Kinds of backend with a shorter way have a method ``_webhook_incoming_<kind>``.
        """
        short = getattr(self, f"_webhook_incoming_{target['kind']}", None)
        if short:
            return short(target, headers, raw)
        return self.sudo().browse(target["backend_id"])._get_adapter().receive(headers, raw)
