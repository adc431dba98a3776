"""Draws a graph of what stands on what as SVG, with classes only: the style sheet gives it its colours."""

from __future__ import annotations

from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from services.layout import HEIGHT, WIDTH, Box, Layout

_LETTERS = 23


def svg(plan: Layout, *, title: str, style: str = "") -> SafeString:
    """The drawing. Each box with an address is a link; `style` is written into it where it must stand alone."""
    if not plan.boxes:
        return SafeString("")
    width, height = round(plan.width), round(plan.height)
    lines = format_html_join("", "{}", ((_line(plan, number),) for number in range(len(plan.arrows))))
    boxes = format_html_join("", "{}", ((_box(plan, box),) for box in _reading_order(plan)))
    head = format_html("<style>{}</style>", mark_safe(style)) if style else SafeString("")  # noqa: S308 - our own file
    return format_html(
        '<svg class="graph" xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="0 0 {} {}" '
        'role="group" aria-label="{}"><title>{}</title>{}<defs>{}</defs><g class="graph-lines" aria-hidden="true">{}'
        '</g><g class="graph-boxes">{}</g></svg>',
        width, height, width, height, title, title, head, _HEAD, lines, boxes,
    )  # fmt: skip


_HEAD = mark_safe(
    '<marker id="graph-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="graph-tip" d="M0 0L8 4L0 8z"/></marker>'
)


def _reading_order(plan: Layout) -> list[Box]:
    """From the top left to the bottom right, as the keyboard goes."""
    return [plan.boxes[key] for layer in plan.layers for key in layer if key >= 0]


def _line(plan: Layout, number: int) -> SafeString:
    """A line that leaves its box below and comes to the other from above, round through its points."""
    arrow, way = plan.arrows[number], plan.ways[number]
    points = [(plan.x[key], plan.y[key]) for key in way]
    down = points[-1][1] >= points[0][1]
    half = HEIGHT / 2 if down else -HEIGHT / 2
    points[0] = (points[0][0], points[0][1] + half)
    points[-1] = (points[-1][0], points[-1][1] - half)
    drawn = [f"M{points[0][0]:.0f} {points[0][1]:.0f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        bend = (y + to_y) / 2
        drawn.append(f"C{x:.0f} {bend:.0f} {to_x:.0f} {bend:.0f} {to_x:.0f} {to_y:.0f}")
    return format_html(
        '<path class="graph-line {}" d="{}" marker-end="url(#graph-tip)"><title>{}</title></path>',
        arrow.css, "".join(drawn), arrow.label,
    )  # fmt: skip


def _box(plan: Layout, box: Box) -> SafeString:
    left, top = plan.x[box.key] - WIDTH / 2, plan.y[box.key] - HEIGHT / 2
    middle = f"{plan.x[box.key]:.0f}"
    whole = f"{box.label}, {box.detail}" if box.detail else box.label
    low = format_html(
        '<text class="graph-detail" x="{}" y="{}" text-anchor="middle">{}</text>',
        middle, f"{top + 36:.0f}", shortened(box.detail),
    ) if box.detail else SafeString("")  # fmt: skip
    inner = format_html(
        '<title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="6"/>'
        '<text class="graph-label" x="{}" y="{}" text-anchor="middle">{}</text>{}',
        whole, f"{left:.0f}", f"{top:.0f}", WIDTH, HEIGHT,
        middle, f"{top + (19 if box.detail else 28):.0f}", shortened(box.label), low,
    )  # fmt: skip
    css = f"graph-box {box.css}{' is-centre' if box.is_centre else ''}"
    if not box.address:
        return format_html('<g class="{}">{}</g>', css, inner)
    # Without a label of its own a link would be read twice: title and texts.
    return format_html('<a class="{}" href="{}" aria-label="{}">{}</a>', css, box.address, whole, inner)


def shortened(text: str) -> str:
    """A text that fits into a box."""
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1].rstrip()}…"


def as_file(plan: Layout, *, title: str, style: str) -> str:
    """The drawing as a file that stands alone."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg(plan, title=title, style=style)}'
