{
    "name": "Integration Hub: Orders, Stock and Shipments",
    "summary": "Orders from any channel in Odoo, to the cent; stock and shipments back out",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "license": "LGPL-3",
    "author": "Integration Hub contributors",
    "depends": ["connector_base", "sale_stock", "stock_delivery"],
    "external_dependencies": {"python": ["pydantic"]},
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/products.xml",
        "views/integration_backend_views.xml",
        "views/integration_binding_views.xml",
        "views/sale_order_views.xml",
    ],
    "installable": True,
}
