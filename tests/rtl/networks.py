"""Networks on the simulated engine against the interpreter and the planner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fpgaflow.backend.engine.compiler import Compiled, compile_for_engine
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.run import RtlRun, program_buffers, run_program
from fpgaflow.backend.engine_rtl.timing import MemoryTiming
from fpgaflow.engine.registers import Status
from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.frontend.torch_export import import_module
from fpgaflow.hardware.engine_cycles import predict_run
from fpgaflow.interpret.numpy_engine import run
from fpgaflow.ir.graph import Graph
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import Settings, quantize
from fpgaflow.zoo.registry import build
from tests.real_data import read_cifar10_jpeg

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def quantized(data_dir: Path, architecture: str, checkpoint: str | None) -> Graph:
    """A CIFAR network in 8-bit fixed point: of a checkpoint, or with seeded random weights."""
    if checkpoint is None:
        torch.manual_seed(0)
        module, shape = build(architecture).eval(), (3, 32, 32)
    else:
        loaded = load_model(data_dir / "checkpoints" / checkpoint)
        assert loaded.input_shape is not None
        module, shape = loaded.payload, loaded.input_shape
    real = canonicalize(import_module(module, shape, name=architecture), mean=MEAN, std=STD)
    images, _ = read_cifar10_jpeg(data_dir, "train", slice(0, 64))
    return quantize(real, images, Settings())


def check_network(
    rtl: RtlEngine,
    graph: Graph,
    images: NDArray[np.uint8],
    timing: MemoryTiming,
    *,
    trace: bool = False,
) -> tuple[Compiled, RtlRun]:
    """Hold outputs, and with the trace every value of the last frame, against the interpreter's.

    All counters are as predicted; those of cycles only where nothing stalls.
    """
    compiled = compile_for_engine(graph, rtl.model.config, trace=trace)
    expected = run(graph, images, "all" if trace else "outputs")
    rtl.set_timing(timing)
    found = run_program(rtl, compiled.program, compiled.frame.pack(images))
    assert found.status is Status.OK
    values = compiled.frame.unpack(found.outputs)
    assert tuple(values) == graph.outputs
    for name in values:
        np.testing.assert_array_equal(values[name], expected[name], name)
    buffers = program_buffers(compiled.program, len(images))
    if trace:
        region = rtl.read_memory(buffers.spill.address, buffers.spill.size)
        spill = np.frombuffer(region, np.uint8)[None]
        for one in compiled.trace:
            np.testing.assert_array_equal(one.read(spill), expected[one.name][-1:], one.name)
    predicted = predict_run(
        compiled.program, frames=len(images), addresses=buffers.addresses
    ).counters
    ideal = timing == MemoryTiming()
    for name in predicted:
        if ideal or not name.startswith("cycles"):
            assert (name, found.counters[name]) == (name, predicted[name])
    return compiled, found
