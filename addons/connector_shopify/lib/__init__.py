"""Shopify's side of the hub, pure Python: nothing here may import odoo."""
