"""A program on the engine's functional model, held against the interpreter integer by integer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaflow.api.engine_files import EngineFiles
from fpgaflow.api.progress import Steps, StepTime
from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.engine.machine import Machine
from fpgaflow.ir.arithmetic import Integers
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build_parts import round_figure
from fpgaflow.report.schema_engine import EngineSimulation

CHUNK = 8
"""Images that go through the model together."""

BY = "engine's model"
REMEDY = "this is an error in the program: please report the network"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSimulated:
    """A run on the model whose integers all equal the interpreter's.

    Attributes:
        outputs: integers of each output, [images, *shape], by node name.
        traced: integers of each node's value, likewise; empty without a trace.
        images: how many went through.
        layers_compared: values compared for each image.
        random_images: how many of the images were random pixels.
        seconds_per_image: of the model.
        counters: None: the model has no time, and counts nothing.
        seconds: its steps.
    """

    outputs: Mapping[str, Integers]
    traced: Mapping[str, Integers]
    images: int
    layers_compared: int
    random_images: int = 0
    seconds_per_image: float
    counters: Mapping[str, int] | None = None
    seconds: tuple[StepTime, ...] = ()

    def summary(self) -> EngineSimulation:
        """Return the report's lines."""
        return EngineSimulation(
            images=self.images,
            layers_compared=self.layers_compared,
            mismatches=0,
            seconds_per_image=self.seconds_per_image,
        )


def simulate_engine(
    graph: Graph,
    files: EngineFiles,
    pixels: NDArray[np.uint8],
    *,
    trace: bool = True,
    steps: Steps,
) -> EngineSimulated:
    """Run the build's program, and with a trace also one that keeps every layer's value.

    The traced program is compiled anew from the graph; it is the build's but for the stores of
    each value.

    Args:
        graph: the fixed-point graph.
        files: of the build.
        pixels: uint8 [n, *input shape].
        trace: compare every layer's value, not the outputs' alone.
        steps: takes the steps.

    Raises:
        VerificationFailed: an integer differs.
        EngineFault: the engine would stop at an instruction.
    """
    # The comparison needs PyTorch, which a board that loads builds does not have.
    from fpgaflow.api.compare import hold_equal

    began = time.perf_counter()
    with steps.step("run on the engine's model"):
        outputs = _outputs(files, pixels, steps)
    seconds = time.perf_counter() - began
    traced: dict[str, Integers] = {}
    if trace:
        with steps.step("trace every layer"):
            traced = _trace(graph, files, pixels, steps)
    with steps.step("compare"):
        compared = hold_equal(graph, pixels, traced | outputs, by=BY, remedy=REMEDY)
    return EngineSimulated(
        outputs=outputs,
        traced=traced,
        images=len(pixels),
        layers_compared=compared,
        seconds_per_image=round_figure(seconds / len(pixels)),
        seconds=steps.times,
    )


def _outputs(files: EngineFiles, pixels: NDArray[np.uint8], steps: Steps) -> dict[str, Integers]:
    machine = Machine(files.program.config)
    parts: list[NDArray[np.uint8]] = []
    for chunk in _chunks(pixels):
        parts.append(machine.run(files.program, files.frames.pack(chunk)))
        steps.progress.update(sum(map(len, parts)), len(pixels))
    return files.frames.unpack(np.concatenate(parts))


def _trace(
    graph: Graph, files: EngineFiles, pixels: NDArray[np.uint8], steps: Steps
) -> dict[str, Integers]:
    compiled = compile_for_engine(graph, files.program.config, trace=True)
    machine = Machine(files.program.config)
    parts: dict[str, list[Integers]] = {layout.name: [] for layout in compiled.trace}
    done = 0
    for chunk in _chunks(pixels):
        machine.run(compiled.program, compiled.frame.pack(chunk))
        for layout in compiled.trace:
            parts[layout.name].append(layout.read(machine.spill))
        done += len(chunk)
        steps.progress.update(done, len(pixels))
    return {name: np.concatenate(values) for name, values in parts.items()}


def _chunks(pixels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [pixels[start : start + CHUNK] for start in range(0, len(pixels), CHUNK)]
