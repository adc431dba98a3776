"""Drawings of the graph: layers, crossings, groups, and an SVG that is only ours."""

from itertools import pairwise
from random import Random
from xml.etree import ElementTree

from services.drawing import as_file, svg
from services.layout import GAP, WIDTH, Arrow, Box, crossings, layout, members, spread


def boxes(count: int) -> list[Box]:
    return [Box(key, f"Box {key}") for key in range(1, count + 1)]


def test_who_stands_is_above_what_carries_and_long_lines_pass_between() -> None:
    plan = layout(boxes(4), [Arrow(1, 2), Arrow(2, 3), Arrow(3, 4), Arrow(1, 4)])
    assert plan.y[1] < plan.y[2] < plan.y[3] < plan.y[4]
    assert len(plan.ways[1]) == 4


def test_same_input_gives_the_same_drawing_in_whatever_order() -> None:
    things, arrows = boxes(12), [Arrow(n, n + 3) for n in range(1, 10)]
    shuffled, mixed = things[:], arrows[:]
    Random(4).shuffle(shuffled)
    Random(5).shuffle(mixed)
    assert svg(layout(things, arrows), title="T") == svg(layout(shuffled, mixed), title="T")


def test_boxes_of_a_layer_do_not_overlap_and_lie_within_the_drawing() -> None:
    random = Random(7)
    arrows = [Arrow(high, random.randint(high + 1, 60)) for high in range(1, 60) for _one in range(2)]
    plan = layout(boxes(60), arrows)
    for layer in plan.layers:
        places = [plan.x[key] for key in layer if key > 0]
        assert all(after - before >= WIDTH + GAP - 0.01 for before, after in pairwise(places))
    assert all(0 <= plan.x[key] <= plan.width for key in plan.x)


def test_crossings_are_counted_and_avoided() -> None:
    assert crossings([[1, 2], [3, 4]], {1: [4], 2: [3]}) == 1
    assert crossings([[1, 2], [3, 4]], {1: [3], 2: [4]}) == 0
    plan = layout(boxes(8), [Arrow(1, 8), Arrow(2, 7), Arrow(3, 6), Arrow(4, 5)])
    assert plan.crossings == 0


def test_circles_are_drawn_all_the_same() -> None:
    plan = layout(boxes(3), [Arrow(1, 2), Arrow(2, 3), Arrow(3, 1)])
    assert len(plan.y) >= 3
    ElementTree.fromstring(as_file(plan, title="Round", style=""))  # noqa: S314 - our own


def test_alike_things_are_drawn_as_one_and_named_beside() -> None:
    switch = Box(999, "Switch", group="Commutateur")
    laptops = [Box(key, f"PC {key}", group="Portable") for key in range(1, 151)]
    arrows = [Arrow(key, 999) for key in range(1, 151)]
    plan = layout([*laptops, switch], arrows)
    assert len(plan.boxes) == 2
    assert plan.boxes[1].label == "150 × Portable"
    assert [len(rows) for rows in members([*laptops, switch], arrows).values()] == [150]
    centre = layout([*laptops, Box(5, "PC 5", group="Portable", is_centre=True), switch], arrows)
    assert 5 in centre.boxes


def test_two_hundred_boxes_are_drawn_quickly_and_fit_together() -> None:
    random = Random(1)
    arrows = [Arrow(high, random.randint(high + 1, 200)) for high in range(1, 200) for _one in range(2)]
    drawn = svg(layout(boxes(200), arrows), title="Large")
    assert drawn.count('class="graph-box ') == 200


def test_what_people_named_is_only_text() -> None:
    things = [Box(1, '<script>"&', "<b>", "/items/A/"), Box(2, "]]>&lt;")]
    drawn = as_file(layout(things, [Arrow(1, 2, '"><i>')]), title="<&>", style=".a{}")
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own
    assert not [node for node in root.iter() if node.tag.endswith(("script", "}b", "}i"))]
    assert "style=" not in drawn


def test_neighbours_are_pooled() -> None:
    assert spread([0, 0, 0], [5, 5, 5]) == [-10, 0, 10]
    assert spread([0, 100], [5, 5]) == [0, 100]
