"""Which emulated board a bundle takes."""

from __future__ import annotations

from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.emulation.base import BaseBoard


def make_board(bundle: Bundle) -> BaseBoard:
    """Return an emulated board with a bundle's design, computed by the runtime's own means."""
    if bundle.manifest.engine is not None:
        from fpgaflow.runtime.emulation.engine_board import EmulatedEngineBoard

        return EmulatedEngineBoard(bundle)
    from fpgaflow.runtime.emulation.board import EmulatedBoard

    return EmulatedBoard(bundle)
