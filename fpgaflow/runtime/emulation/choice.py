"""Which emulated board a bundle takes, and what stands behind an engine's registers there."""

from __future__ import annotations

from collections.abc import Callable

from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.emulation.base import BaseBoard
from fpgaflow.runtime.emulation.engine_device import EngineDevice

EngineMaker = Callable[[Bundle], EngineDevice]
"""Makes the engine of the board that a bundle's overlay is loaded on."""

_engine_makers: list[EngineMaker] = []
"""The one that was brought, or none."""


def use_engines(maker: EngineMaker | None) -> None:
    """Let something else stand behind the registers of every engine's board that is made here.

    It holds in this process, wherever a board is made from now on: `Accelerator(emulate=True)`,
    and FPGAFLOW_EMULATE, under pynq too.

    Args:
        maker: of engines; None for the functional model again.
    """
    _engine_makers[:] = [] if maker is None else [maker]


def make_board(bundle: Bundle) -> BaseBoard:
    """Return an emulated board with a bundle's design.

    The runtime's own means compute, unless `use_engines` brought an engine.
    """
    if bundle.manifest.engine is not None:
        from fpgaflow.runtime.emulation.engine_board import EmulatedEngineBoard

        return EmulatedEngineBoard(bundle, _engine_makers[0](bundle) if _engine_makers else None)
    from fpgaflow.runtime.emulation.board import EmulatedBoard

    return EmulatedBoard(bundle)
