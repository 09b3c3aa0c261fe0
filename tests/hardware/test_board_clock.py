"""A board at another clock."""

from __future__ import annotations

import pytest

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.board_clock import at_clock
from fpgaflow.hardware.boards import load_board


def test_only_the_clock_changes() -> None:
    board = load_board("pynq-z2")
    faster = at_clock(board, 250, "--clock-mhz")
    assert faster.clock_mhz == 250.0
    assert at_clock(faster, board.clock_mhz, "--clock-mhz") == board


@pytest.mark.parametrize("clock_mhz", [0, -1, 250.5, float("nan")])
def test_a_clock_that_the_ports_cannot_have(clock_mhz: float) -> None:
    with pytest.raises(InputRefused) as caught:
        at_clock(load_board("pynq-z2"), clock_mhz, "--clock-mhz")
    assert str(caught.value) == (
        f"--clock-mhz: {clock_mhz:g} MHz for pynq-z2\n"
        "  accepted: above 0 MHz, and at most 250 MHz: the design shares its clock with the AXI "
        "ports of the zynq-7000 processor"
    )
