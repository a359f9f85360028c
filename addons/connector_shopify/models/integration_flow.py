from datetime import timedelta
from itertools import islice

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.connector_base.drain.items import Inbound
from odoo.addons.connector_base.lib.errors import AuthError, ConnectorError, DataError

from ..lib import const
from ..lib.notices import PrivacyRequest, privacy_request
from .integration_backend_connection import MATCH_BATCH

#: days that data protection law, and Shopify, leave for an answer
PRIVACY_DAYS = 30


class IntegrationFlow(models.Model):
    """What only Shopify tells: privacy requests and news of the app."""

    _inherit = "integration.flow"

    def _handle_privacy_in(self, batch):
        """Put each request in front of a person, with its date."""
        due = fields.Date.to_string(fields.Date.today() + timedelta(days=PRIVACY_DAYS))
        texts = {
            "data_request": self.env._("A customer of the shop asks which data is kept."),
            "redact_customer": self.env._("A customer's data is to be deleted."),
            "redact_shop": self.env._("The shop left: its customers' data is to be deleted."),
        }
        for item in batch:
            request = item.documents[0]
            orders = ", ".join(request.order_ids) or self.env._("none named")
            item.report(
                "privacy",
                texts.get(request.kind, request.kind),
                self.env._(
                    "Answer by %(due)s. Customer: %(customer)s. Orders: %(orders)s. "
                    "An administrator presses “Find and forget”; the runbook says how.",
                    due=due,
                    customer=request.customer_id or self.env._("all"),
                    orders=orders,
                ),
                group_key=f"{request.kind}:{request.customer_id}",
            )
            item.done()

    def _search_terms(self, documents, aliases):
        """A request is about the customer, too: who forgets the customer forgets the request."""
        terms = super()._search_terms(documents, aliases)
        requests = [document for document in documents if isinstance(document, PrivacyRequest)]
        return [*terms, *(("email", request.email) for request in requests)]

    def _person_of(self, raw):
        if self.code != const.PRIVACY_IN:
            return super()._person_of(raw)
        try:
            return privacy_request(raw).email, ""
        except DataError:
            return "", ""

    def _handle_backend_in(self, batch):
        """Something changed about the app or the shop: see what still works.

        The notice itself proves nothing (its signature covers the body only), so the
        shop is asked; credentials that no longer work pause the backend.
        """
        backend = self.backend_id
        try:
            backend._get_adapter().client.query("shop")
        except AuthError as error:
            backend._pause_for(error)
        for item in batch:
            item.done(note=self.env._("The connection was checked."))

    def _job_match_products(self):
        """Link every variant of the shop; batch by batch, each in its own transaction."""
        self.ensure_one()
        flow = self.sudo()
        backend = flow.backend_id
        count = 0
        try:
            products = backend._get_adapter().list_products()
            while documents := list(islice(products, MATCH_BATCH)):
                flow._match_batch(documents)
                count += len(documents)
        except ConnectorError as error:
            backend._pause_for(error)
            return f"{count} matched, then: {error}"
        return f"{count} matched"

    def _match_batch(self, documents):
        """Link one batch in a transaction of its own; what finds no match is reported."""
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            flow = env["integration.flow"].browse(self.id)
            flow = flow.with_env(flow.backend_id._company_env())
            item = Inbound(None, documents)
            flow.env["integration.product.importer"]._import(flow, [item])
            for report in item.reports:
                flow.env["integration.exception"]._report(
                    flow.backend_id,
                    report.category,
                    report.cause,
                    report.suggestion,
                    group_key=report.group_key,
                )
