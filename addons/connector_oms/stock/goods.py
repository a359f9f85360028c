"""Goods: in words, and what their weights are kept in."""


def goods_text(units):
    """In one line: the first three products.

    :param units: {stock.move: units}
    """
    parts = [f"{_number(value)} × {move.product_id.display_name}" for move, value in units.items()]
    return ", ".join(parts[:3]) + (" …" if len(parts) > 3 else "")


def _number(value):
    return f"{value:.3f}".rstrip("0").rstrip(".")


def weight_units(env):
    """(unit that products' weights are kept in: a setting, kilogram)"""
    unit = env["product.template"].sudo()._get_weight_uom_id_from_ir_config_parameter()
    return unit, env.ref("uom.product_uom_kgm").sudo()
