import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..lib.audit_chain import Head


class IntegrationAuditCheck(models.TransientModel):
    """Checks the audit log, and hands out the head of its chain to be kept elsewhere."""

    _name = "integration.audit.check"
    _description = "Check the audit log"

    head = fields.Char("Head of the chain", readonly=True, default=lambda self: self._default_head())
    head_file = fields.Binary("As a file", compute="_compute_head_file")
    head_file_name = fields.Char(compute="_compute_head_file")
    kept_head = fields.Char("Head you have kept", help="A head that was noted earlier must still be in the chain.")
    sound = fields.Boolean(readonly=True)
    result = fields.Text(readonly=True)

    def _default_head(self):
        return str(self.env["integration.audit.seal"].sudo()._head())

    def _compute_head_file(self):
        database = self.env.cr.dbname
        for check in self:
            text = f"{check.head} {database} {fields.Datetime.now().isoformat()}Z\n"
            check.head_file = base64.b64encode(text.encode())
            check.head_file_name = f"audit-head-{(check.head or '').partition(' ')[0]}.txt"

    def action_check(self):
        """Button “Check”: go through the whole chain."""
        self.ensure_one()
        kept = self._kept()
        breaks = self.env["integration.audit.seal"].sudo()._verify(kept)
        self.env["integration.audit.seal"].sudo()._tell(breaks)
        head = Head.parse(self._default_head())
        self.head = str(head)
        self.sound = not breaks
        self.result = "\n".join([self._verdict(breaks, head), *(self._explain(entry) for entry in breaks[:50])])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check the audit log"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _kept(self):
        if not self.kept_head:
            return None
        try:
            return Head.parse(" ".join(self.kept_head.split()[:2]))
        except ValueError as error:
            raise UserError(self.env._("This is no head: it is a number, a space and 64 characters.")) from error

    def _verdict(self, breaks, head):
        if not breaks:
            return self.env._("All %s entries are as they were written.", head.sequence)
        return self.env._("The log was changed outside of Odoo, in %s places.", len(breaks))

    def _explain(self, entry):
        texts = {
            "changed": self.env._("No. %(no)s: the entry says something else than when it was written."),
            "missing": self.env._("No. %(no)s: the entry was taken out."),
            "order": self.env._("No. %(no)s: it does not follow the one before it."),
            "cut": self.env._("No. %(no)s: the log once went on here, and does not any more."),
            "unsealed": self.env._("Entry %(id)s: it was put in, or never linked."),
        }
        return texts[entry.kind] % {"no": entry.sequence, "id": entry.entry_id}
