"""What each counter of the hardware must show, from the memory-access model.

Cycles are not here: how long a design takes is another model's matter, and stalls are the board's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fpgaflow.hardware.beats import BeatFormat, image_beats, score_beats
from fpgaflow.hardware.memory import Access, LayerMemory, MemoryModel, Traffic, spatial_memory
from fpgaflow.hardware.registers import CountedLayer, RegisterMap, make_register_map
from fpgaflow.ir.graph import Graph


def graph_registers(graph: Graph) -> RegisterMap:
    """Return the registers of a fixed-point graph's spatial design."""
    return make_register_map(counted_layers(spatial_memory(graph)))


def counted_layers(memory: MemoryModel) -> tuple[CountedLayer, ...]:
    """Return the layers that move numbers on the chip, in the graph's order."""
    return tuple(
        CountedLayer(name=layer.name, weights=layer.on_chip.weight.accesses > 0)
        for layer in memory.layers
        if layer.on_chip.total.accesses
    )


def predict_counters(graph: Graph, beat_bits: int) -> Mapping[str, int]:
    """Return what one image adds to each counter but those of cycles, by register name.

    Args:
        graph: a fixed-point graph, in the spatial style.
        beat_bits: width of the board's streams.

    Raises:
        InputRefused: the streams cannot carry the graph's scores.
    """
    found = {"frames_done": 1}
    found |= _streams(image_beats(graph, beat_bits), score_beats(graph, beat_bits))
    memory = spatial_memory(graph)
    found |= _off_chip(memory.off_chip)
    found |= _layers(memory)
    return MappingProxyType(found)


def predict_layer_counters(graph: Graph) -> Mapping[str, int]:
    """Return what one image adds to the layers' counters alone, whatever the streams can carry."""
    return MappingProxyType(_layers(spatial_memory(graph)))


def _layers(memory: MemoryModel) -> dict[str, int]:
    layers = {layer.name: layer for layer in memory.layers}
    return {
        register.name: _accesses(register.name, layers[register.layer])
        for register in make_register_map(counted_layers(memory)).counters
        if register.layer is not None
    }


def _streams(images: BeatFormat, scores: BeatFormat) -> dict[str, int]:
    return {
        "beats_in": images.beats_per_image,
        "beats_out": scores.beats_per_image,
        "bytes_in": images.bytes_per_image,
        "bytes_out": scores.bytes_per_image,
    }


def _off_chip(traffic: Traffic) -> dict[str, int]:
    return {
        "off_chip_input": traffic.input.bytes,
        "off_chip_weight": traffic.weight.bytes,
        "off_chip_feature_map": traffic.feature_map.bytes,
        "off_chip_output": traffic.output.bytes,
    }


def _accesses(name: str, layer: LayerMemory) -> int:
    """Return a layer's count: of a stage's streams, those of pixels and of scores are no others."""
    traffic = layer.on_chip
    if name.endswith("_weight_reads"):
        return traffic.weight.read_accesses
    moved: Access = traffic.input + traffic.feature_map + traffic.output
    return moved.read_accesses if name.endswith("_reads") else moved.write_accesses
