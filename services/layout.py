"""Where the boxes of a graph stand: layers from those who depend down to what carries them.

Pure: boxes and arrows in, coordinates out. Boxes that have the same neighbours are drawn as one; layers are
ordered so that few lines cross (barycentres, both ways, the best order kept); long lines bend around boxes through
points of their own; boxes stand as near to the middle of their neighbours as their order allows.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

WIDTH, HEIGHT = 176, 46
GAP, POINT = 20, 24
RISE = 62
MARGIN = 16
# So many boxes of one kind with the same neighbours are drawn as one.
TOGETHER = 4
_SWEEPS = 12

Key = int


@dataclass(frozen=True)
class Box:
    """A thing to be drawn. `group` names what may be drawn together; `css` its classes (`is-service`, `is-centre`…)."""

    key: Key
    label: str
    detail: str = ""
    address: str = ""
    css: str = ""
    group: str = ""
    is_centre: bool = False
    count: int = 1


@dataclass(frozen=True)
class Arrow:
    """A line from who stands to what it stands on. `css` says what kind of relation it is."""

    above: Key
    below: Key
    label: str = ""
    css: str = ""


@dataclass
class Layout:
    """Where everything is: layers of keys from top to bottom, middles of boxes, the points each line passes."""

    boxes: dict[Key, Box]
    arrows: list[Arrow]
    layers: list[list[Key]] = field(default_factory=list)
    x: dict[Key, float] = field(default_factory=dict)
    y: dict[Key, float] = field(default_factory=dict)
    ways: dict[int, list[Key]] = field(default_factory=dict)
    width: float = 0
    height: float = 0
    crossings: int = 0


def layout(boxes: Sequence[Box], arrows: Sequence[Arrow], *, together: str = "{count} × {group}") -> Layout:
    """Place the boxes. The same input gives the same drawing, in whatever order it comes."""
    drawn, lines = _grouped(boxes, arrows, together)
    plan = Layout({box.key: box for box in drawn}, lines)
    if not drawn:
        return plan
    rank = _ranks(plan)
    links = _with_points(plan, rank)
    plan.layers = _layers(rank)
    plan.layers, plan.crossings = _ordered(plan.layers, links)
    _place(plan, links)
    return plan


def _grouped(boxes: Sequence[Box], arrows: Sequence[Arrow], together: str) -> tuple[list[Box], list[Arrow]]:
    """Boxes of one group with the same neighbours become one, the centre never."""
    known = {box.key: box for box in sorted(boxes, key=lambda box: box.key)}
    lines = sorted(
        {
            arrow
            for arrow in arrows
            if arrow.above in known and arrow.below in known and arrow.above != arrow.below
        },
        key=lambda arrow: (arrow.above, arrow.below, arrow.css),
    )
    near: dict[Key, set[tuple[str, Key, str]]] = defaultdict(set)
    for line in lines:
        near[line.above].add(("below", line.below, line.css))
        near[line.below].add(("above", line.above, line.css))
    alike: dict[tuple[str, frozenset[tuple[str, Key, str]]], list[Key]] = defaultdict(list)
    for key, box in known.items():
        if box.group and not box.is_centre:
            alike[(box.group, frozenset(near[key]))].append(key)
    leader: dict[Key, Key] = {key: key for key in known}
    for (group, _near), keys in alike.items():
        if len(keys) >= TOGETHER:
            words = together.format(count=len(keys), group=group)
            address = f"#group-{keys[0]}"
            first = known[keys[0]]
            known[keys[0]] = replace(
                first, label=words, detail="", address=address, css=f"{first.css} is-group", count=len(keys)
            )
            leader |= dict.fromkeys(keys, keys[0])
    kept = [box for key, box in known.items() if leader[key] == key]
    merged = dict.fromkeys(
        replace(line, above=leader[line.above], below=leader[line.below])
        for line in lines
        if leader[line.above] == line.above and leader[line.below] == line.below
    )
    return kept, list(merged)


def members(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> dict[Key, list[Box]]:
    """The boxes behind each one that stands for several, for the text beside the drawing."""
    near: dict[Key, set[tuple[str, Key, str]]] = defaultdict(set)
    for line in arrows:
        near[line.above].add(("below", line.below, line.css))
        near[line.below].add(("above", line.above, line.css))
    alike: dict[tuple[str, frozenset[tuple[str, Key, str]]], list[Box]] = defaultdict(list)
    for box in sorted(boxes, key=lambda box: box.key):
        if box.group and not box.is_centre:
            alike[(box.group, frozenset(near[box.key]))].append(box)
    return {rows[0].key: rows for rows in alike.values() if len(rows) >= TOGETHER}


def _ranks(plan: Layout) -> dict[Key, int]:
    """The layer of each box: one below the lowest of those that stand on it; circles are cut where they close."""
    below: dict[Key, list[Key]] = defaultdict(list)
    for arrow in plan.arrows:
        below[arrow.above].append(arrow.below)
    order = _downwards(plan.boxes, below)
    place = {key: number for number, key in enumerate(order)}
    rank = dict.fromkeys(plan.boxes, 0)
    for key in order:
        for other in below[key]:
            if place[other] > place[key]:
                rank[other] = max(rank[other], rank[key] + 1)
    # Pull boxes that nobody stands on down to just above what they stand on.
    for key in reversed(order):
        under = [rank[other] for other in below[key] if place[other] > place[key]]
        if under:
            rank[key] = min(under) - 1
    lowest = min(rank.values())
    return {key: level - lowest for key, level in rank.items()}


def _downwards(boxes: Iterable[Key], below: Mapping[Key, list[Key]]) -> list[Key]:
    """All boxes so that, but for lines that close a circle, who stands comes before what carries."""
    done: list[Key] = []
    seen: set[Key] = set()
    for start in boxes:
        stack: list[tuple[Key, int]] = [(start, 0)] if start not in seen else []
        seen.add(start)
        while stack:
            key, number = stack.pop()
            if number < len(below[key]):
                stack.append((key, number + 1))
                other = below[key][number]
                if other not in seen:
                    seen.add(other)
                    stack.append((other, 0))
            else:
                done.append(key)
    return done[::-1]


def _with_points(plan: Layout, rank: dict[Key, int]) -> list[tuple[Key, Key]]:
    """The lines cut at each layer they pass; the points between get keys below zero and ranks of their own."""
    links: list[tuple[Key, Key]] = []
    fresh = -1
    for number, arrow in enumerate(plan.arrows):
        high, low = sorted((arrow.above, arrow.below), key=lambda key: rank[key])
        way = [high]
        for level in range(rank[high] + 1, rank[low]):
            rank[fresh] = level
            way.append(fresh)
            fresh -= 1
        way.append(low)
        if rank[high] != rank[low]:
            links += itertools.pairwise(way)
        plan.ways[number] = way if high == arrow.above else way[::-1]
    return links


def _layers(rank: Mapping[Key, int]) -> list[list[Key]]:
    rows: list[list[Key]] = [[] for _level in range(max(rank.values()) + 1)]
    for key in sorted(rank, key=lambda key: (key < 0, abs(key))):
        rows[rank[key]].append(key)
    return rows


def _ordered(layers: list[list[Key]], links: Sequence[tuple[Key, Key]]) -> tuple[list[list[Key]], int]:
    """Sweep down and up, each layer by the middle of its neighbours; the order with the fewest crossings wins."""
    up: dict[Key, list[Key]] = defaultdict(list)
    down: dict[Key, list[Key]] = defaultdict(list)
    for high, low in links:
        down[high].append(low)
        up[low].append(high)
    best, fewest = layers, crossings(layers, down)
    current = [list(layer) for layer in layers]
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        indices = range(1, len(current)) if downwards else range(len(current) - 2, -1, -1)
        for level in indices:
            beside = current[level - 1] if downwards else current[level + 1]
            current[level] = _by_middle(current[level], beside, up if downwards else down)
        count = crossings(current, down)
        if count < fewest:
            best, fewest = [list(layer) for layer in current], count
    return best, fewest


def _by_middle(layer: list[Key], beside: list[Key], near: Mapping[Key, list[Key]]) -> list[Key]:
    place = {key: number for number, key in enumerate(beside)}
    here = {key: number for number, key in enumerate(layer)}

    def middle(key: Key) -> float:
        places = [place[other] for other in near.get(key, []) if other in place]
        return sum(places) / len(places) if places else here[key] * len(beside) / max(1, len(layer))

    return sorted(layer, key=lambda key: (middle(key), here[key]))


def crossings(layers: Sequence[Sequence[Key]], down: Mapping[Key, Sequence[Key]]) -> int:
    """How many pairs of lines between neighbouring layers cross."""
    total = 0
    for high, low in itertools.pairwise(layers):
        place = {key: number for number, key in enumerate(low)}
        ends = [
            end
            for key in high
            for end in sorted(place[other] for other in down.get(key, ()) if other in place)
        ]
        total += _inversions(ends, len(low))
    return total


def _inversions(ends: Sequence[int], size: int) -> int:
    """Pairs out of order, by a tree of counts."""
    tree = [0] * (size + 1)
    total = 0
    for count, end in enumerate(ends):
        smaller, place = 0, end + 1
        while place > 0:
            smaller += tree[place]
            place -= place & -place
        total += count - smaller
        place = end + 1
        while place <= size:
            tree[place] += 1
            place += place & -place
    return total


def _place(plan: Layout, links: Sequence[tuple[Key, Key]]) -> None:
    """Give every box and point its middle: as near to its neighbours as order and width allow."""
    near: dict[Key, list[Key]] = defaultdict(list)
    for high, low in links:
        near[high].append(low)
        near[low].append(high)
    for layer in plan.layers:
        at = 0.0
        for key in layer:
            at += _half(key)
            plan.x[key] = at
            at += _half(key)
    for sweep in range(8):
        for layer in plan.layers if sweep % 2 == 0 else reversed(plan.layers):
            wished = [
                sum(plan.x[other] for other in near[key]) / len(near[key]) if near[key] else plan.x[key]
                for key in layer
            ]
            plan.x |= dict(zip(layer, spread(wished, [_half(key) for key in layer]), strict=True))
    left = min(x - _half(key) for key, x in plan.x.items()) - MARGIN
    for key in plan.x:
        plan.x[key] -= left
    for level, layer in enumerate(plan.layers):
        plan.y |= dict.fromkeys(layer, MARGIN + HEIGHT / 2 + level * (HEIGHT + RISE))
    plan.width = max(x + _half(key) for key, x in plan.x.items()) + MARGIN
    plan.height = 2 * MARGIN + len(plan.layers) * HEIGHT + (len(plan.layers) - 1) * RISE


def _half(key: Key) -> float:
    """Half the width of a box, or of a point of a line, with the gap beside it."""
    return (WIDTH + GAP) / 2 if key >= 0 else POINT / 2


def spread(wished: Sequence[float], halves: Sequence[float]) -> list[float]:
    """Places as near to the wished ones as possible, in this order and without overlap (pooled neighbours)."""
    offsets = [0.0]
    for before, after in itertools.pairwise(halves):
        offsets.append(offsets[-1] + before + after)
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wished, offsets, strict=True):
        total, size = wish - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / size:
            more, count = pools.pop()
            total, size = total + more, size + count
        pools.append((total, size))
    bases = [total / size for total, size in pools for _one in range(size)]
    return [base + offset for base, offset in zip(bases, offsets, strict=True)]
