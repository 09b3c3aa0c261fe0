"""fpgaflow: from a trained CNN to a small FPGA board, every integer proven.

    build = fpgaflow.compile("model.pt", board="pynq-z2", calibration="images.npz")
    build.report, build.simulate(images=8), build.run(images)

Names are loaded when they are first used: importing fpgaflow imports neither torch nor hls4ml.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from fpgaflow.errors import (
    DeviceFailed,
    DoesNotFit,
    FpgaflowError,
    InputRefused,
    ToolFailed,
    ToolMissing,
    UnsupportedOperator,
    VerificationFailed,
)
from fpgaflow.version import __version__

if TYPE_CHECKING:
    from fpgaflow.api.build import Build, load
    from fpgaflow.api.compiler import compile_model as compile  # noqa: A004
    from fpgaflow.api.explore import explore_models as explore
    from fpgaflow.api.predictions import Predictions
    from fpgaflow.api.simulation import Simulation
    from fpgaflow.data import ImageSet, load_images
    from fpgaflow.hardware.boards import Board, list_boards, load_board
    from fpgaflow.quantize.settings import LayerBits

_LAZY = {
    "Board": ("fpgaflow.hardware.boards", "Board"),
    "Build": ("fpgaflow.api.build", "Build"),
    "ImageSet": ("fpgaflow.data", "ImageSet"),
    "LayerBits": ("fpgaflow.quantize.settings", "LayerBits"),
    "Predictions": ("fpgaflow.api.predictions", "Predictions"),
    "Simulation": ("fpgaflow.api.simulation", "Simulation"),
    "compile": ("fpgaflow.api.compiler", "compile_model"),
    "explore": ("fpgaflow.api.explore", "explore_models"),
    "list_boards": ("fpgaflow.hardware.boards", "list_boards"),
    "load": ("fpgaflow.api.build", "load"),
    "load_board": ("fpgaflow.hardware.boards", "load_board"),
    "load_images": ("fpgaflow.data", "load_images"),
}

__all__ = [
    "Board",
    "Build",
    "DeviceFailed",
    "DoesNotFit",
    "FpgaflowError",
    "ImageSet",
    "InputRefused",
    "LayerBits",
    "Predictions",
    "Simulation",
    "ToolFailed",
    "ToolMissing",
    "UnsupportedOperator",
    "VerificationFailed",
    "__version__",
    "compile",
    "explore",
    "list_boards",
    "load",
    "load_board",
    "load_images",
]


def __getattr__(name: str) -> object:
    """Load a name of the public API."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _LAZY[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
