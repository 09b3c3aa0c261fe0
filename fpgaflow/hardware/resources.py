"""What each layer of the spatial style asks of the device: a stated model, no synthesis.

The rules, and where they come from:

- **DSP slices.** A multiplier of the resource strategy takes one slice for each 18×25 bits (27 on
  DSP48E2; AMD UG479, UG579), however narrow: csynth reports of an hls4ml MNIST network show slices
  even for 4×4-bit multipliers. The latency strategy multiplies by constants: up to
  `LATENCY_LUT_BITS` bits these become adders in look-up tables (hls4ml's 8-bit LeNet-5, Vitis HLS
  2023.2: no slice in any convolution), beyond them one slice for each weight that is neither zero
  nor a power of two.
- **Block RAM of weights.** hls4ml's resource strategy reshapes the weights into one read-only
  memory of `reuse_factor` words, each as wide as all multipliers' weights, and binds it to block
  RAM. Check: 128 and 512 weights of 4 bits a word take 15 and 57 BRAM18 in that MNIST report, as
  here. Memories of up to `SMALL_MEMORY_BITS` bits and those of the latency strategy take none.
- **Block RAM of FIFOs.** One FIFO for each stream, at the planned depth, in the best of the six
  shapes; those of up to `SMALL_MEMORY_BITS` bits are shift registers in look-up tables (the autosrl
  limit of `config_storage fifo`, AMD UG1399), and so are those that a pragma orders to be
  (`fifo_depths.SHIFT_REGISTER_DEPTH`). Vitis HLS itself counts 1024×18 bits whatever the depth;
  that count is the upper end, and gives exactly the 53 BRAM18 of that LeNet-5's FIFOs.
- **Look-up tables and flip-flops.** Crude: an accumulating multiplier 3 look-up tables for each bit
  of its accumulator, a constant one an adder for each digit of its weight. Synthesis gave 0.19 to
  0.71 of the HLS estimates in 15 designs, so a total is only worth the band 0.5 to 2 around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from fpgaflow.hardware.blocks import (
    count_bram18,
    count_dsp,
    count_multipliers,
    count_signed_digits,
)
from fpgaflow.hardware.board import BoardFamily
from fpgaflow.hardware.fifo_depths import planned_streams
from fpgaflow.hardware.folding import Folding, LayerFolding
from fpgaflow.hardware.streams import Stream, line_buffer_rows, padded_positions
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.text import operation_name

SMALL_MEMORY_BITS = 1024
LATENCY_LUT_BITS = 8
SHIFT_REGISTER_BITS = 32  # of one look-up table (AMD UG474)

BAND = (0.5, 2.0)
"""The likely range of look-up tables and flip-flops, as factors of the modelled number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerResources:
    """What one layer takes, its streams included. All modelled.

    Attributes:
        name: the node, or a part of the system around the network.
        operation: the node's kind.
        multipliers: how many work side by side.
        dsp: DSP slices.
        weight_bits: bits of its weights and biases.
        weight_bram18: block RAMs of 18 Kbit for weights.
        fifo_bits: bits of its streams' FIFOs.
        fifo_bram18: block RAMs of 18 Kbit for FIFOs.
        fifo_bram18_hls: the same as Vitis HLS counts them, never less.
        lut: look-up tables, crude.
        ff: flip-flops, crude.
    """

    name: str
    operation: str
    multipliers: int = 0
    dsp: int = 0
    weight_bits: int = 0
    weight_bram18: int = 0
    fifo_bits: int = 0
    fifo_bram18: int = 0
    fifo_bram18_hls: int = 0
    lut: int = 0
    ff: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arithmetic:
    """The multipliers and weights of a layer; the fields mean what they mean there."""

    multipliers: int = 0
    dsp: int = 0
    weight_bits: int = 0
    weight_bram18: int = 0
    lut: int = 0
    ff: int = 0


AXI_DMA = LayerResources(
    name="axi_dma", operation="system", fifo_bram18=6, fifo_bram18_hls=6, lut=1710, ff=2177
)
"""The DMA engine between DDR memory and the pipeline, as placed on an xc7z020 (Vivado 2019.2)."""


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
        _layer(graph, node, folding.layers.get(node.name), by_layer[node.name], family)
        for node in graph.nodes
    ]
    return (*rows, AXI_DMA)


def _layer(
    graph: Graph,
    node: n.Node,
    fold: LayerFolding | None,
    streams: list[Stream],
    family: BoardFamily,
) -> LayerResources:
    arithmetic = _arithmetic(graph, node, fold, family)
    window = _window_bits(graph, node)
    large = [s for s in streams if s.bits > SMALL_MEMORY_BITS and not s.shift_register]
    small = sum(_shift_registers(s) for s in streams if s not in large)
    output = sum(s.width_bits for s in streams)
    return LayerResources(
        name=node.name,
        operation=operation_name(node),
        multipliers=arithmetic.multipliers,
        dsp=arithmetic.dsp,
        weight_bits=arithmetic.weight_bits,
        weight_bram18=arithmetic.weight_bram18,
        fifo_bits=sum(s.bits for s in streams),
        fifo_bram18=sum(count_bram18(s.depth, s.width_bits) for s in large),
        fifo_bram18_hls=sum(ceil(s.depth / 1024) * ceil(s.width_bits / 18) for s in large),
        # A rounded, saturated or compared output bit takes about two look-up tables; a stage's
        # state machine and a FIFO's counters a few dozen each.
        lut=arithmetic.lut
        + _line_buffer_luts(graph, node)
        + small
        + 2 * output
        + 50 * len(streams),
        ff=arithmetic.ff + window + 2 * output + 50 * len(streams),
    )


