"""What channels show of products, kept in step with Odoo."""
