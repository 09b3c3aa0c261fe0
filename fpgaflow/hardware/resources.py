"""What each layer of the spatial style asks of the device: a stated model, no synthesis.

The rules, and where they come from; `resource_structures` has the structures one by one:

- **DSP slices.** A multiplier of the resource strategy takes one slice for each 18×25 bits (27 on
  DSP48E2; AMD UG479, UG579), however narrow: csynth reports of an hls4ml MNIST network show slices
  even for 4×4-bit multipliers, though only for every second one where two products meet before the
  sum: that is the low end. The latency strategy multiplies by constants: up to 8 bits these become
  adders in look-up tables (hls4ml's 8-bit LeNet-5, Vitis HLS 2023.2: no slice in any convolution),
  beyond them up to one slice for each weight that is neither zero nor a power of two.
- **Block RAM of weights.** hls4ml's resource strategy reshapes the weights into one read-only
  memory of `reuse_factor` words, each as wide as all multipliers' weights, and binds it to block
  RAM. Check: 128 and 512 weights of 4 bits a word take 15 and 57 BRAM18 in that MNIST report, as
  here. Vivado drops bits that never change; half of it is the low end. Memories of up to
  `SMALL_MEMORY_BITS` bits and those of the latency strategy take none.
- **Block RAM of FIFOs.** One FIFO for each stream, at the planned depth, in the best of the six
  shapes; those of up to `SMALL_MEMORY_BITS` bits are shift registers in look-up tables (the autosrl
  limit of `config_storage fifo`, AMD UG1399), and so are those that a pragma orders to be
  (`fifo_depths.SHIFT_REGISTER_DEPTH`). Vitis HLS itself counts 1024×18 bits whatever the depth;
  that count is the upper end, and gives exactly the 53 BRAM18 of that LeNet-5's FIFOs.
- **Look-up tables and flip-flops.** Those that Vivado leaves, not those that HLS expects, which are
  1.4 to 5 times as many: counted where a shape fixes them, else fitted (`resource_coefficients`).
- **The accelerator around the network**: `resource_wrapper`.

How far off the sums may be is said by `resource_bands`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpgaflow.hardware.board import BoardFamily
from fpgaflow.hardware.fifo_depths import planned_streams
from fpgaflow.hardware.folding import Folding, LayerFolding
from fpgaflow.hardware.resource_layers import layer_cost
from fpgaflow.hardware.resource_streams import stream_cost
from fpgaflow.hardware.resource_structures import Cost
from fpgaflow.hardware.resource_wrapper import wrapper_cost
from fpgaflow.hardware.streams import Stream
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.text import operation_name


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerResources:
    """What one layer takes, its streams included. All modelled, after Vivado.

    Attributes:
        name: the node, or a part of the system around the network.
        operation: the node's kind.
        multipliers: how many work side by side.
        dsp: DSP slices.
        dsp_low: DSP slices where the tools make tables of some multipliers.
        dsp_high: DSP slices where they make slices of constants too.
        weight_bits: bits of its weights and biases.
        weight_bram18: block RAMs of 18 Kbit for weights.
        weight_bram18_low: the same where Vivado drops what never changes.
        fifo_bits: bits of its streams' FIFOs.
        fifo_bram18: block RAMs of 18 Kbit for FIFOs.
        fifo_bram18_hls: the same as Vitis HLS counts them, never less.
        lut: look-up tables, likely.
        ff: flip-flops, likely.
    """

    name: str
    operation: str
    multipliers: int = 0
    dsp: int = 0
    dsp_low: int = 0
    dsp_high: int = 0
    weight_bits: int = 0
    weight_bram18: int = 0
    weight_bram18_low: int = 0
    fifo_bits: int = 0
    fifo_bram18: int = 0
    fifo_bram18_hls: int = 0
    lut: int = 0
    ff: int = 0


AXI_DMA = LayerResources(
    name="axi_dma", operation="system", fifo_bram18=6, fifo_bram18_hls=6, lut=2487, ff=3874
)
"""The DMA engine between DDR memory and the pipeline, and the AXI interconnects: what three placed
designs on an xc7z020 (Vivado 2019.2, nicologhielmetti/hls4ml-pynq) have beyond the accelerator,
2,463 to 2,520 look-up tables and 3,830 to 3,897 flip-flops; the engine alone 1,710 and 2,177."""

SYSTEM = ("wrapper", AXI_DMA.name)
"""Names of the rows that belong to no layer; the last of them is not part of the accelerator."""


def estimate_layers(
    graph: Graph,
    folding: Folding,
    *,
    family: BoardFamily,
    streams: tuple[Stream, ...] | None = None,
) -> tuple[LayerResources, ...]:
    """Return what each layer takes, and at the end the system around the network.

    Args:
        graph: a fixed-point graph.
        folding: of every convolution and fully connected layer.
        family: of the device; says how wide a DSP slice is.
        streams: the pipeline's streams; by default those of `planned_streams`.
    """
    by_layer: dict[str, list[Stream]] = {node.name: [] for node in graph.nodes}
    for stream in planned_streams(graph, folding) if streams is None else streams:
        by_layer[stream.layer].append(stream)
    rows = [
        estimate_layer(
            graph,
            node,
            folding.layers.get(node.name),
            family=family,
            streams=by_layer[node.name],
        )
        for node in graph.nodes
    ]
    return (*rows, _wrapper(graph, family), AXI_DMA)


def estimate_layer(
    graph: Graph,
    node: n.Node,
    fold: LayerFolding | None,
    *,
    family: BoardFamily,
    streams: Sequence[Stream] = (),
) -> LayerResources:
    """Return what one layer takes; cheap enough to be asked for every legal folding.

    Without its streams a layer's row holds all that depends on its folding.

    Args:
        graph: a fixed-point graph.
        node: one of its nodes.
        fold: the layer's folding; None where it multiplies by no weights.
        family: of the device.
        streams: those that the layer's stages write.
    """
    layer = layer_cost(graph, node, fold, family)
    flow = Cost()
    for stream in streams:
        flow += stream_cost(stream)
    compute, both = layer.cost, layer.cost + flow
    return LayerResources(
        name=node.name,
        operation=operation_name(node),
        multipliers=layer.multipliers,
        dsp=compute.dsp,
        dsp_low=compute.dsp_low,
        dsp_high=compute.dsp_high,
        weight_bits=layer.weight_bits,
        weight_bram18=compute.bram18,
        weight_bram18_low=compute.bram18_low,
        fifo_bits=sum(stream.bits for stream in streams),
        fifo_bram18=flow.bram18,
        fifo_bram18_hls=flow.bram18_high,
        lut=round(both.lut),
        ff=round(both.ff),
    )


def _wrapper(graph: Graph, family: BoardFamily) -> LayerResources:
    """Return the row of what stands between the board's streams and the network."""
    cost = wrapper_cost(graph, family)
    return LayerResources(
        name=SYSTEM[0],
        operation="system",
        dsp=cost.dsp,
        dsp_low=cost.dsp_low,
        dsp_high=cost.dsp_high,
        fifo_bram18=cost.bram18,
        fifo_bram18_hls=cost.bram18_high,
        lut=round(cost.lut),
        ff=round(cost.ff),
    )
