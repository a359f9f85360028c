from odoo import fields, models
from odoo.tools import SQL


class IntegrationMessage(models.Model):
    """Where a message happens, as the rollups count it."""

    _inherit = "integration.message"

    place = fields.Integer(compute="_compute_place", search="_search_place", export_string_translation=False)

    def _compute_place(self):
        places = dict(self.env.execute_query(SQL("%s WHERE m.id = ANY(%s)", self._places(), self.ids)))
        for message in self:
            message.place = places.get(message.id, 0)

    def _search_place(self, operator, value):
        if operator != "in":
            return NotImplemented
        expression, joins = self.env["integration.rollup"]._place_sql()
        found = SQL(
            "(SELECT m.id FROM integration_message m %s WHERE %s = ANY(%s))", SQL(joins), SQL(expression), list(value)
        )
        return [("id", "in", found)]

    def _places(self):
        """SELECT id, place FROM messages ``m``."""
        expression, joins = self.env["integration.rollup"]._place_sql()
        return SQL("SELECT m.id, %s FROM integration_message m %s", SQL(expression), SQL(joins))
