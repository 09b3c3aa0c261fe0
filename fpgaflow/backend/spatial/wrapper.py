"""What stands between the board and the network: streams of beats, registers, counting points.

The hardware counts events at points: beats, packets, cycles. Every counter is a sum of events, each
worth a fixed number of accesses. The factors come from the stages as they are emitted, and not from
the memory-access model: the two are held against each other, and against every single access, by
the C-simulation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fpgaflow.backend.spatial import stages as s
from fpgaflow.backend.spatial.layers import access_names
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.beats import BeatFormat, image_beats, score_beats
from fpgaflow.hardware.counters import graph_registers
from fpgaflow.hardware.registers import RegisterMap
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter

BEATS_TAKEN, NO_BEAT, PIXELS, SCORES, NO_ROOM, BEATS_GIVEN, IMAGES, CYCLES, FIRST_TAP = range(9)
"""`fpgaflow::Point` of hls/include/fpgaflow/counters.h."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One summand of a counter.

    Attributes:
        counter: the register's name.
        point: where events are counted.
        factor: what an event is worth.
    """

    counter: str
    point: int
    factor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """The accelerator around a network.

    Attributes:
        images: how pixels come in.
        scores: how scores go out.
        image_packets: packets of the network's input for one image.
        score_packets: packets of its output; their length need not be the scores' last dimension.
        registers: the arguments of the top function.
        taps: the streams, by the stage that writes them, whose packets are counted on their way.
        terms: what the counters are sums of.
    """

    images: BeatFormat
    scores: BeatFormat
    image_packets: int
    score_packets: int
    registers: RegisterMap
    taps: tuple[str, ...]
    terms: tuple[Term, ...]


def make_wrapper(graph: Graph, design: s.Design, beat_bits: int) -> Wrapper | None:
    """Return the wrapper of a design; None where streams of beats cannot carry its scores.

    Args:
        graph: a fixed-point graph.
        design: its stages, fanned out.
        beat_bits: width of the board's streams.
    """
    try:
        scores = score_beats(graph, beat_bits)
    except InputRefused:
        return None
    images = image_beats(graph, beat_bits)
    registers = graph_registers(graph)
    taps = tuple(
        stage.name
        for stage in design.stages
        if not isinstance(stage, (s.InputStage, s.CloneStage, s.FlattenStage))
        and stage.name not in design.outputs
    )
    names = _register_names(registers)
    packets = {stage.name: stage.packets for stage in design.stages}
    pixels, results = packets[design.stages[0].name], packets[design.outputs[0]]
    terms = [
        *_stream_terms(images, images.payload_bytes // pixels, scores.payload_bytes // results),
        *_layer_terms(design, taps, names),
    ]
    return Wrapper(
        images=images,
        scores=scores,
        image_packets=pixels,
        score_packets=results,
        registers=registers,
        taps=taps,
        terms=tuple(_ordered(terms)),
    )


def _ordered(terms: Iterable[Term]) -> list[Term]:
    """Return one term for each counter and point, what cannot happen left out."""
    factors: dict[tuple[str, int], int] = {}
    for term in terms:
        key = (term.counter, term.point)
        factors[key] = factors.get(key, 0) + term.factor
    return [
        Term(counter=counter, point=point, factor=factor)
        for (counter, point), factor in factors.items()
        if factor
    ]


def _stream_terms(images: BeatFormat, image_bytes: int, score_bytes: int) -> Iterable[Term]:
    """Return the counters of the whole design; the bytes are those of a packet, on the stream."""

    def term(counter: str, point: int, factor: int = 1) -> Term:
        return Term(counter=counter, point=point, factor=factor)

    beat = images.beat_bits // 8
    # Weights and feature maps have no way off the chip in this style: their counters stay zero.
    return (
        term("frames_done", IMAGES),
        term("cycles_busy", CYCLES),
        term("cycles_stalled_input", NO_BEAT),
        term("cycles_stalled_output", NO_ROOM),
        term("beats_in", BEATS_TAKEN),
        term("beats_out", BEATS_GIVEN),
        term("bytes_in", BEATS_TAKEN, beat),
        term("bytes_out", BEATS_GIVEN, beat),
        term("off_chip_input", PIXELS, image_bytes),
        term("off_chip_output", SCORES, score_bytes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where a stream's packets are counted, and how many numbers one holds."""

    point: int
    length: int


