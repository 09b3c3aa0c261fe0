"""A network for digits on an engine whose RTL is compiled, for a board of each family.

`make test-board` makes them for environments that have neither PyTorch nor Verilator.
"""

from __future__ import annotations

import shutil
from pathlib import Path

BOARDS = ("pynq-z2", "aup-zu3")
"""Their engines are small, so Verilator takes little time."""

GOLDEN = 4
"""Images that a bundle holds, with their scores."""


def write_engines(folder: str | Path) -> None:
    """Train and compile the network; write each board's bundle and simulator there."""
    # A board's environment imports this module too, for what stands below.
    from fpgaflow.api.bundle import make_bundle
    from fpgaflow.api.compiler import compile_model
    from fpgaflow.api.demo import MEAN, STD, train
    from fpgaflow.api.progress import Unwatched
    from fpgaflow.backend.engine_rtl.compile import compile_engine
    from fpgaflow.data import load_images
    from fpgaflow.hardware.boards import load_board
    from fpgaflow.hardware.engine_design import address_bits

    place = Path(folder)
    place.mkdir(exist_ok=True)
    network = train(load_images("digits:train"), Unwatched(), epochs=2)
    for name in BOARDS:
        build = compile_model(
            network,
            name,
            style="engine",
            output=place / name,
            force=True,
            example_input=(1, 8, 8),
            mean=(MEAN,),
            std=(STD,),
            calibration="digits:train",
            evaluation_images=0,
        )
        make_bundle(build, bundle_path(place, name), images="digits:test", limit=GOLDEN, force=True)
        board = load_board(name)
        assert board.engine is not None
        model = compile_engine(board.engine, address_bits=address_bits(board.family))
        shutil.copy2(model.program, simulator_path(place, name))


def bundle_path(folder: str | Path, board: str) -> Path:
    """Return where a board's bundle is."""
    return Path(folder) / f"digits-{board}-engine.fpgaflow.zip"


def simulator_path(folder: str | Path, board: str) -> Path:
    """Return where the simulator of a board's engine is."""
    return Path(folder) / f"engine-{board}"
