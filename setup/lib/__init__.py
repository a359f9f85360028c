"""Shared steps of the set-up commands.

The modules used before the virtual environment exists (`bootstrap`, `apt`, `odoo_source`, `venv` and what they
import) need nothing but Python's standard library; the others run inside the virtual environment.
"""
