from odoo import fields, models
from odoo.exceptions import UserError


class IntegrationForget(models.TransientModel):
    """Finds what is held of a person, shows how much, and forgets it."""

    _name = "integration.forget"
    _description = "Forget a person"

    exception_id = fields.Many2one("integration.exception", "Request", readonly=True, ondelete="set null")
    email = fields.Char("E-mail")
    name = fields.Char(help="Besides the address, it is masked where a text has to stay.")
    state = fields.Selection([("ask", "Whom"), ("found", "Found"), ("gone", "Forgotten")], default="ask", readonly=True)
    message_ids = fields.Many2many("integration.message", string="Messages", readonly=True)
    exception_ids = fields.Many2many("integration.exception", string="Exceptions", readonly=True)
    link_count = fields.Integer("Links to contacts", readonly=True)
    partner_ids = fields.Many2many("res.partner", string="Contacts", readonly=True)
    outcome = fields.Text("What was done", readonly=True)

    def action_find(self):
        """Button “Look”: nothing is changed."""
        self.ensure_one()
        found = self.env["integration.person"]._find(self.email, self.name)
        self.write(
            {
                "message_ids": [fields.Command.set(found.messages.ids)],
                "exception_ids": [fields.Command.set(found.exceptions.ids)],
                "partner_ids": [fields.Command.set(found.partners.ids)],
                "link_count": found.counts()["links"],
                "state": "found",
            }
        )
        return self._open()

    def action_forget(self):
        """Button “Forget”: for good."""
        self.ensure_one()
        if self.state != "found":
            raise UserError(self.env._("Look first, so that you know what goes."))
        done = self.env["integration.person"]._forget(self.email, self.name)
        text = self.env._(
            "Messages cleared: %(messages)s. Exceptions masked or cleared: %(exceptions)s.",
            messages=done["messages"],
            exceptions=done["exceptions"],
        )
        if done["left"]:
            left = self.env._(
                "Messages left, still to be worked on or waiting for a person: %s. Finish or cancel them, "
                "then forget again.",
                done["left"],
            )
            text = f"{text}\n{left}"
        # the address itself has no business here any longer
        self.write({"state": "gone", "outcome": text, "email": False, "name": False})
        return self._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Forget a person"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
