"""Small explorations, and ways to disturb them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import fpgaflow
from fpgaflow.api.progress import Unwatched
from fpgaflow.report.explore_schema import Exploration
from tests.api.tiny import SHAPE

FILES = ("explore.csv", "explore.html", "explore.json")


class Watched(Unwatched):
    """Calls a function with each number of finished points; keeps what is said."""

    def __init__(self, update: Callable[[int], None] = lambda _: None) -> None:
        self.lines: list[str] = []
        self.steps: list[str] = []
        self._update = update

    def begin(self, step: str) -> None:
        self.steps.append(step)

    def update(self, done: int, total: int) -> None:
        if self.steps[-1] == "explore":
            self._update(done)

    def say(self, line: str) -> None:
        self.lines.append(line)


def explore(folder: Path, output: str, **options: object) -> Exploration:
    """Explore tiny.pt in `folder` at two widths, on two boards at two clocks."""
    given: dict[str, object] = {
        "calibration": folder / "images.npz",
        "calibration_images": 16,
        "bits": (3, (4, 6)),
        "boards": ("pynq-z2", "zcu104"),
        "clocks_mhz": (100.0, 150.0),
        "example_input": SHAPE,
        "workers": 1,
    }
    return fpgaflow.explore(folder / "tiny.pt", output=folder / output, **(given | options))  # pyright: ignore[reportArgumentType]


def contents(output: Path) -> Mapping[str, bytes]:
    """The three files."""
    return {name: (output / name).read_bytes() for name in FILES}
