"""Which board a bundle runs on: a real one through pynq, or the emulated one.

Each is imported when it is opened: a real board needs nothing of the emulated one, and starts
sooner without it.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.platform import Platform

if TYPE_CHECKING:
    from fpgaflow.runtime.emulation.base import BaseBoard

ENVIRONMENT = "FPGAFLOW_EMULATE"
"""Set to a bundle's path, or to 1: the emulated board stands in for the real one."""


def open_platform(bundle: Bundle, folder: Path, emulate: bool | BaseBoard | None) -> Platform:
    """Load a bundle's design.

    Args:
        bundle: verified.
        folder: where its files were unpacked.
        emulate: see `Accelerator`.

    Raises:
        InputRefused: the bundle is not for this board, or holds no bitstream.
        ToolMissing: pynq is missing, or its version does not serve the board.
        DeviceFailed: no board, or its description is not the bundle's.
    """
    if emulate is None:
        emulate = os.environ.get(ENVIRONMENT, "") not in {"", "0"}
    if emulate is False:
        from fpgaflow.runtime.pynq_board import open_board

        return open_board(bundle, folder)
    from fpgaflow.runtime.emulation.choice import make_board

    board = make_board(bundle) if emulate is True else emulate
    if find_spec("pynq") is None:
        from fpgaflow.runtime.emulation.direct import DirectPlatform

        return DirectPlatform(bundle, board)
    from fpgaflow.runtime.emulation.pynq_device import open_emulated

    return open_emulated(bundle, folder, board)
