"""A board at another clock than its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.board import Board, BoardFamily

MAX_CLOCK_MHZ: Mapping[BoardFamily, float] = {"zynq-7000": 250.0, "zynqmp": 333.0}
"""The fastest clock of the ports between processor and logic, which the whole design runs on: the
maximum AXI interface frequency of AMD DS187 and DS191 (Zynq-7000) and DS925 (Zynq UltraScale+).
The network's own logic may be slower; only timing analysis after routing tells."""


def at_clock(board: Board, clock_mhz: float, option: str) -> Board:
    """Return a board with another clock as its own.

    Args:
        board: any board.
        clock_mhz: its clock from now on.
        option: what asked for it, for the message.

    Raises:
        InputRefused: the clock is not above 0, or faster than the board's ports.
    """
    limit = MAX_CLOCK_MHZ[board.family]
    if not 0 < clock_mhz <= limit:
        raise InputRefused(
            f"{option}: {clock_mhz:g} MHz for {board.name}",
            accepted=f"above 0 MHz, and at most {limit:g} MHz: the design shares its clock with "
            f"the AXI ports of the {board.family} processor",
        )
    return replace(board, clock_mhz=float(clock_mhz))
