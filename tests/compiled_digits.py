"""A network for digits, compiled and C-simulated for a board of each family, in bundles.

`make test-board` makes them for environments that have neither PyTorch nor a C++ compiler's time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from fpgaflow.runtime import Bundle

BOARDS = ("pynq-z2", "zcu104")


def write_bundles(folder: str | Path) -> None:
    """Train, compile and simulate the network for each board, and write `digits-BOARD` there."""
    # A board's environment imports this module too, for what stands below.
    from fpgaflow.api.bundle import make_bundle
    from fpgaflow.api.compiler import compile_model
    from fpgaflow.api.demo import MEAN, STD, train
    from fpgaflow.api.progress import Unwatched
    from fpgaflow.data import load_images

    place = Path(folder)
    place.mkdir(exist_ok=True)
    network = train(load_images("digits:train"), Unwatched(), epochs=2)
    for board in BOARDS:
        build = compile_model(
            network,
            board,
            output=place / board,
            force=True,
            example_input=(1, 8, 8),
            mean=(MEAN,),
            std=(STD,),
            calibration="digits:train",
            evaluation_images=0,
            simulate=2,
        )
        make_bundle(build, bundle_path(place, board), force=True)


def bundle_path(folder: str | Path, board: str) -> Path:
    """Return where a board's bundle is."""
    return Path(folder) / f"digits-{board}.fpgaflow.zip"


def simulated_per_image(bundle: Bundle) -> Mapping[str, int]:
    """Return what one image added to each counter in the C-simulation, by register name."""
    found = json.loads(bundle.files["report.json"])["counters"]["simulated"]
    assert found["by"] == "C-simulation"
    assert all(one["count"] % found["images"] == 0 for one in found["counts"])
    return {one["name"]: one["count"] // found["images"] for one in found["counts"]}
