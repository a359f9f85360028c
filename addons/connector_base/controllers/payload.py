from odoo import http
from odoo.http import content_disposition, request


class PayloadController(http.Controller):
    """The bytes of a message, for those who may have them."""

    @http.route("/integration/payload/<int:message_id>", type="http", auth="user", methods=["GET"], readonly=False)
    def download(self, message_id):
        """The payload as it was received; each download is on record."""
        message = request.env["integration.message"].search([("id", "=", message_id)])
        if not message:
            return request.not_found()
        message._require_manager()
        request.env["integration.audit"]._record(message, "message.download")
        return request.make_response(
            message._raws()[message.id],
            headers=[
                ("Content-Type", "application/octet-stream"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
                ("Content-Disposition", content_disposition(f"message-{message.id}.txt")),
            ],
        )
