"""Lanes and memory accesses of programs, against the engine's own counters."""

from __future__ import annotations

from dataclasses import fields

import pytest

from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.counters import count, count_instruction
from fpgaflow.engine.isa import Array
from fpgaflow.engine.program import Program
from fpgaflow.hardware.engine_lanes import LaneUse, lane_use
from fpgaflow.hardware.engine_memory import engine_memory
from fpgaflow.ir.graph import Graph
from tests.api.engine_builds import fixed_network

CONFIGS = (
    EngineConfig(),
    EngineConfig(lanes_k=8, lanes_o=4, lanes_p=4, act_lines=4096, w_rows=512),
)
NAMES = ("residual", "chain")


def made(name: str, config: EngineConfig) -> tuple[Graph, Program]:
    graph = fixed_network(wide=name == "chain")
    return graph, compile_for_engine(graph, config).program


@pytest.mark.parametrize("config", CONFIGS, ids=["large", "small"])
@pytest.mark.parametrize("name", NAMES)
def test_lanes_add_up_to_what_the_counters_show(name: str, config: EngineConfig) -> None:
    _, program = made(name, config)
    lost = 0
    for operation in program.operations:
        array = operation.instruction
        if not isinstance(array, Array):
            continue
        use, counted = lane_use(config, array), count_instruction(program, array)
        assert use.issued == counted["macs_issued"]
        assert use.useful == counted["macs_useful"]
        parts = {f.name: getattr(use, f.name) for f in fields(LaneUse) if f.name != "issued"}
        assert min(parts.values()) >= 0
        assert sum(parts.values()) == use.issued
        lost += use.idle_k + use.idle_o + use.idle_p
    assert lost


@pytest.mark.parametrize("config", CONFIGS, ids=["large", "small"])
@pytest.mark.parametrize("name", NAMES)
def test_accesses_are_those_of_the_counters(name: str, config: EngineConfig) -> None:
    graph, program = made(name, config)
    found = engine_memory(graph, program)
    assert [layer.name for layer in found.layers] == [node.name for node in graph.nodes]
    one, two = count(program, frames=1), count(program, frames=2)
    later = {key: two[key] - one[key] for key in two}
    off, on = found.off_chip, found.on_chip
    assert off.weight.read_bytes == later["read_program_bytes"] + later["read_weight_bytes"]
    assert off.input.read_bytes == later["read_input_bytes"] == program.input_bytes
    assert off.output.write_bytes == later["write_output_bytes"]
    assert off.feature_map.write_bytes == later.get("write_feature_map_bytes", 0)
    assert on.feature_map.read_accesses == later["chip_feature_map_reads"]
    assert on.feature_map.write_bytes == later["chip_feature_map_writes"]
    assert on.weight.read_bytes == later["chip_weight_reads"] * config.row_bytes
