"""Where images and outputs lie in a frame's bytes."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.engine.frames import FrameLayout, MapLayout, as_map, frame_layout
from fpgaflow.errors import InputRefused
from fpgaflow.ir.fixed import UINT8, FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Input


def layout(
    shape: tuple[int, ...] = (5, 3, 2), element: FixedType = UINT8, *, channel: int = 0
) -> MapLayout:
    """A map in bands of two rows, in pixels of seven bytes."""
    height, width, _ = as_map(shape)
    plane = -(-2 * width * 7 // 8) * 8
    planes = (0,) if element.width <= 8 else (0, plane)
    return MapLayout(
        name="value",
        shape=shape,
        map_shape=as_map(shape),
        element=element,
        offset=16,
        banks=-(-height // 2),
        bank_bytes=plane * len(planes),
        band_rows=2,
        row_pitch=width * 7,
        pixel_pitch=7,
        channel=channel,
        planes=planes,
    )


def test_a_pixel_lies_in_the_bank_of_its_row() -> None:
    region = np.zeros((1, 16 + 3 * 48), np.uint8)
    image = np.zeros((1, 5, 3, 2), np.int64)
    image[0, 3, 1, 1] = 9
    layout(channel=4).write(image, region)
    # Row 3 is row 1 of bank 1.
    assert list(np.flatnonzero(region[0])) == [16 + 48 + 21 + 7 + 4 + 1]


def test_a_wide_value_lies_in_two_planes_the_high_one_first() -> None:
    region = np.zeros((1, 16 + 16), np.uint8)
    value = layout((2,), FixedType(width=12, integer=12))
    value = replace(value, planes=(0, 8))
    value.write(np.array([[-2, 0x123]]), region)
    assert region[0, 16:].tolist() == [0xFF, 1, 0, 0, 0, 0, 0, 0, 0xFE, 0x23, 0, 0, 0, 0, 0, 0]


@given(
    st.sampled_from([UINT8, FixedType(width=5, integer=2), FixedType(width=13, integer=1)]),
    st.sampled_from([(5, 3, 2), (1, 1, 4), (7,), (2, 4, 3)]),
    st.integers(0, 3),
)
def test_what_was_written_is_read(element: FixedType, shape: tuple[int, ...], channel: int) -> None:
    value = layout(shape, element, channel=min(channel, 7 - shape[-1]))
    rng = np.random.default_rng(0)
    numbers = rng.integers(element.minimum, element.maximum, (2, *shape), endpoint=True)
    region = rng.integers(0, 256, (2, 16 + 3 * value.bank_bytes), np.uint8)
    value.write(numbers, region)
    assert np.array_equal(value.read(region), numbers)


def test_a_frame_is_packed_in_the_inputs_format() -> None:
    element = FixedType(width=6, integer=6, signed=False)
    frame = FrameLayout(input=layout(element=element), outputs=(), input_bytes=160, output_bytes=0)
    images = np.full((2, 5, 3, 2), 200, np.uint8)
    packed = frame.pack(images)
    assert packed.shape == (2, 160)
    assert packed.max() == 63


def test_what_is_no_image_is_refused() -> None:
    frame = FrameLayout(input=layout(), outputs=(layout(),), input_bytes=160, output_bytes=160)
    with pytest.raises(InputRefused) as refused:
        frame.pack(np.zeros((1, 5, 3, 1), np.uint8))
    assert str(refused.value) == (
        "images for value: uint8 of shape [1, 5, 3, 1]\n  accepted: uint8 of shape [n, 5, 3, 2]"
    )
    with pytest.raises(InputRefused) as refused:
        frame.unpack(np.zeros((1, 8), np.uint8))
    assert str(refused.value) == (
        "output bytes: uint8 of shape [1, 8]\n  accepted: uint8 of shape [n, 160]"
    )


def test_a_layout_survives_json() -> None:
    frame = FrameLayout(
        input=layout(),
        outputs=(layout((5, 3, 2), FixedType(width=16, integer=3)),),
        input_bytes=160,
        output_bytes=320,
    )
    assert frame_layout(json.loads(json.dumps(frame.to_json()))) == frame


def test_a_damaged_layout_is_refused() -> None:
    data = FrameLayout(input=layout(), outputs=(), input_bytes=160, output_bytes=0).to_json()
    with pytest.raises(InputRefused) as refused:
        frame_layout(data | {"outputs": 3})
    assert str(refused.value) == (
        "layout of a frame: damaged (TypeError(\"'int' object is not iterable\"))\n"
        "  accepted: what the compiler wrote\n"
        "  what to do: compile the model again"
    )


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("map_shape", [10**6, 10**6, 10**6], "value does not fill its map and its banks"),
        ("map_shape", [-5, 3, 2], "value has shape [5, 3, 2], [-5, 3, 2]"),
        ("band_rows", 0, "value has shape [5, 3, 2], [5, 3, 2]"),
        ("banks", 2, "value does not fill its map and its banks"),
        ("offset", -8, "value lies outside its region"),
        ("offset", 10**30, "value lies outside its region"),
        ("planes", [], "value lies outside its region"),
        ("planes", [0, 48], "value lies upon itself"),
        ("pixel_pitch", 0, "value lies upon itself"),
        ("row_pitch", 6, "value lies upon itself"),
    ],
)
def test_a_layout_that_leads_nowhere_is_refused(field: str, value: object, found: str) -> None:
    data = FrameLayout(input=layout(), outputs=(), input_bytes=160, output_bytes=0).to_json()
    with pytest.raises(InputRefused) as refused:
        frame_layout(data | {"input": asdict(layout()) | {field: value}})
    assert str(refused.value).startswith(f"layout of a frame: damaged (ValueError('{found}'))")


def test_a_layout_of_another_network_is_refused() -> None:
    node = Input(name="value", inputs=(), element=UINT8, shape=(5, 3, 2))
    graph = Graph(name="network", nodes=(node,), parameters={}, outputs=("value",))
    one = layout()
    frame = FrameLayout(input=one, outputs=(one,), input_bytes=160, output_bytes=320)
    frame.require(graph, input_bytes=160, output_bytes=320)
    for wrong, into in ((frame, 168), (replace(frame, outputs=()), 160)):
        with pytest.raises(InputRefused) as refused:
            wrong.require(graph, input_bytes=into, output_bytes=320)
        assert str(refused.value) == (
            f"layout of a frame: not that of the network {graph.name} and its program\n"
            "  accepted: what the compiler wrote\n"
            "  what to do: compile the model again"
        )
