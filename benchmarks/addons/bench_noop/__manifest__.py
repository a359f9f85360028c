{
    "name": "No-op route",
    "summary": "A route that does nothing, for the webhook benchmark. Not part of the product.",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "license": "LGPL-3",
    "author": "Integration Hub contributors",
    "depends": ["web"],
    "installable": True,
}
