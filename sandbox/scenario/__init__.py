"""A working day of a shop and its Odoo, played end to end and then compared record by record."""
