"""The grid of an exploration, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fpgaflow.api.explore_grid import Bits, make_grid, parse_bits
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.boards import load_board


def test_the_grid_is_every_board_at_every_clock() -> None:
    grid = make_grid((4, (4, 8)), ("pynq-z2", load_board("zcu104")), (100.0, 150.0))
    assert grid.bits == (Bits(weight=4, activation=4), Bits(weight=4, activation=8))
    assert [str(bits) for bits in grid.bits] == ["4", "4:8"]
    assert [(t.board.name, t.board.clock_mhz, t.named, t.default) for t in grid.targets] == [
        ("pynq-z2", 100.0, "pynq-z2", True),
        ("pynq-z2", 150.0, "pynq-z2", False),
        ("zcu104", 100.0, None, False),
        ("zcu104", 150.0, None, False),
    ]


def test_without_clocks_each_board_has_its_own() -> None:
    targets = make_grid((8,), ("pynq-z2", "zcu104"), ()).targets
    assert [(t.board.clock_mhz, t.default) for t in targets] == [(100.0, True), (200.0, True)]


def test_bits_are_numbers_and_pairs() -> None:
    assert parse_bits("4, 6,4:8") == ((4, 4), (6, 6), (4, 8))


ZYNQ = "the design shares its clock with the AXI ports of the zynq-7000 processor"


@pytest.mark.parametrize(
    ("bits", "boards", "clocks", "message"),
    [
        ((), ("pynq-z2",), (), "--bits: there are no widths\n  accepted: one or more"),
        ((8,), (), (), "--boards: there are no boards\n  accepted: one or more"),
        ((1,), ("pynq-z2",), (), "--bits: 1 bits\n  accepted: 2 to 16 bits"),
        (((8, 17),), ("pynq-z2",), (), "--bits: 17 bits\n  accepted: 2 to 16 bits"),
        (
            (8, (8, 8)),
            ("pynq-z2",),
            (),
            "--bits: 8 is there twice\n  accepted: each one once",
        ),
        (
            (8,),
            ("pynq-z2", "pynq-z2"),
            (),
            "--boards: pynq-z2 is there twice\n  accepted: each one once",
        ),
        (
            (8,),
            ("pynq-z2",),
            (100.0, 100.0),
            "--clocks-mhz: 100 is there twice\n  accepted: each one once",
        ),
        (
            (8,),
            ("pynq-z2",),
            (300.0,),
            "--clocks-mhz: 300 MHz for pynq-z2\n"
            f"  accepted: above 0 MHz, and at most 250 MHz: {ZYNQ}",
        ),
        (
            (8,),
            ("pynq-z2",),
            (0.0,),
            "--clocks-mhz: 0 MHz for pynq-z2\n"
            f"  accepted: above 0 MHz, and at most 250 MHz: {ZYNQ}",
        ),
    ],
)
def test_what_is_no_grid(
    bits: tuple[int, ...], boards: tuple[str, ...], clocks: tuple[float, ...], message: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        make_grid(bits, boards, clocks)
    assert str(caught.value) == message


def test_an_unknown_board_names_the_known_ones() -> None:
    with pytest.raises(InputRefused, match='no board is called "pynq-z3"; nearest: pynq-z'):
        make_grid((8,), ("pynq-z3",), ())


@pytest.mark.parametrize("text", ["", "4,", "4:6:8", "x", "4;6", "-4", "4.5", "٤"])
def test_what_are_no_bits(text: str) -> None:
    with pytest.raises(InputRefused) as caught:
        parse_bits(text)
    assert (
        caught.value.accepted == "widths such as 4,6,8, and pairs weights:activations such as 4:8"
    )


def test_styles_are_an_axis_where_there_is_an_engine() -> None:
    without = replace(load_board("zcu104"), engine=None)
    both = ("engine", "spatial")
    targets = make_grid((8,), ("pynq-z2", without), (), styles=both).targets
    assert [(t.board.name, t.style) for t in targets] == [
        ("pynq-z2", "spatial"),
        ("pynq-z2", "engine"),
        ("zcu104", "spatial"),
    ]
    for styles, message in (
        ((), "--styles: there are no styles\n  accepted: one or more"),
        (("auto",), '--styles: "auto"\n  accepted: spatial, engine'),
        (("engine", "engine"), "--styles: engine is there twice\n  accepted: each one once"),
        (
            ("engine",),
            "--styles engine: no engine is made for zcu104\n"
            "  accepted: boards with an [engine] in their board.toml, or the style spatial",
        ),
    ):
        with pytest.raises(InputRefused) as refused:
            make_grid((8,), (without,), (), styles=styles)
        assert str(refused.value) == message
