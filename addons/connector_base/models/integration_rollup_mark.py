from odoo import api, fields, models


class IntegrationRollupMark(models.Model):
    """When was looked at the ledger, and how far its ids had come. Written by SQL only.

    Ids rise with time, so the marks replace an index on the time of arrival, which every
    message would have to pay for.
    """

    _name = "integration.rollup.mark"
    _description = "Look at the ledger"
    _order = "looked_at desc"
    _rec_name = "looked_at"
    _log_access = False

    looked_at = fields.Datetime(required=True, index=True)
    again_from = fields.Datetime(required=True, help="What happened from then on may not have been seen yet.")
    message_seq = fields.Integer("Message IDs given")
    attempt_seq = fields.Integer("Attempt IDs given")

    @api.model
    def _message_floor(self, since):
        """An id that all messages received from then on lie above: no search need scan the rest."""
        return floors(self.env.cr, since)["message_seq"]

    @api.model
    def _attempt_floor(self, since):
        """As ``_message_floor``, of attempts."""
        return floors(self.env.cr, since)["attempt_seq"]


def floors(cr, since):
    """Ids below which nothing is as young as ``since`` (naive UTC).

    An id is given moments before the time is taken, hence the seconds.
    """
    cr.execute(
        """SELECT message_seq, attempt_seq FROM integration_rollup_mark
            WHERE looked_at < %s::timestamp - interval '10 seconds' ORDER BY looked_at DESC LIMIT 1""",
        (since,),
    )
    message_seq, attempt_seq = cr.fetchone() or (0, 0)
    return {"message_seq": message_seq, "attempt_seq": attempt_seq}
