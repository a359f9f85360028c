from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from .integration_exception_fix import AGAIN

#: exceptions mended in the request of the person who asked; more go to the background
AT_ONCE = 10
#: exceptions mended by one job, in one transaction
SLICE = 100


class IntegrationMend(models.Model):
    """One fix applied to many exceptions in the background, with its progress."""

    _name = "integration.mend"
    _description = "Fix of many exceptions"
    _order = "id desc"

    name = fields.Char(required=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    user_id = fields.Many2one("res.users", "Asked for by", required=True)
    fix_model = fields.Char(required=True)
    fix_values = fields.Json()
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("stopped", "Stopped")], required=True, default="running"
    )
    todo_ids = fields.Json(help="Exceptions that are still to be mended.")
    total = fields.Integer("Exceptions")
    treated = fields.Integer()
    failed = fields.Integer("Could not be mended")
    trouble = fields.Char("Last trouble")
    healed = fields.Integer("Settled", compute="_compute_healed")
    progress = fields.Float("Progress (%)", compute="_compute_healed")
    exception_ids = fields.One2many("integration.exception", "mend_id", "Exceptions concerned")

    @api.depends("treated", "total")
    def _compute_healed(self):
        counts = dict(
            self.env["integration.exception"]._read_group(
                [("mend_id", "in", self.ids), ("state", "=", "resolved")], ["mend_id"], ["__count"]
            )
        )
        for run in self:
            run.healed = counts.get(run, 0)
            run.progress = 100.0 * run.treated / run.total if run.total else 100.0

    @api.model
    def _start(self, exceptions, fix_model, values):
        """Mend exceptions: a few at once, many in the background.

        :param fix_model: name of an ``integration.fix`` wizard
        :param values: what it was told
        :return: an action that says what was done
        """
        wizard = self.env[fix_model].new(values)
        if len(exceptions) <= AT_ONCE:
            wizard._run(exceptions)
            return wizard._told(self.env._("Done."))
        if wizard._only_replays():
            return self._start_replay(exceptions, wizard)
        run = self.sudo().create(
            {
                "name": exceptions[0].group_label,
                "company_id": exceptions[0].company_id.id,
                "user_id": self.env.uid,
                "fix_model": fix_model,
                "fix_values": values,
                "todo_ids": exceptions.ids,
                "total": len(exceptions),
            }
        )
        exceptions._quiet().write({"mend_id": run.id})
        run._next()
        return wizard._told(
            self.env._("%s exceptions are being mended in the background.", len(exceptions)),
            link=run.get_formview_action(),
        )

    @api.model
    def _start_replay(self, exceptions, wizard):
        """Have the messages behind exceptions handed out at a capped rate."""
        stuck = exceptions.filtered(lambda exception: exception.sudo().message_id.state in AGAIN)
        wizard._run(exceptions - stuck)
        if not stuck:
            return wizard._told(self.env._("Done."))
        wizard._put_on_record(stuck)
        replay = self.env["integration.replay"]._start(stuck.sudo().message_id, stuck[0].group_label)
        return wizard._told(
            self.env._("%s messages are being tried again in the background.", replay.total),
            link=replay.action_open(),
        )

    def _next(self):
        self.with_delay(channel="root.connector.tier2", description=self.name, identity_key=None)._job_mend()

    def _job_mend(self):
        """Mend the next slice, in the name of the person who asked, then ask for the next job."""
        self.ensure_one()
        if self.state != "running":
            return
        ids = self.todo_ids or []
        now, later = ids[:SLICE], ids[SLICE:]
        # what the system asked for on its own is done in its own name
        person = self.user_id if self.user_id.has_group("connector_base.group_operator") else SUPERUSER_ID
        me = self.with_user(person).with_company(self.company_id)
        exceptions = me.env["integration.exception"].browse(now).exists()
        exceptions = exceptions.filtered(lambda exception: exception.state == "open")
        failed = me._run_slice(exceptions)
        self.write(
            {
                "todo_ids": later,
                "treated": self.treated + len(now),
                "failed": self.failed + failed,
                "state": "running" if later else "done",
            }
        )
        if later:
            self._next()

    def _run_slice(self, exceptions):
        """Mend a slice; one that cannot be mended does not stop the others.

        :return: how many could not be
        """
        if not exceptions:
            return 0
        try:
            with self.env.cr.savepoint():
                self.env[self.sudo().fix_model].new(self.sudo().fix_values)._run(exceptions)
                self.env.flush_all()
            return 0
        except UserError as error:
            self.env.invalidate_all()
            if len(exceptions) == 1:
                self.sudo().trouble = str(error)[:250]
                return 1
        middle = len(exceptions) // 2
        return self._run_slice(exceptions[:middle]) + self._run_slice(exceptions[middle:])

    def action_stop(self):
        """Button “Stop”: what is done stays done."""
        self.env["integration.exception"]._require_operator()
        self.check_access("read")
        running = self.filtered(lambda run: run.state == "running")
        running.sudo().write({"state": "stopped"})
        self.env["integration.audit"]._record(running, "mend.stop")

    def action_refresh(self):
        """Button “Refresh”: read the progress anew."""
        return True

    def action_open_exceptions(self):
        """Button: the exceptions concerned."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_base.integration_exception_action")
        action["domain"] = [("mend_id", "=", self.id)]
        action["context"] = {}
        return action
