from odoo import http
from odoo.http import Response, request


class BenchNoop(http.Controller):
    """What the webhook route costs before it does anything."""

    @http.route(
        "/bench/noop/<string:token>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
    )
    def noop(self, token):
        """Read the body, as every route must that is posted to, and answer."""
        request.httprequest.get_data(cache=False)
        return Response("kept", status=200)