def _layer_terms(
    design: s.Design, taps: tuple[str, ...], names: dict[str, dict[str, str]]
) -> Iterable[Term]:
    sources: dict[str, _Source] = {}
    for stage in design.stages:
        point, length = _point(stage, design, taps, sources), stage.shape[-1]
        if isinstance(stage, s.FlattenStage):
            length = sources[stage.inputs[0]].length
        for name in stage.outputs:
            sources[name] = _Source(point=point, length=length)
        if isinstance(stage, (s.InputStage, s.FlattenStage)):
            continue
        read = [sources[name] for name in stage.inputs]
        reads = [(one.point, one.length) for one in read]
        writes = [(point, length * len(stage.outputs))]
        line = _line_buffer(stage, read[0])
        counts = {
            "feature_map_reads": [*reads, *line],
            "feature_map_writes": [*writes, *line],
            "weight_reads": [(point, sum(one.values.size for one in counted_arrays(stage)))],
        }
        for kind, events in counts.items():
            for at, factor in events:
                if factor:
                    yield Term(counter=names[stage.layer][kind], point=at, factor=factor)


def _point(
    stage: s.Stage, design: s.Design, taps: tuple[str, ...], sources: dict[str, _Source]
) -> int:
    """Return where a stage's packets are counted, or those that they are copies of."""
    if isinstance(stage, s.InputStage):
        return PIXELS
    if isinstance(stage, (s.CloneStage, s.FlattenStage)):
        return sources[stage.inputs[0]].point
    return SCORES if stage.name in design.outputs else FIRST_TAP + taps.index(stage.name)


def counted_arrays(stage: s.Stage) -> tuple[Parameter, ...]:
    """Return the graph's weights and biases that a stage reads once for each packet it writes."""
    if isinstance(stage, (s.ConvStage, s.DenseStage)):
        found = (stage.weight, stage.bias)
    elif isinstance(stage, s.KernelStage):
        arrays = {"weight": stage.weight, "bias": stage.bias}
        found = tuple(arrays[name] for name in stage.counted)
    else:
        return ()
    return tuple(one for one in found if one is not None)


def _line_buffer(stage: s.Stage, source: _Source) -> list[tuple[int, int]]:
    """Return the events by which numbers go through the rows that a stage keeps."""
    if isinstance(stage, s.ConvStage):
        rows = stage.weight.values.shape[0] - 1
        return [(source.point, rows * source.length)] if rows else []
    if not isinstance(stage, s.KernelStage):
        return []
    size = {name: int(value) for name, value in stage.constants}
    if not (stage.kernel == "grouped_conv" or stage.kernel.endswith("_sliding")):
        return []
    numbers = (size["kernel_height"] - 1) * source.length
    height = size["pad_top"] + size["in_height"] + size["pad_bottom"]
    width = size["pad_left"] + size["in_width"] + size["pad_right"]
    # The kernel puts the border in by itself, so many pixels an image.
    border = height * width - size["in_height"] * size["in_width"]
    return [(source.point, numbers), (IMAGES, border * numbers)]


def _register_names(registers: RegisterMap) -> dict[str, dict[str, str]]:
    """Return each layer's registers by kind."""
    kinds = ("weight_reads", "feature_map_reads", "feature_map_writes")
    layers = {one.layer for one in registers.counters if one.layer is not None}
    return {
        layer: {
            kind: name
            for kind, name in zip(kinds, access_names(registers, layer), strict=True)
            if name is not None
        }
        for layer in layers
    }
