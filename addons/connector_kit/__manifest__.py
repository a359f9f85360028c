{
    "name": "Integration Hub: Kits",
    "summary": "As many kits on sale as can be put together; told as shipped when all their parts have left",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "license": "LGPL-3",
    "author": "Integration Hub contributors",
    "website": "https://github.com/integration-hub/integration-hub",
    "depends": ["connector_oms", "sale_mrp"],
    "post_init_hook": "post_init_hook",
    "auto_install": True,
    "installable": True,
}
