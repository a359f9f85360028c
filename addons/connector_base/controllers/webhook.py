import logging

import psycopg2
from werkzeug.exceptions import RequestEntityTooLarge

from odoo import SUPERUSER_ID, http
from odoo.http import Response, request

from ..lib.errors import AuthError, ConfigurationError, DataError
from ..models.integration_flow import wake_drain
from ..settings import max_body_bytes

_logger = logging.getLogger(__name__)


class IntegrationWebhook(http.Controller):
    """Where partners deliver. Keeps what came, then answers; works nothing off."""

    @http.route(
        "/integration/webhook/<string:token>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=max_body_bytes(),
    )
    def receive(self, token):
        """Take one delivery.

        200: kept (or kept before). 401: unknown address or wrong signature, with no
        word which. 413: too large. 503: not kept, deliver again.
        """
        env = request.env(user=SUPERUSER_ID, context={})
        try:
            target = env["integration.backend"]._webhook_target(token)
        except KeyError:
            target = None
        try:
            raw = request.httprequest.get_data(cache=False)
        except RequestEntityTooLarge:
            return Response("too large", status=413)
        if not target:
            return Response("not authorised", status=401)
        headers = {name.lower(): value for name, value in request.httprequest.headers.items()}
        try:
            incoming = env["integration.backend"]._webhook_incoming(target, headers, raw)
        except AuthError:
            return Response("not authorised", status=401)
        except DataError:
            return Response("not understood", status=400)
        except ConfigurationError:
            _logger.exception("webhook of backend %s cannot be verified", target["backend_id"])
            return Response("not ready", status=503)
        if incoming is None or incoming.topic not in target["flows"]:
            return Response("ignored", status=200)
        return self._keep(env, target, incoming)

    def _keep(self, env, target, incoming):
        flow_id, tier = target["flows"][incoming.topic]
        messages = env["integration.message"]
        values = messages._incoming_values(target["backend_id"], target["company_id"], flow_id, incoming)
        try:
            kept = messages._keep_here(values)
            if kept:
                wake_drain(env.cr, flow_id, tier)
        except psycopg2.Error:
            _logger.exception("webhook of backend %s could not be kept", target["backend_id"])
            env.cr.rollback()
            return Response("not kept", status=503, headers={"Retry-After": "5"})
        return Response("kept" if kept else "kept before", status=200)
