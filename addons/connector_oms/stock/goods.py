"""Goods of transfers in words."""


def goods_text(units):
    """In one line: the first three products.

    :param units: {stock.move: units}
    """
    parts = [f"{_number(value)} × {move.product_id.display_name}" for move, value in units.items()]
    return ", ".join(parts[:3]) + (" …" if len(parts) > 3 else "")


def _number(value):
    return f"{value:.3f}".rstrip("0").rstrip(".")
