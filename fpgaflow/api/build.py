"""A build: what a compilation made, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaflow.api.engine_files import read_engine_files
from fpgaflow.api.engine_simulation import EngineSimulated, simulate_engine
from fpgaflow.api.evaluate import predict
from fpgaflow.api.folder import is_build
from fpgaflow.api.images import Data, fit_images, pixels_for, read_images
from fpgaflow.api.layout import HLS, REPORT
from fpgaflow.api.predictions import Predictions
from fpgaflow.api.progress import Progress, Steps, StepTime, Unwatched
from fpgaflow.api.simulation import Simulation, Simulator, choose_pixels
from fpgaflow.api.stored_images import stored_images
from fpgaflow.backend.csim import DEFAULT_LIMITS, CsimLimits
from fpgaflow.errors import InputRefused
from fpgaflow.ir import serialize
from fpgaflow.ir.graph import Graph
from fpgaflow.report.json import read_json
from fpgaflow.report.schema import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A build folder.

    Attributes:
        folder: where it is.
        report: all figures (`report.json`).
        graph: the fixed-point graph, which says what every integer of the design is.
        seconds: the steps of the compilation and how long they took; empty for a loaded build.
    """

    folder: Path
    report: Report
    graph: Graph
    seconds: tuple[StepTime, ...] = ()

    @property
    def project(self) -> Path:
        """The hls4ml project of a spatial design."""
        return self.folder / HLS

    def run(self, images: Data) -> Predictions:
        """Compute the network's scores, exactly as the hardware does.

        Args:
            images: uint8 [n, height, width, channels], or the name of a data source.

        Raises:
            InputRefused: the images do not suit the network.
        """
        given = fit_images(read_images(images), self.graph)
        names = given.class_names or _class_names(self.folder)
        return predict(self.graph, pixels_for(given, self.graph), names)

    def simulate(
        self,
        images: int | Data = 2,
        *,
        trace: bool = True,
        limits: CsimLimits = DEFAULT_LIMITS,
        work: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Simulation | EngineSimulated:
        """C-simulate the design and compare every integer with the interpreter's.

        A program of the engine runs on its functional model instead.

        Args:
            images: how many (those that the build keeps come first, then random ones), or images.
            trace: compare the value of every layer, not of the outputs alone.
            limits: on time and memory of the C-simulation.
            work: folder where the compiled C-simulation is kept for the next time.
            progress: who watches.

        Raises:
            VerificationFailed: an integer differs; the message names the first one.
            ToolMissing: no C++ compiler.
            ToolFailed: the compiler or the simulation failed, or went over a limit.
        """
        pixels, random = self.pixels(images)
        steps = Steps(progress or Unwatched())
        if self.report.style == "engine":
            files = read_engine_files(self.folder, self.graph)
            run = simulate_engine(self.graph, files, pixels, trace=trace, steps=steps)
            return replace(run, random_images=random)
        simulator = Simulator(graph=self.graph, project=self.project, limits=limits)
        folder = None if work is None else Path(work)
        found = simulator.run(pixels, trace=trace, work=folder, steps=steps)
        return replace(found, random_images=random)

    def pixels(self, images: int | Data) -> tuple[NDArray[np.uint8], int]:
        """Return images as the design takes them, [n, *input shape], and how many are random.

        Args:
            images: how many (those that the build keeps come first, then random ones), or images.

        Raises:
            InputRefused: the images do not suit the network, or there are none.
        """
        if isinstance(images, int):
            return choose_pixels(self.graph, stored_images(self.folder), images)
        return pixels_for(fit_images(read_images(images), self.graph), self.graph), 0


def load(folder: str | Path) -> Build:
    """Return a build that `compile` made earlier.

    Raises:
        InputRefused: the folder is no build, or is damaged.
    """
    place = Path(folder)
    if not is_build(place):
        found = "does not exist" if not place.exists() else "is no build folder"
        raise InputRefused(f"{place} {found}", accepted="a folder that fpgaflow compile made")
    return Build(folder=place, report=read_json(place / REPORT), graph=serialize.load(place))


@lru_cache(maxsize=8)
def _class_names(folder: Path) -> tuple[str, ...] | None:
    return stored_images(folder).class_names
