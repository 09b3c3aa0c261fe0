"""Resources of single layers, against csynth reports of hls4ml designs where there are any."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from fpgaflow.hardware.folding import Folding, LayerFolding
from fpgaflow.hardware.resources import AXI_DMA, LayerResources, estimate_layers
from fpgaflow.hardware.streams import Stream
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.geometry import Size, reciprocal_type
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter
from tests.hardware.small_graphs import U8, Builder, tiny_residual


def fold(reuse_factor: int, multipliers: int, strategy: str = "resource") -> Folding:
    layer = LayerFolding(
        reuse_factor=reuse_factor,
        strategy="latency" if strategy == "latency" else "resource",
        multipliers=multipliers,
        interval=1,
    )
    return Folding(layers=MappingProxyType({"layer": layer}), interval=1, multipliers=multipliers)


def conv_graph(values: object, *, weight_bits: int, bits: int = 8) -> Graph:
    """One convolution without bias on 16x16 pixels, called `layer`."""
    array = np.asarray(values)
    element = FixedType(width=bits, integer=3, signed=False)
    weight = Parameter(values=array, element=FixedType(width=weight_bits, integer=1))
    return Graph(
        name="g",
        nodes=(
            n.Input(name="x", shape=(16, 16, array.shape[2]), element=element),
            n.Conv(
                name="layer",
                inputs=("x",),
                weight="w",
                element=element,
                accumulator=FixedType(width=20, integer=10),
            ),
        ),
        parameters={"w": weight},
        outputs=("layer",),
    )


def layer(graph: Graph, folding: Folding) -> LayerResources:
    rows = estimate_layers(graph, folding, family="zynq-7000")
    return next(row for row in rows if row.name == "layer")


def test_fifos_of_lenet5_as_vitis_hls_counts_them() -> None:
    """The report of Vitis HLS 2023.2 has 58 BRAM18, 5 of them in softmax tables."""
    depths_and_widths = [
        (576, 132),
        (576, 48),
        (144, 48),
        (64, 400),
        (64, 128),
        (16, 128),
        (1, 400),
    ]
    streams = tuple(
        Stream(layer="x", role="value", pixels=depth, depth=depth, elements=1, width_bits=width)
        for depth, width in depths_and_widths
    )
    graph = conv_graph(np.ones((3, 3, 2, 2)), weight_bits=8)
    rows = estimate_layers(graph, fold(18, 2), family="zynqmp", streams=streams)
    assert rows[0].fifo_bram18_hls == 53
    assert rows[0].fifo_bram18 == 33


def test_resource_strategy_has_a_slice_for_each_multiplier_and_one_wide_memory() -> None:
    weights = np.random.default_rng(0).integers(-8, 8, (3, 3, 32, 32))
    found = layer(conv_graph(weights, weight_bits=4, bits=4), fold(72, 128))
    assert (found.multipliers, found.dsp, found.weight_bram18) == (128, 128, 15)
    assert found.weight_bits == 9 * 32 * 32 * 4
    assert found.operation == "conv"


def test_a_small_memory_of_weights_takes_no_block_ram() -> None:
    graph = conv_graph(np.ones((3, 3, 2, 4)), weight_bits=8)
    assert layer(graph, fold(18, 4)).weight_bram18 == 0
    big = conv_graph(np.ones((3, 3, 4, 4)), weight_bits=8)
    assert layer(big, fold(36, 4)).weight_bram18 == 1


def test_latency_strategy_multiplies_by_constants() -> None:
    weights = np.array([0, 1, 2, 3, 5, -7]).reshape(1, 1, 2, 3)
    narrow = layer(conv_graph(weights, weight_bits=8), fold(1, 6, "latency"))
    assert (narrow.dsp, narrow.weight_bram18, narrow.weight_bits) == (0, 0, 48)
    wide = layer(conv_graph(weights, weight_bits=16), fold(1, 6, "latency"))
    # 0, 1 and 2 need no multiplier.
    assert wide.dsp == 3


def test_pooling_multiplies_where_the_count_is_no_power_of_two() -> None:
    def pool(size: int) -> LayerResources:
        b = Builder((6, 6, 4))
        b.add(
            n.AveragePool(
                name="layer",
                inputs=("image",),
                kernel=Size(size, size),
                stride=Size(size, size),
                element=U8,
                reciprocal=reciprocal_type(size * size, exact=size == 2),
            )
        )
        return layer(b.graph("g", "layer"), fold(1, 1))

    assert (pool(2).dsp, pool(3).dsp) == (0, 4)


def test_a_row_for_each_node_and_one_for_the_system() -> None:
    graph = tiny_residual()
    each = LayerFolding(reuse_factor=9, strategy="resource", multipliers=6, interval=1)
    folding = Folding(
        layers=MappingProxyType(dict.fromkeys(("stem", "branch", "fc"), each)),
        interval=1,
        multipliers=18,
    )
    rows = estimate_layers(graph, folding, family="zynq-7000")
    assert [row.name for row in rows] == [
        *(node.name for node in graph.nodes),
        "wrapper",
        "axi_dma",
    ]
    assert rows[-1] == AXI_DMA
    flat = next(row for row in rows if row.name == "flat")
    assert (flat.lut, flat.ff, flat.fifo_bits) == (0, 0, 0)
