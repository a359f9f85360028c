from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.connector_base.lib.redact import MASK

from ..lib import const

#: how long webhooks may still be signed with a secret that was replaced; Shopify takes
#: up to an hour to change over ("Rotate or revoke client credentials")
FORMER_SECRET = timedelta(hours=2)

FLOWS = (
    {
        "code": const.ORDER_IN,
        "name": "Orders",
        "direction": "in",
        "tier": "1",
        "full_state": True,
        "batch_size": 25,
        "poll_minutes": 5,
        "freshness_minutes": 15,
    },
    {
        "code": const.PRODUCT_IN,
        "name": "Products",
        "direction": "in",
        "tier": "2",
        "full_state": True,
        "batch_size": 50,
        "freshness_minutes": 120,
    },
    {
        "code": const.STOCK_OUT,
        "name": "Stock levels",
        "direction": "out",
        "tier": "1",
        "owner_system": "odoo",
        "freshness_minutes": 15,
    },
    {
        "code": const.SHIPMENT_OUT,
        "name": "Shipments",
        "direction": "out",
        "tier": "1",
        "owner_system": "odoo",
        "freshness_minutes": 30,
    },
    {
        "code": const.CANCEL_OUT,
        "name": "Cancellations",
        "direction": "out",
        "tier": "1",
        "owner_system": "odoo",
        "freshness_minutes": 15,
    },
    {
        "code": const.RETURN_OUT,
        "name": "Returns and refunds",
        "direction": "out",
        "tier": "1",
        "owner_system": "odoo",
        "freshness_minutes": 30,
    },
    {
        # touches nothing until somebody says whose prices or product data count
        "code": const.CATALOGUE_OUT,
        "name": "Prices and product data",
        "direction": "out",
        "tier": "2",
        "owner_system": "odoo",
        "freshness_minutes": 120,
    },
    {
        # looked up once the app may: scope read_shopify_payments_payouts
        "code": const.PAYOUT_IN,
        "name": "Payouts",
        "direction": "in",
        "tier": "2",
        "full_state": True,
        "batch_size": 5,
        "poll_minutes": 0,
        "freshness_minutes": 0,
    },
    {
        "code": const.PRIVACY_IN,
        "name": "Privacy requests",
        "direction": "in",
        "tier": "2",
        "freshness_minutes": 0,
    },
    {
        "code": const.BACKEND_IN,
        "name": "News of the app and the shop",
        "direction": "in",
        "tier": "2",
        "freshness_minutes": 60,
    },
)


class IntegrationBackend(models.Model):
    """A Shopify shop: its credentials and what is known of it."""

    _inherit = "integration.backend"

    shopify_auth = fields.Selection(
        [
            ("client", "Client ID and secret (token for a day)"),
            ("token", "Access token of a legacy custom app"),
        ],
        "Log in with",
        default="client",
        help="Apps made in Shopify's Dev Dashboard use the client ID and secret.",
    )
    shopify_client_id = fields.Char("Client ID", copy=False)
    shopify_client_secret = fields.Char(
        "Client secret",
        compute="_compute_shopify_secrets",
        inverse="_inverse_shopify_client_secret",
        groups="connector_base.group_admin",
        copy=False,
        help="Also signs the webhooks. Kept encrypted; it cannot be read again.",
    )
    shopify_access_token = fields.Char(
        "Access token",
        compute="_compute_shopify_secrets",
        inverse="_inverse_shopify_access_token",
        groups="connector_base.group_admin",
        copy=False,
        help="Starts with shpat_. Kept encrypted; it cannot be read again.",
    )
    shopify_domain = fields.Char("Shop", readonly=True, copy=False)
    shopify_currency = fields.Char("Shop's currency", readonly=True, copy=False)
    shopify_timezone = fields.Char("Shop's time zone", readonly=True, copy=False)
    shopify_version = fields.Char("API version", readonly=True, copy=False)
    shopify_former_url = fields.Char(copy=False, export_string_translation=False)

    @api.model
    def _selection_kind(self):
        return [*super()._selection_kind(), ("shopify", "Shopify")]

    def _default_flows(self):
        flows = super()._default_flows()
        return [*flows, *(dict(flow) for flow in FLOWS)] if self.kind == "shopify" else flows

    @api.model
    def _complete_shopify_flows(self):
        """Give backends that were there before an update the flows that it brought."""
        for backend in self.with_context(active_test=False).search([("kind", "=", "shopify")]):
            backend._ensure_flows()

    def _compute_shopify_secrets(self):
        for backend in self:
            names = backend._secret_names()
            backend.shopify_client_secret = MASK if "client_secret" in names else False
            backend.shopify_access_token = MASK if "access_token" in names else False

    def _inverse_shopify_client_secret(self):
        for backend in self:
            value = backend.shopify_client_secret
            if value == MASK:
                continue
            former = backend._secret("client_secret")
            if former and value:
                ends = fields.Datetime.now() + FORMER_SECRET
                backend._set_secret("former_client_secret", former, ends)
            backend._set_secret("client_secret", (value or "").strip())
            backend._set_secret("granted_token", "")

    def _inverse_shopify_access_token(self):
        for backend in self:
            if backend.shopify_access_token != MASK:
                backend._set_secret("access_token", (backend.shopify_access_token or "").strip())

    def _renewing_secrets(self):
        """The token of a day is asked for anew; the former secret is meant to end."""
        return super()._renewing_secrets() | {"granted_token", "former_client_secret"}

    def _secret_names(self):
        """Names of the secrets that are kept for this backend."""
        secrets = self.env["integration.secret"].sudo()
        return set(secrets.search([("backend_id", "=", self.id)]).mapped("name"))

    def action_new_webhook_token(self):
        """Remember the old address, so that its subscriptions are moved, not doubled."""
        for backend in self.filtered(lambda b: b.kind == "shopify"):
            backend.shopify_former_url = backend.sudo().webhook_url
        result = super().action_new_webhook_token()
        for backend in self.filtered(lambda b: b.kind == "shopify" and b.state == "running"):
            backend._ensure_subscriptions()
        return result
