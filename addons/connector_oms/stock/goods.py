"""Goods: in words, and what their weights are kept in."""


def goods_text(units):
    """In one line: the first three products.

    :param units: {stock.move: units}
    """
    parts = [f"{_number(value)} × {move.product_id.display_name}" for move, value in units.items()]
    return ", ".join(parts[:3]) + (" …" if len(parts) > 3 else "")


def _number(value):
    return f"{value:.3f}".rstrip("0").rstrip(".")


def kilograms_of(env, weight):
    """A weight as Odoo keeps it (in pounds, where a setting says so) in kilograms."""
    unit, kilogram = _weight_units(env)
    return unit._compute_quantity(weight, kilogram, round=False)


def weight_of(env, kilograms):
    """Kilograms in the unit that Odoo keeps weights in."""
    unit, kilogram = _weight_units(env)
    return kilogram._compute_quantity(kilograms, unit, round=False)


def _weight_units(env):
    unit = env["product.template"].sudo()._get_weight_uom_id_from_ir_config_parameter()
    return unit, env.ref("uom.product_uom_kgm").sudo()
