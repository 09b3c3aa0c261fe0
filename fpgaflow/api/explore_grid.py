"""The grid of an exploration: widths, boards and clocks, checked before anything is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fpgaflow.api.explore_design import Planning
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.board_clock import at_clock
from fpgaflow.hardware.boards import load_board
from fpgaflow.quantize.settings import BITS
from fpgaflow.report.schema_engine import StyleName

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Bits:
    """Widths of weights and of feature maps, each 2 to 16."""

    weight: int
    activation: int

    def __post_init__(self) -> None:
        """Refuse widths outside 2 to 16."""
        for bits in (self.weight, self.activation):
            if bits not in BITS:
                raise InputRefused(
                    f"--bits: {bits} bits", accepted=f"{BITS.start} to {BITS.stop - 1} bits"
                )

    def __str__(self) -> str:
        """Return them as `--bits` takes them."""
        same = self.weight == self.activation
        return str(self.weight) if same else f"{self.weight}:{self.activation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A board at a clock, in one style.

    Attributes:
        board: with that clock as its own.
        named: what `--board` takes; None for an object of Python's.
        default: whether it is the clock that the board gets where none is named.
        style: of the design.
    """

    board: Board
    named: str | None
    default: bool
    style: StyleName = "spatial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What each model is looked at with.

    Attributes:
        bits: the widths.
        targets: every board at every clock in every style, board by board; none of the engine's
            style where no engine is made for the board.
        planning: how designs are judged.
    """

    bits: tuple[Bits, ...]
    targets: tuple[Target, ...]
    planning: Planning


def make_grid(
    bits: Iterable[int | tuple[int, int]],
    boards: Iterable[str | Board],
    clocks_mhz: Sequence[float],
    planning: Planning | None = None,
    styles: Sequence[str] = ("spatial",),
) -> Grid:
    """Return the grid.

    Args:
        bits: widths, of weights and feature maps alike, or pairs of both.
        boards: names, paths of board.toml files, or boards.
        clocks_mhz: for every board; none takes each board's own.
        planning: how designs are judged; by default as `fpgaflow compile` does by itself.
        styles: "spatial", "engine" or both.

    Raises:
        InputRefused: an axis is empty or holds something twice, a width is out of range, a board or
            a style is not known, a clock is not above 0 or faster than a board's ports, or no board
            has an engine and nothing else was asked for.
    """
    widths = [Bits(weight=b, activation=b) if isinstance(b, int) else _pair(b) for b in bits]
    _check_axis("--bits", "widths", widths)
    found = [(load_board(b) if isinstance(b, str) else b, b) for b in boards]
    _check_axis("--boards", "boards", [board.name for board, _ in found])
    if clocks_mhz:
        _check_axis("--clocks-mhz", "clocks", clocks_mhz)
    kinds = _styles(styles)
    targets = [
        Target(
            board=at_clock(board, clock, "--clocks-mhz"),
            named=given if isinstance(given, str) else None,
            default=clock == board.clock_mhz,
            style=style,
        )
        for board, given in found
        for clock in (clocks_mhz or (board.clock_mhz,))
        for style in kinds
        if style == "spatial" or board.engine is not None
    ]
    if not targets:
        names = ", ".join(board.name for board, _ in found)
        raise InputRefused(
            f"--styles engine: no engine is made for {names}",
            accepted="boards with an [engine] in their board.toml, or the style spatial",
        )
    return Grid(bits=tuple(widths), targets=tuple(targets), planning=planning or Planning())


def parse_bits(text: str) -> tuple[tuple[int, int], ...]:
    """Return the pairs that e.g. `4,6,4:8` names: one number for both widths, or weights:maps.

    Raises:
        InputRefused: it is something else.
    """
    pairs: list[tuple[int, int]] = []
    for part in text.split(","):
        numbers = part.strip().split(":")
        if len(numbers) > 2 or not all(n.isdecimal() and n.isascii() for n in numbers):
            raise InputRefused(
                f'--bits: "{part}"',
                accepted="widths such as 4,6,8, and pairs weights:activations such as 4:8",
            )
        pairs.append((int(numbers[0]), int(numbers[-1])))
    return tuple(pairs)


def _styles(styles: Sequence[str]) -> list[StyleName]:
    known: tuple[StyleName, ...] = ("spatial", "engine")
    _check_axis("--styles", "styles", styles)
    other = next((style for style in styles if style not in known), None)
    if other is not None:
        raise InputRefused(f'--styles: "{other}"', accepted=", ".join(known))
    return [style for style in known if style in styles]


def _pair(bits: tuple[int, int]) -> Bits:
    return Bits(weight=bits[0], activation=bits[1])


def _check_axis(option: str, what: str, items: Sequence[_Item]) -> None:
    if not items:
        raise InputRefused(f"{option}: there are no {what}", accepted="one or more")
    twice = next((item for item in items if items.count(item) > 1), None)
    if twice is not None:
        shown = f"{twice:g}" if isinstance(twice, float) else str(twice)
        raise InputRefused(f"{option}: {shown} is there twice", accepted="each one once")
