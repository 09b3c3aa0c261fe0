"""Sizes of an engine: its lanes and memories."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.errors import InputRefused

LINE_BYTES = 16
"""Bytes of a line of a feature-map bank: four columns of 32 bits."""

INSTRUCTION_BYTES = 64
BEAT_BYTES = 8
BURST_BEATS = 16
PROGRAM_ALIGNMENT = BEAT_BYTES * BURST_BEATS
"""What a program's address is a multiple of: no burst crosses a multiple of it."""

_LANES_K = (4, 8, 12)
_LANES_O = (2, 4, 8)
_LANES_P = (2, 4, 8, 16)
_MAX_DEPTH = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """The parameters of the RTL, which is made once for a board.

    Attributes:
        lanes_k: input bytes that each output sums in a clock cycle.
        lanes_o: output channels computed together.
        lanes_p: pixels computed together, each from a bank of its own.
        act_lines: lines of 16 bytes in each feature-map bank.
        w_rows: rows of `row_bytes` in the program memory.
    """

    lanes_k: int = 12
    lanes_o: int = 4
    lanes_p: int = 8
    act_lines: int = 3072
    w_rows: int = 3072

    def __post_init__(self) -> None:
        """Refuse what the RTL cannot be made with."""
        for name, found, accepted in (
            ("lanes_k", self.lanes_k, _LANES_K),
            ("lanes_o", self.lanes_o, _LANES_O),
            ("lanes_p", self.lanes_p, _LANES_P),
        ):
            if found not in accepted:
                raise InputRefused(
                    f"engine: {name} is {found}",
                    accepted=", ".join(map(str, accepted)),
                )
        if self.lanes_o > self.lanes_k:
            raise InputRefused(
                f"engine: {self.lanes_o} output lanes for {self.lanes_k} input lanes",
                accepted="at most as many output lanes as input lanes",
            )
        for name, depth in (("act_lines", self.act_lines), ("w_rows", self.w_rows)):
            if not 64 <= depth <= _MAX_DEPTH:
                raise InputRefused(f"engine: {name} is {depth}", accepted=f"64 to {_MAX_DEPTH}")

    @property
    def row_bytes(self) -> int:
        """Bytes of a row of the program: the weights of one step."""
        return self.lanes_k * self.lanes_o

    @property
    def instruction_rows(self) -> int:
        """Rows that an instruction takes, and the header."""
        return -(-INSTRUCTION_BYTES // self.row_bytes)

    @property
    def most_group_rows(self) -> int:
        """Rows of an `Array`'s group at most: the program comes in whole bursts."""
        return self.w_rows - BURST_BEATS + 1

    @property
    def bank_bytes(self) -> int:
        """Bytes of a feature-map bank."""
        return self.act_lines * LINE_BYTES

    @property
    def macs_per_step(self) -> int:
        """Multiply-accumulates of a step, one clock cycle."""
        return self.lanes_k * self.lanes_o * self.lanes_p

    @property
    def dsps(self) -> int:
        """DSP slices: two products each."""
        return self.macs_per_step // 2
