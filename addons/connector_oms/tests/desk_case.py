"""People at the exceptions desk, and how they press its buttons."""

from datetime import timedelta

from odoo.tests import Form, new_test_user

from .order_case import OrderCase


class DeskOrderCase(OrderCase):
    """Orders of a shop, and people who have a role in the hub and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
        for name, role in (("ann", "operator"), ("eve", "viewer"), ("max", "manager")):
            user = new_test_user(cls.env, f"desk_{name}", f"connector_base.group_{role}", **company)
            setattr(cls, name, user)

    def codes(self, exceptions, user=None):
        """The fixes offered to a person, in their order."""
        return [fix["code"] for fix in exceptions[:1].with_user(user or self.ann).fixes or []]

    def apply(self, exceptions, code, user=None, **values):
        """Press the fix's button, fill in its wizard as the screen does, and confirm."""
        user = user or self.ann
        action = exceptions.with_user(user).action_fix(code)
        wizard = Form(self.env[action["res_model"]].with_user(user).with_context(**action["context"]))
        for name, value in values.items():
            setattr(wizard, name, value)
        result = wizard.save().action_apply()
        for run in self.env["integration.mend"].search([("state", "=", "running")]):
            run._job_mend()
        for replay in self.env["integration.replay"].search([("state", "=", "running")]):
            replay.paced_until -= timedelta(minutes=5)
            self.env.flush_all()
            replay._job_tick()
            self.env.invalidate_all()
        self.drain(self.flow)
        return result

    def assertClosed(self, exceptions, kind="fixed"):
        """All of these were settled so."""
        self.assertEqual(set(exceptions.mapped("state")), {"resolved"})
        self.assertEqual(set(exceptions.mapped("resolution_kind")), {kind})

    def assertOnRecord(self, exceptions, code, user=None):
        """The audit names the act and the person."""
        found = self.env["integration.audit"].search(
            [("action", "=", f"exception.{code}"), ("res_id", "in", exceptions.ids)]
        )
        self.assertEqual(found.user_id, user or self.ann)
        self.assertEqual(set(found.mapped("res_id")), set(exceptions.ids))
