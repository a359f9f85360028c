{
    "name": "Integration Hub: Privacy",
    "summary": "Odoo's privacy look-up finds, and forgets, what the connectors hold of a person",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "license": "LGPL-3",
    "author": "Integration Hub contributors",
    "website": "https://github.com/integration-hub/integration-hub",
    "depends": ["connector_base", "privacy_lookup"],
    "data": ["wizards/privacy_lookup_wizard_views.xml"],
    "auto_install": True,
    "installable": True,
}
