"""The planned FIFOs reach the project's pragmas."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from fpgaflow.backend.spatial.depths import design_streams
from fpgaflow.backend.spatial.emit import emit_project
from fpgaflow.backend.spatial.fan_out import fan_out
from fpgaflow.backend.spatial.hls4ml_model import Target
from fpgaflow.backend.spatial.lower import lower
from fpgaflow.hardware.blocks import SMALL_MEMORY_BITS
from fpgaflow.hardware.fifo_depths import plan_depths
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from tests.backend.networks import Builder, unsigned
from tests.strategies import fixed_graphs

TARGET = Target(project="network", part="xc7z020clg400-1", clock_mhz=125.0)


def block() -> Graph:
    """A residual block whose short way holds more than a thousand bits."""
    b, u8 = Builder(6, 6, 2), unsigned(8, 3)
    stem = b.conv("stem", "image", 12, u8)
    branch = b.conv("branch", stem, 12, u8)
    return b.graph(b.add(n.Add(name="sum", inputs=(branch, stem), element=u8)))


@settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(fixed_graphs())
def test_every_stream_of_a_design_has_its_plan(graph: Graph) -> None:
    folding = choose_folding(graph, 60)
    found = design_streams(graph, folding, fan_out(lower(graph, folding)))
    assert [stream.depth for stream in found.values()] == list(plan_depths(graph, folding))


def test_depths_and_shift_registers_are_pragmas(tmp_path: Path) -> None:
    graph = block()
    folding = choose_folding(graph, 60)
    emit_project(graph, folding, TARGET, tmp_path)
    source = (tmp_path / "firmware" / "network.cpp").read_text()
    depths = re.findall(r"#pragma HLS STREAM variable=(\w+) depth=(\d+)", source)
    streams = design_streams(graph, folding, fan_out(lower(graph, folding)))
    # The image and the scores come through ports.
    inner = list(streams.values())[1:-1]
    assert [int(depth) for _, depth in depths] == [stream.depth for stream in inner]
    ordered = re.findall(r"BIND_STORAGE variable=(\w+) type=fifo impl=srl", source)
    large = [
        name
        for (name, _), stream in zip(depths, inner, strict=True)
        if stream.bits > SMALL_MEMORY_BITS
    ]
    assert ordered == large != []
