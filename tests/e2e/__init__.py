"""End-to-end tests: real Odoo workers, a real job runner, a partner that speaks over HTTP."""
