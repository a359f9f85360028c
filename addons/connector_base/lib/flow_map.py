"""The dependency map: which system feeds what, and who depends on it, as a picture (SVG).

Four columns: backends, their flows, the documents in Odoo, the people who need them.
Lines run the way the data does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

#: left edge of each column, and the width of its boxes
COLUMNS = ((16, 190), (276, 240), (586, 190), (846, 180))
BOX, GAP, TOP = 40, 14, 46
#: characters that fit into a box, a pixel width each
CHARACTER = 7.2
#: what a box looks like, by mood: (fill, line)
MOODS = {
    "good": ("#e7f5ec", "#2f855a"),
    "late": ("#fff4e0", "#b7791f"),
    "off": ("#f1f3f5", "#868e96"),
    "bad": ("#fdeaea", "#c53030"),
    "plain": ("#eef2ff", "#4c51bf"),
}


@dataclass(frozen=True)
class Flow:
    """One flow, as the map shows it.

    :param backend: (id, name) of the system
    :param inbound: it comes in from the system
    :param mood: a key of ``MOODS``: how it is doing
    :param note: second line of its box: tier, time limit, owner
    :param documents: what it becomes, or is made from
    :param dependents: who needs it
    """

    id: int
    name: str
    backend: tuple[int, str]
    inbound: bool
    mood: str = "good"
    note: str = ""
    backend_mood: str = "good"
    documents: tuple[str, ...] = ()
    dependents: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Box:
    column: int
    y: float
    label: str
    note: str = ""
    mood: str = "plain"
    link: str = ""

    @property
    def left(self) -> tuple[float, float]:
        return COLUMNS[self.column][0], self.y + BOX / 2

    @property
    def right(self) -> tuple[float, float]:
        x, width = COLUMNS[self.column]
        return x + width, self.y + BOX / 2


def draw(flows: Iterable[Flow], titles: tuple[str, str, str, str]) -> str:
    """The map of flows as an SVG document.

    :param flows: in the order in which they are shown; those of one backend together
    :param titles: of the four columns
    """
    flows = list(flows)
    rows = {flow.id: TOP + number * (BOX + GAP) for number, flow in enumerate(flows)}
    boxes = {flow.id: _Box(1, rows[flow.id], flow.name, flow.note, flow.mood, f"flow:{flow.id}") for flow in flows}
    systems = _systems(flows, rows)
    documents = _spread(2, _in_order(flow.documents for flow in flows), len(flows))
    people = _spread(3, _in_order(flow.dependents for flow in flows), len(flows))
    lines = []
    for flow in flows:
        box = boxes[flow.id]
        lines.append(_line(systems[flow.backend[0]], box, forward=flow.inbound, mood=flow.mood))
        for name in flow.documents:
            lines.append(_line(box, documents[name], forward=flow.inbound, mood=flow.mood))
            lines += [_line(documents[name], people[who], forward=True, mood="off") for who in flow.dependents]
        if not flow.documents:
            lines += [_line(box, people[who], forward=True, mood="off") for who in flow.dependents]
    shown = [*systems.values(), *boxes.values(), *documents.values(), *people.values()]
    return _document(shown, list(dict.fromkeys(lines)), titles)


def _in_order(groups: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for group in groups for name in group))


def _systems(flows: list[Flow], rows: dict[int, float]) -> dict[int, _Box]:
    """A box for each backend, in the middle of its flows."""
    places: dict[int, list[float]] = {}
    for flow in flows:
        places.setdefault(flow.backend[0], []).append(rows[flow.id])
    first = {flow.backend[0]: flow for flow in reversed(flows)}
    return {
        key: _Box(
            0,
            sum(places[key]) / len(places[key]),
            first[key].backend[1],
            mood=first[key].backend_mood,
            link=f"backend:{key}",
        )
        for key in places
    }


def _spread(column: int, names: list[str], rows: int) -> dict[str, _Box]:
    """Boxes over the height that the flows take."""
    step = max(BOX + GAP, rows * (BOX + GAP) / max(1, len(names)))
    return {name: _Box(column, TOP + number * step, name) for number, name in enumerate(names)}


def _line(start: _Box, end: _Box, *, forward: bool, mood: str) -> str:
    (x1, y1), (x2, y2) = start.right, end.left
    bend = (x2 - x1) / 2
    if not forward:
        x1, y1, x2, y2, bend = x2, y2, x1, y1, -bend
    color = MOODS[mood][1]
    return (
        f'<path d="M{x1:g} {y1:g} C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"'
        f' fill="none" stroke="{color}" stroke-width="1.5" opacity="0.75" marker-end="url(#{mood})"/>'
    )


def _document(boxes: list[_Box], lines: list[str], titles: tuple[str, ...]) -> str:
    height = max([box.y + BOX for box in boxes], default=TOP) + 16
    width = COLUMNS[-1][0] + COLUMNS[-1][1] + 16
    heads = (
        f'<text x="{x}" y="24" font-weight="600" fill="currentColor">{escape(title)}</text>'
        for (x, __), title in zip(COLUMNS, titles, strict=True)
    )
    arrows = (
        f'<marker id="{mood}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z" fill="{color}"/></marker>'
        for mood, (__, color) in MOODS.items()
    )
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:g}" width="{width}"'
            f' height="{height:g}" role="img" font-family="sans-serif" font-size="13">',
            "<defs>",
            *arrows,
            "</defs>",
            *heads,
            *lines,
            *(_draw_box(box) for box in boxes),
            "</svg>",
        )
    )


def _draw_box(box: _Box) -> str:
    x, width = COLUMNS[box.column]
    fill, line = MOODS[box.mood]
    middle = box.y + (17 if box.note else 25)
    note = f'<text x="{x + 10}" y="{box.y + 32:g}" font-size="11" fill="#495057">{_fit(box.note, width, 5.6)}</text>'
    return "".join(
        (
            f'<g data-open="{escape(box.link)}" style="cursor:pointer">' if box.link else "<g>",
            f"<title>{escape(' · '.join(filter(None, (box.label, box.note))))}</title>",
            f'<rect x="{x}" y="{box.y:g}" width="{width}" height="{BOX}" rx="6" fill="{fill}" stroke="{line}"/>',
            f'<text x="{x + 10}" y="{middle:g}" fill="#212529">{_fit(box.label, width)}</text>',
            note if box.note else "",
            "</g>",
        )
    )


def _fit(text: str, width: float, character: float = CHARACTER) -> str:
    """As much of a text as a box holds."""
    room = int((width - 20) / character)
    return escape(text if len(text) <= room else text[: room - 1] + "…")