def _arithmetic(
    graph: Graph, node: n.Node, fold: LayerFolding | None, family: BoardFamily
) -> _Arithmetic:
    """Return what multipliers and weights take; the streams are not in it."""
    if isinstance(node, (n.Conv, n.Linear)):
        assert fold is not None, f"{node.name} has no folding"
        return _multiply_accumulate(graph, node, fold, family)
    if isinstance(node, (n.Affine, n.AveragePool)):
        return _scaling(graph, node, family)
    return _Arithmetic()


def _multiply_accumulate(
    graph: Graph, node: n.Conv | n.Linear, fold: LayerFolding, family: BoardFamily
) -> _Arithmetic:
    weight = graph.parameters[node.weight]
    value = graph.input_types(node)[0].element
    assert weight.element is not None, f"{node.name} has real-valued weights"
    assert value is not None, f"{node.name} reads a real value"
    assert node.accumulator is not None, f"{node.name} has no accumulator"
    bits = weight.values.size * weight.element.width
    stored = bits + _bias_bits(graph, node.bias)
    accumulator = node.accumulator.width
    outputs = graph.types[node.name].channels
    ff = fold.multipliers * (value.width + weight.element.width) + 2 * outputs * accumulator
    if fold.strategy == "latency":
        constants = weight.integers
        dsp = 0
        if max(value.width, weight.element.width) > LATENCY_LUT_BITS:
            each = count_dsp(_signed(value), _signed(weight.element), family)
            dsp = min(count_multipliers(constants), fold.multipliers) * each
        return _Arithmetic(
            multipliers=fold.multipliers,
            dsp=dsp,
            weight_bits=stored,
            lut=accumulator * dsp if dsp else count_signed_digits(constants) * value.width,
            ff=ff,
        )
    words, word_bits = fold.reuse_factor, ceil(weight.values.size / fold.reuse_factor)
    word_bits *= weight.element.width
    # One word is a constant; a small memory costs a table for each bit of 64 words.
    small = words == 1 or words * word_bits <= SMALL_MEMORY_BITS
    operands = graph.parameters[node.weight].values.size // outputs
    return _Arithmetic(
        multipliers=fold.multipliers,
        dsp=fold.multipliers * count_dsp(_signed(value), _signed(weight.element), family),
        weight_bits=stored,
        weight_bram18=0 if small else count_bram18(words, word_bits),
        lut=3 * accumulator * fold.multipliers
        # Each of the window's operands is chosen by the step of the reuse loop, four a table.
        + ceil(operands * value.width / 4)
        + (ceil(words / 64) * word_bits if small else 0),
        ff=ff,
    )


def _scaling(graph: Graph, node: n.Affine | n.AveragePool, family: BoardFamily) -> _Arithmetic:
    """Return the multipliers of per-channel scales and of reciprocals that are no powers of two."""
    value = graph.input_types(node)[0]
    assert value.element is not None, f"{node.name} reads a real value"
    if isinstance(node, n.Affine):
        scale = graph.parameters[node.scale]
        assert scale.element is not None, f"{node.name} has a real-valued scale"
        factor = scale.element
        multipliers = count_multipliers(scale.integers)
        stored = sum(_bias_bits(graph, name) for name in node.parameters)
        width = value.element.width
    else:
        assert node.reciprocal is not None, f"{node.name} has no reciprocal"
        factor = node.reciprocal
        multipliers = value.channels if factor.width > 1 else 0
        stored = 0
        width = value.element.width + (node.kernel.height * node.kernel.width - 1).bit_length()
    narrow = max(width, factor.width) <= LATENCY_LUT_BITS
    each = 0 if narrow else count_dsp(width + 1, _signed(factor), family)
    return _Arithmetic(
        multipliers=multipliers,
        dsp=multipliers * each,
        weight_bits=stored,
        lut=value.channels * width + (multipliers * width * factor.width // 2 if narrow else 0),
        ff=value.channels * width,
    )


def _signed(element: FixedType) -> int:
    """Return the operand's bits on the ports of a DSP slice, which are signed."""
    return element.width + (not element.signed)


def _bias_bits(graph: Graph, name: str | None) -> int:
    if name is None:
        return 0
    parameter = graph.parameters[name]
    return parameter.values.size * (parameter.element.width if parameter.element else 0)


def _window_bits(graph: Graph, node: n.Node) -> int:
    """Return the registers of the window that slides over the input."""
    if isinstance(node, n.Conv):
        height, width = graph.parameters[node.weight].values.shape[:2]
    elif isinstance(node, (n.MaxPool, n.AveragePool)) and line_buffer_rows(graph, node):
        height, width = node.kernel
    else:
        return 0
    return height * width * _pixel_bits(graph, node)


def _line_buffer_luts(graph: Graph, node: n.Node) -> int:
    """Return the tables of the rows that a window stage keeps in shift registers."""
    rows = line_buffer_rows(graph, node)
    if not rows:
        return 0
    height = graph.input_types(node)[0].shape[0]
    assert isinstance(node, (n.Conv, n.MaxPool, n.AveragePool)), f"{node.name} has no window"
    columns = padded_positions(graph, node) // (height + node.padding.top + node.padding.bottom)
    return rows * ceil(columns / SHIFT_REGISTER_BITS) * _pixel_bits(graph, node)


def _pixel_bits(graph: Graph, node: n.Node) -> int:
    kind = graph.input_types(node)[0]
    return kind.channels * (kind.element.width if kind.element else 0)


def _shift_registers(stream: Stream) -> int:
    return ceil(stream.depth / SHIFT_REGISTER_BITS) * stream.width_bits
