"""C-simulation of a build, held against the interpreter integer by integer."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaflow.api.counter_check import check_counters
from fpgaflow.api.images import fit_images, pixels_for, random_pixels
from fpgaflow.api.progress import Steps, StepTime
from fpgaflow.backend.csim import DEFAULT_LIMITS, CsimLimits, CsimResult, simulate
from fpgaflow.backend.csim_compile import compile_csim
from fpgaflow.data.image_set import ImageSet
from fpgaflow.errors import InputRefused
from fpgaflow.ir.graph import Graph
from fpgaflow.report.counters_build import make_reading
from fpgaflow.report.schema import CSimulation
from fpgaflow.report.schema_counters import CounterReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A C-simulation whose integers all equal the interpreter's.

    Attributes:
        result: every integer that it computed.
        layers_compared: values compared for each image.
        random_images: how many of the images were random pixels.
        counters: what the wrapped design counted over all images, by the registers' names; None
            where the simulation ran without the wrapper that counts.
        seconds: its steps.
    """

    result: CsimResult
    layers_compared: int
    random_images: int = 0
    counters: Mapping[str, int] | None = None
    seconds: tuple[StepTime, ...] = ()

    @property
    def images(self) -> int:
        """How many images were simulated."""
        return self.result.images

    def summary(self) -> CSimulation:
        """Return the report's lines."""
        return CSimulation(
            images=self.images,
            layers_compared=self.layers_compared,
            mismatches=0,
            first_mismatch=None,
            seconds_per_image=float(f"{self.result.seconds_per_image:.4g}"),
        )

    def reading(self, graph: Graph) -> CounterReading | None:
        """Return the report's lines of what was counted, if it was."""
        if self.counters is None:
            return None
        return make_reading(
            graph, self.counters, by="C-simulation", images=self.images, source="simulated"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """What it takes to simulate a build.

    Attributes:
        graph: the fixed-point graph.
        project: the hls4ml project made from it.
        limits: on time and memory.
    """

    graph: Graph
    project: Path
    limits: CsimLimits = DEFAULT_LIMITS

    def pixels(self, kept: ImageSet, count: int, seed: int = 0) -> tuple[NDArray[np.uint8], int]:
        """Return `count` images, those that were kept first, and how many of them are random.

        Raises:
            InputRefused: fewer than one was asked for.
        """
        return choose_pixels(self.graph, kept, count, seed)

    def run(
        self,
        pixels: NDArray[np.uint8],
        *,
        trace: bool = True,
        work: Path | None = None,
        steps: Steps,
    ) -> Simulation:
        """Simulate, and compare integers and counters.

        Args:
            pixels: uint8 [n, *input shape].
            trace: compare every layer's value, not the outputs' alone.
            work: folder where the compiled simulation is kept for the next time.
            steps: takes the steps.

        Raises:
            VerificationFailed: an integer or a counter differs.
            ToolMissing: no C++ compiler.
            ToolFailed: the compiler or the simulation failed, or went over a limit.
        """
        # The comparison needs PyTorch, which a board that loads builds does not have.
        from fpgaflow.api.compare import compare

        limits = self.limits
        with work_folder(work) as folder:
            with steps.step("compile simulation"):
                compile_csim(
                    self.project,
                    folder,
                    file_s=limits.compile_s,
                    memory_mb=limits.memory_mb,
                    progress=steps.progress.update,
                )
            with steps.step("simulate"):
                result = simulate(
                    self.project,
                    pixels,
                    trace=trace,
                    work=folder,
                    limits=limits,
                    progress=lambda _, done, total: steps.progress.update(done, total),
                )
        with steps.step("compare"):
            compared = compare(self.graph, pixels, result)
            counters = check_counters(self.graph, result)
        return Simulation(
            result=result, layers_compared=compared, counters=counters, seconds=steps.times
        )


def choose_pixels(
    graph: Graph, kept: ImageSet, count: int, seed: int = 0
) -> tuple[NDArray[np.uint8], int]:
    """Return `count` images, those that were kept first, and how many of them are random.

    Raises:
        InputRefused: fewer than one was asked for.
    """
    if count < 1:
        raise InputRefused(f"{count} images to simulate were asked for", accepted="1 or more")
    own = pixels_for(fit_images(kept, graph), graph)[:count]
    missing = count - len(own)
    return np.concatenate([own, random_pixels(graph, missing, seed + 1)]), missing


@contextmanager
def work_folder(work: Path | None) -> Generator[Path]:
    """Return the folder for what is compiled: `work`, which is kept, or one that is removed.

    Raises:
        InputRefused: it cannot be made.
    """
    if work is None:
        with tempfile.TemporaryDirectory(prefix="fpgaflow-csim-") as folder:
            yield Path(folder)
        return
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputRefused(f"the work folder {work}: {error.strerror}") from error
    yield work
