from contextlib import contextmanager
from datetime import timezone

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from odoo.addons.connector_base.lib.errors import ConnectorError

from ..lib import const, webhook
from ..lib.adapter import ShopifyAdapter, ShopifySettings
from ..lib.auth import ClientCredentials, StaticToken
from ..lib.checks import read_facts
from ..lib.client import ShopifyClient

UTC = timezone.utc
#: what webhooks may be signed with, the present one first
SIGNING_SECRETS = ("client_secret", "former_client_secret")
#: products that are matched in one transaction
MATCH_BATCH = 250


class IntegrationBackend(models.Model):
    """How a Shopify backend reaches its shop, and what it does once connected."""

    _inherit = "integration.backend"

    def _build_adapter_shopify(self):
        """The adapter with this backend's credentials, limits and alarms."""
        http = self._http_client()
        base_url = (self.base_url or "").rstrip("/")
        client = ShopifyClient(http, base_url, self._shopify_tokens(http, base_url), on_version=self._on_version)
        settings = ShopifySettings(
            secrets=self._webhook_secrets(),
            shop_domain=self.shopify_domain or "",
            currency=self.shopify_currency or "",
            callback_url=(self.webhook_url or "") if self.state == "running" else "",
        )
        return ShopifyAdapter(client, settings)

    def _webhook_secrets(self):
        """The client secret, and the former one while Shopify changes over."""
        secrets = self.env["integration.secret"].sudo()
        return secrets._opened(secrets._stored(self, SIGNING_SECRETS))

    def _webhook_facts(self):
        facts = super()._webhook_facts()
        secrets = self.env["integration.secret"].sudo()._stored(self, SIGNING_SECRETS)
        return {**facts, "shop_domain": self.shopify_domain or "", "secrets": secrets}

    def _webhook_fields(self):
        return super()._webhook_fields() | {"shopify_domain"}

    def _webhook_incoming_shopify(self, target, headers, raw):
        """Verify a delivery without building a client."""
        secrets = self.env["integration.secret"]._opened(target["secrets"])
        return webhook.receive(headers, raw, secrets, target["shop_domain"])

    def _shopify_tokens(self, http, base_url):
        if self.shopify_auth == "token":
            return StaticToken(self._secret("access_token"))
        return ClientCredentials(
            http,
            base_url,
            self.shopify_client_id or "",
            self._secret("client_secret"),
            load_token=self._load_granted_token,
            save_token=self._save_granted_token,
            guard=self._token_guard,
        )

    def _load_granted_token(self):
        """The granted token and its end; read in a cursor of its own, to see others' work."""
        with self.env.registry.cursor() as cr:
            secrets = self.with_env(self.env(cr=cr)).env["integration.secret"].sudo()
            ends = secrets._expiry(self, "granted_token")
            token = ends and secrets._get(self, "granted_token")
        return (token, ends.replace(tzinfo=UTC)) if token else None

    def _save_granted_token(self, token, expires_at):
        with self.env.registry.cursor() as cr:
            secrets = self.with_env(self.env(cr=cr)).env["integration.secret"].sudo()
            naive = expires_at.astimezone(UTC).replace(tzinfo=None)
            secrets._set(self, "granted_token", token, naive)

    @contextmanager
    def _token_guard(self):
        """One worker at a time asks for a new token."""
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT pg_advisory_xact_lock(hashtext('integration.token'), %s)", (self.id,))
            yield

    def _on_version(self, served):
        """Shopify answers with another version: ours is retired. Tell, once."""
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            backend = env["integration.backend"].browse(self.id)
            env["integration.exception"]._report(
                backend,
                "version",
                env._(
                    "Shopify answers with version %(served)s instead of %(asked)s.",
                    served=served,
                    asked=const.API_VERSION,
                ),
                env._("The version this addon speaks is retired. Update the addon soon."),
                group_key=served,
            )

    def _after_connect(self):
        result = super()._after_connect()
        for backend in self.filtered(lambda b: b.kind == "shopify"):
            backend._learn_shop()
            backend._ensure_subscriptions()
            backend._flow(const.ORDER_IN)._request_poll()
        return result

    def _learn_shop(self):
        """Keep what the shop says of itself."""
        facts = read_facts(self._get_adapter().client)
        self.write(
            {
                "shopify_domain": facts.domain,
                "shopify_currency": facts.currency,
                "shopify_timezone": facts.timezone,
                "shopify_version": const.API_VERSION,
            }
        )
        if not self.env["res.currency"].search([("name", "=", facts.currency)]):
            raise UserError(self.env._("The shop's currency %s is not active in Odoo.", facts.currency))

    def _catalogue_currency(self):
        """Shopify shows prices in the shop's currency."""
        name = self.kind == "shopify" and self.shopify_currency
        found = self.env["res.currency"].search([("name", "=", name)]) if name else None
        return found or super()._catalogue_currency()

    def _catalogue_bulk(self):
        """Shopify works off large files by itself, without its rate limit."""
        return (const.BULK_FROM, const.BULK_SIZE) if self.kind == "shopify" else super()._catalogue_bulk()

    def _allowed_hosts(self):
        """The shop, and where Shopify keeps the files of bulk operations."""
        hosts = super()._allowed_hosts()
        return [*hosts, *const.FILE_HOSTS] if self.kind == "shopify" else hosts

    def _ensure_subscriptions(self):
        """Create and mend the webhook subscriptions; an exception tells what Shopify refuses."""
        self.ensure_one()
        former = [self.shopify_former_url] if self.shopify_former_url else []
        try:
            changes = self._get_adapter().ensure_subscriptions(former_urls=former)
        except ConnectorError as error:
            self.env["integration.exception"]._report(
                self,
                "configuration",
                self.env._("Shopify does not take our webhook address: %s", str(error)[:300]),
                self.env._(
                    "Orders still arrive by the regular look-ups. Check that the web address of "
                    "this Odoo (web.base.url) can be reached from outside over https."
                ),
                group_key="subscriptions",
            )
            return None
        self.shopify_former_url = False
        self.env["integration.exception"]._heal_cause(self, "configuration", "subscriptions")
        return changes

    @api.model
    def _cron_check_subscriptions(self):
        """Shopify deletes subscriptions it cannot deliver to: put them back."""
        for backend in self.search([("kind", "=", "shopify"), ("state", "=", "running")]):
            if not backend._may_send():
                continue
            changes = backend._ensure_subscriptions()
            if changes and (changes.created or changes.mended):
                # what happened while they were gone is found by looking
                backend._flow(const.ORDER_IN)._request_poll()

    def action_match_products(self):
        """Button “Match products”: link the shop's variants to products, in the background."""
        self.check_access("write")
        self.env["integration.audit"]._record(self, "backend.match_products")
        for backend in self:
            backend._flow(const.PRODUCT_IN)._request_job(
                "_job_match_products", identity="match", channel="root.connector.tier2"
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("Products are being matched. What finds no match appears under Exceptions."),
            },
        }

    def action_link_locations(self):
        """Button “Link locations”: choose a warehouse for each place of the shop."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["integration.shopify.location"]._from_shop(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link locations to warehouses"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }
