from odoo.tests import tagged

from .common import HubCase


@tagged("post_install", "-at_install")
class TestRunbook(HubCase):
    """Whatever people are told of, a page says what to do."""

    def pages(self, model, start, field):
        values = dict(self.env[model]._fields[field]._description_selection(self.env))
        return {value: self.env[model]._runbook(f"{start}-{value}") for value in values}

    def test_every_category_and_every_alert_has_its_page(self):
        for args in (("integration.exception", "exception", "category"), ("integration.alert", "alert", "kind")):
            for value, page in self.pages(*args).items():
                for part in ("What it means", "What to do", "When to call for help"):
                    self.assertIn(f"<h4>{part}</h4>", page, f"{args[1]}-{value}")

    def test_shown_with_the_exception(self):
        exception = self.env["integration.exception"]._report(self.backend, "credentials", "Cause")
        self.assertIn("Test connection", exception.runbook)
