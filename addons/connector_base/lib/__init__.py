"""Pure Python shared by every adapter: nothing here may import odoo."""
