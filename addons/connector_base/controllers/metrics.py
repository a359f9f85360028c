from odoo import SUPERUSER_ID, http
from odoo.http import Response, request

from ..lib.prometheus import CONTENT_TYPE


class IntegrationMetrics(http.Controller):
    """Where Prometheus looks."""

    @http.route(
        "/integration/metrics", type="http", auth="none", methods=["GET"], csrf=False, save_session=False, readonly=True
    )
    def metrics(self):
        """The numbers. 404: switched off. 401: no or a wrong token."""
        metrics = request.env(user=SUPERUSER_ID, context={})["integration.metrics"]
        if not metrics._is_on():
            return Response("not found", status=404)
        scheme, __, token = request.httprequest.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not metrics._may_read(token.strip()):
            return Response("not authorised", status=401, headers={"WWW-Authenticate": "Bearer"})
        headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
        return Response(metrics._exposition(), status=200, headers=headers)
