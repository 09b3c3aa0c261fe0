"""Compiling a graph, running it on the functional model, and comparing every value."""

from __future__ import annotations

import numpy as np

from fpgaflow.backend.engine.compiler import Compiled, compile_for_engine
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.machine import Machine
from fpgaflow.interpret.numpy_engine import run
from fpgaflow.ir.graph import Graph
from tests.strategies import images_for

FULL = EngineConfig()
SMALL = EngineConfig(lanes_k=4, lanes_o=2, lanes_p=2, act_lines=4096)
MIDDLE = EngineConfig(lanes_k=8, lanes_o=4, lanes_p=4)
CONFIGS = (FULL, SMALL, MIDDLE)


def assert_equal_to_the_interpreter(
    graph: Graph, config: EngineConfig = FULL, *, traced: bool = True
) -> Compiled:
    """Hold outputs, and with the trace every value, against the interpreter's integers."""
    compiled = compile_for_engine(graph, config, trace=traced)
    images = images_for(graph, 4)
    expected = run(graph, images, "all")
    # What was never written is no zero.
    machine = Machine(config, fill=0xA5)
    region = machine.run(compiled.program.to_bytes(), compiled.frame.pack(images))
    found = compiled.frame.unpack(region)
    assert tuple(found) == graph.outputs
    found |= {one.name: one.read(machine.spill) for one in compiled.trace}
    for name, values in found.items():
        assert np.array_equal(values, expected[name]), f"{name} differs"
    return compiled
