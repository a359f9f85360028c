from odoo import models
from odoo.tools import file_open, ormcache

from ..lib.runbook import to_html


class IntegrationRunbookMixin(models.AbstractModel):
    """Finds the page that says what to do, among those the addons ship."""

    _name = "integration.runbook.mixin"
    _description = "Shows a runbook"

    @ormcache("name")
    def _runbook(self, name):
        """The page ``static/runbooks/<name>.md`` of the first addon that has it, as HTML.

        :return: "" where no addon has one
        """
        for addon in self.env.registry._init_modules:
            try:
                with file_open(f"{addon}/static/runbooks/{name}.md") as page:
                    return to_html(page.read())
            except (FileNotFoundError, ValueError):
                continue
        return ""
