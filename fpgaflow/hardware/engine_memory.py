"""What a program of the engine moves for one image, once a run is under way.

Definitions as in `hardware.memory`, but a number is a byte here, or what the engine reads at once:

- off chip: bytes on the engine's two ports. Weights are read with the instructions between them;
  of a resident program nothing is read after a run's first image. Feature maps move where the banks
  have no room for them.
- on chip: feature maps are read in words of 32 bits and written byte by byte, weights and biases in
  rows of the program memory: the engine's own counters (docs/engine.md).
"""

from __future__ import annotations

from fpgaflow.engine.counters import count_instruction
from fpgaflow.engine.program import Program
from fpgaflow.hardware.memory import Access, LayerMemory, MemoryModel, Traffic
from fpgaflow.ir.graph import Graph

WORD_BYTES = 4
_LATER = 1  # of a run's frames any but the first


def engine_memory(graph: Graph, program: Program) -> MemoryModel:
    """Return the accesses of each of the graph's nodes for one image.

    Args:
        graph: the fixed-point graph.
        program: compiled from it; what belongs to no layer counts with the first one.
    """
    layers = {name: (Traffic(), Traffic()) for name in (node.name for node in graph.nodes)}
    first = next(iter(layers))
    for operation in program.operations:
        name = operation.layer or first
        counts = count_instruction(program, operation.instruction, frame=_LATER)
        off, on = layers[name]
        layers[name] = (off + _off_chip(counts), on + _on_chip(counts, program.config.row_bytes))
    return MemoryModel(
        layers=tuple(
            LayerMemory(name=name, off_chip=off, on_chip=on) for name, (off, on) in layers.items()
        )
    )


def _off_chip(counts: dict[str, int]) -> Traffic:
    def read(*names: str) -> Access:
        moved = sum(counts.get(name, 0) for name in names)
        return Access(read_accesses=moved, read_bytes=moved)

    def write(name: str) -> Access:
        return Access(write_accesses=counts.get(name, 0), write_bytes=counts.get(name, 0))

    return Traffic(
        input=read("read_input_bytes"),
        weight=read("read_program_bytes", "read_weight_bytes"),
        feature_map=read("read_feature_map_bytes") + write("write_feature_map_bytes"),
        output=write("write_output_bytes"),
    )


def _on_chip(counts: dict[str, int], row_bytes: int) -> Traffic:
    words, rows = counts.get("chip_feature_map_reads", 0), counts.get("chip_weight_reads", 0)
    written = counts.get("chip_feature_map_writes", 0)
    return Traffic(
        weight=Access(read_accesses=rows, read_bytes=rows * row_bytes),
        feature_map=Access(
            read_accesses=words,
            read_bytes=words * WORD_BYTES,
            write_accesses=written,
            write_bytes=written,
        ),
    )
