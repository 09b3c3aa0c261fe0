"""The geometry of the pipeline's picture, on random graphs."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.report.pipeline_geometry import Layout, Link, Place, Size
from fpgaflow.report.pipeline_layout import lay_out
from fpgaflow.report.pipeline_rows import choose_rows

QUICK = settings(max_examples=30, deadline=None, derandomize=True)
ROOM = 600.0
TINY = 1e-6


@st.composite
def pictures(draw: st.DrawFn) -> tuple[list[Size], list[Link]]:
    """Boxes, each but the first with streams from earlier ones, near or far."""
    count = draw(st.integers(1, 16))
    sizes = [
        Size(width=draw(st.floats(20, 180)), height=draw(st.sampled_from([20.0, 50.0, 84.0])))
        for _ in range(count)
    ]
    links: list[Link] = []
    for reader in range(1, count):
        for _ in range(draw(st.integers(1, 3))):
            far = draw(st.sampled_from([1, 1, 1, 2, 4, 12]))
            links.append(
                Link(
                    writer=max(0, reader - far),
                    reader=reader,
                    mark=draw(st.floats(6, 30)),
                    text=draw(st.floats(8, 70)),
                )
            )
    return sizes, links


def overlap(one: Place, other: Place) -> bool:
    return (
        one.x < other.right - TINY
        and other.x < one.right - TINY
        and one.y < other.bottom - TINY
        and other.y < one.bottom - TINY
    )


def lines(points: tuple[tuple[float, float], ...]) -> list[Place]:
    """The parts of a line as rectangles of no width or no height, widened to be seen."""
    found: list[Place] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        assert x0 == x1 or y0 == y1, "a line is not level, nor upright"
        found.append(
            Place(
                x=min(x0, x1) - 1e-3,
                y=min(y0, y1) - 1e-3,
                width=abs(x1 - x0) + 2e-3,
                height=abs(y1 - y0) + 2e-3,
            )
        )
    return found


def assert_inside(layout: Layout, place: Place) -> None:
    assert place.x >= 0
    assert place.y >= 0
    assert place.right <= layout.width
    assert place.bottom <= layout.height


@QUICK
@given(pictures())
def test_boxes_and_labels_do_not_overlap(picture: tuple[list[Size], list[Link]]) -> None:
    layout = lay_out(*picture, ROOM)
    assert len(layout.boxes) == len(picture[0])
    assert len(layout.routes) == len(picture[1])
    labels = [place for route in layout.routes for place in (route.mark, route.text)]
    for one, other in combinations([*layout.boxes, *labels], 2):
        assert not overlap(one, other)


@QUICK
@given(pictures())
def test_boxes_keep_their_sizes_and_order(picture: tuple[list[Size], list[Link]]) -> None:
    sizes, links = picture
    layout = lay_out(sizes, links, ROOM)
    for size, place in zip(sizes, layout.boxes, strict=True):
        assert place.width >= size.width
        assert place.height == size.height
    for one, other in pairwise(layout.boxes):
        assert other.x > one.right or (other.y > one.bottom and other.x <= one.x)


@QUICK
@given(pictures())
def test_streams_join_their_boxes_and_run_through_none(
    picture: tuple[list[Size], list[Link]],
) -> None:
    sizes, links = picture
    layout = lay_out(sizes, links, ROOM)
    for link, route in zip(links, layout.routes, strict=True):
        (x0, y0), (x1, y1) = route.points[0], route.points[-1]
        writer, reader = layout.boxes[link.writer], layout.boxes[link.reader]
        assert writer.x <= x0 <= writer.right
        assert reader.x <= x1 <= reader.right
        assert y0 in (writer.y, writer.middle, writer.bottom)
        assert y1 in (reader.y, reader.middle)
        for part in lines(route.points):
            for number, box in enumerate(layout.boxes):
                inner = Place(
                    x=box.x + 0.1, y=box.y + 0.1, width=box.width - 0.2, height=box.height - 0.2
                )
                assert not overlap(part, inner), f"{link} runs through box {number}"


@QUICK
@given(pictures())
def test_lines_of_two_streams_cross_but_never_run_on_each_other(
    picture: tuple[list[Size], list[Link]],
) -> None:
    layout = lay_out(*picture, ROOM)
    parts = [lines(route.points) for route in layout.routes]
    for one, other in combinations(parts, 2):
        for first in one:
            for second in other:
                level = first.height < 0.01 and second.height < 0.01
                upright = first.width < 0.01 and second.width < 0.01
                assert not ((level or upright) and overlap(first, second))


@QUICK
@given(pictures())
def test_everything_lies_inside_the_picture(picture: tuple[list[Size], list[Link]]) -> None:
    layout = lay_out(*picture, ROOM)
    for box in layout.boxes:
        assert_inside(layout, box)
    for route in layout.routes:
        for place in (route.mark, route.text, *lines(route.points)):
            assert_inside(layout, place)


@QUICK
@given(pictures())
def test_the_same_boxes_give_the_same_picture(picture: tuple[list[Size], list[Link]]) -> None:
    assert lay_out(*picture, ROOM) == lay_out(*picture, ROOM)


def test_rows_break_where_few_streams_are_cut() -> None:
    block = [(0, 1), (1, 2), (2, 3), (0, 3)]
    streams = [(a + 4 * k, b + 4 * k) for k in range(3) for a, b in block]
    streams += [(3, 4), (7, 8)]
    assert choose_rows([90.0] * 12, [10.0] * 12, streams, 560) == (
        range(4),
        range(4, 8),
        range(8, 12),
    )
    assert choose_rows([90.0] * 12, [10.0] * 12, [(i, i + 1) for i in range(11)], 590) == (
        range(6),
        range(6, 12),
    )


def test_a_box_that_is_wider_than_the_page_has_its_own_row() -> None:
    assert choose_rows([50.0, 900.0, 50.0], [9.0] * 3, [(0, 1), (1, 2)], 600) == (
        range(1),
        range(1, 2),
        range(2, 3),
    )
    assert choose_rows([], [], [], 600) == ()
