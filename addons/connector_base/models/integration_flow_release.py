from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.release import needs_stages


class IntegrationFlow(models.Model):
    """Letting the backlog of a flow go in stages after an outage."""

    _inherit = "integration.flow"

    release_id = fields.Many2one("integration.release", "Backlog", readonly=True, copy=False, ondelete="set null")
    release_remaining = fields.Integer(related="release_id.remaining")
    release_per_minute = fields.Integer(
        "Backlog: messages a minute",
        help="After an outage, what has waited is worked off at this pace; new messages go first. "
        "0: as the backend says.",
    )

    def _pace(self):
        """Messages of a backlog a minute; 0: no stages."""
        return self.release_per_minute or self.backend_id.release_per_minute

    def _stage_backlog(self, reason, always=False):
        """Let what waits in these flows go in stages, where it is much.

        A second outage during a release puts what has piled up since into the same one.

        :param always: also where it is little
        :return: the releases under way
        """
        releases = self.env["integration.release"].sudo()
        for flow in self.sudo():
            count, until_id = flow._backlog()
            per_minute = flow._pace() or (60 if always else 0)
            if flow.release_id:
                done = flow.release_id.total - flow.release_id.remaining
                flow.release_id.write({"until_id": max(until_id, flow.release_id.until_id), "total": done + count})
            elif count and (always or needs_stages(count, per_minute)):
                flow.release_id = releases.create(
                    {
                        "flow_id": flow.id,
                        "until_id": until_id,
                        "total": count,
                        "per_minute": per_minute,
                        "reason": reason,
                    }
                )
            releases |= flow.release_id
        return releases

    def _backlog(self):
        """(number of waiting messages, ID of the newest)."""
        self.env.cr.execute(
            """SELECT count(*), COALESCE(max(id), 0) FROM integration_message
                WHERE flow_id = %s AND state IN ('pending', 'retry', 'ambiguous') AND next_at IS NOT NULL""",
            (self.id,),
        )
        return self.env.cr.fetchone()

    def action_stage_backlog(self):
        """Button “Work off slowly”: let what waits now go in stages."""
        self.ensure_one()
        self._require_pauser()
        releases = self._stage_backlog(self.env._("By hand"), always=True)
        if not releases:
            raise UserError(self.env._("Nothing waits in this flow."))
        self.env["integration.audit"]._record(releases.with_env(self.env), "release.start")
        return self.action_open_release()

    def action_open_release(self):
        """Button: the backlog that is being worked off."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "integration.release",
            "res_id": self.release_id.id,
            "views": [(False, "form")],
        }
