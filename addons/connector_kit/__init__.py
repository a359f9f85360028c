from . import models


def post_init_hook(env):
    """Learn the kits that are there already."""
    env["mrp.bom"].search([("type", "=", "phantom")])._integration_keep_kits()
