{
    "name": "Integration Hub: Shopify",
    "summary": "Orders in, stock and fulfilments out, through Shopify's GraphQL Admin API",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "license": "LGPL-3",
    "author": "Integration Hub contributors",
    "website": "https://github.com/integration-hub/integration-hub",
    "depends": ["connector_oms"],
    "external_dependencies": {"python": ["pydantic", "requests"]},
    "data": [
        "security/ir.model.access.csv",
        "data/ir_cron.xml",
        "data/integration_flow.xml",
        "views/integration_backend_views.xml",
        "wizards/shopify_location_views.xml",
    ],
    "installable": True,
}
