"""Pipelines made by hand, so that their pictures do not depend on the models."""

from __future__ import annotations

from fpgaflow.report.schema import LayerRow
from fpgaflow.report.schema_pipeline import (
    FifoMemory,
    Pipeline,
    PipelineStage,
    PipelineStream,
    StageRole,
)

Work = tuple[str, StageRole, int, int, int]
"""Layer, role, busy cycles, start and end."""

Fifo = tuple[int, int, int, int]
"""Writer, reader, words and bits of a word."""


def layer(name: str, operation: str, *shape: int, reuse: int | None = None) -> LayerRow:
    return LayerRow(
        name=name,
        operation=operation,
        source=name,
        shape=shape,
        output_format="u8.3",
        macs=0,
        parameters=0,
        weight_bits=None,
        activation_bits=8,
        accumulator_bits=None,
        strategy=None,
        reuse_factor=reuse,
        multipliers=0 if reuse is None else 12,
        dsp=0,
        weight_bram18=0,
        fifo_bram18=0,
        lut=0,
        ff=0,
        cycles=1,
    )


def pipeline(works: list[Work], fifos: list[Fifo]) -> Pipeline:
    interval = max(busy for _, _, busy, _, _ in works)
    return Pipeline(
        interval_cycles=interval,
        latency_cycles=max(end for *_, end in works),
        stages=tuple(
            PipelineStage(
                name=f"{number} {name}",
                layer=name,
                role=role,
                busy_cycles=busy,
                utilization=float(f"{busy / interval:.4g}"),
                start_cycle=start,
                end_cycle=end,
            )
            for number, (name, role, busy, start, end) in enumerate(works)
        ),
        streams=tuple(
            PipelineStream(
                writer=writer,
                reader=reader,
                word_bits=bits,
                depth_words=words,
                bits=words * bits,
                memory=memory(words, bits),
            )
            for writer, reader, words, bits in fifos
        ),
    )


def memory(words: int, bits: int) -> FifoMemory:
    if words > 128:
        return "block RAM"
    return "distributed RAM" if bits > 100 else "shift register"


CHAIN_LAYERS = (
    layer("image", "input", 8, 8, 1),
    layer("conv", "conv", 8, 8, 4, reuse=9),
    layer("fc", "linear", 10, reuse=64),
)
CHAIN = pipeline(
    [
        ("image", "layer", 64, 0, 200),
        ("conv", "padding", 100, 0, 210),
        ("conv", "layer", 1084, 0, 1084),
        ("fc", "layer", 90, 900, 1180),
        ("fc", "output", 1, 1180, 1181),
    ],
    [(0, 1, 5, 8), (1, 2, 300, 8), (2, 3, 2, 32), (3, 4, 2, 160)],
)

RESIDUAL_LAYERS = (
    layer("image", "input", 8, 8, 2),
    layer("stem", "conv", 8, 8, 3, reuse=18),
    layer("first", "conv", 8, 8, 3, reuse=27),
    layer("second", "conv", 8, 8, 3, reuse=27),
    layer("sum", "add", 8, 8, 3),
)
RESIDUAL = pipeline(
    [
        ("image", "layer", 64, 0, 300),
        ("stem", "layer", 1800, 20, 1820),
        ("stem", "copying", 64, 120, 1830),
        ("first", "padding", 100, 130, 1900),
        ("first", "layer", 2676, 140, 2816),
        ("second", "padding", 100, 400, 2900),
        ("second", "layer", 2676, 410, 3086),
        ("sum", "layer", 64, 700, 3087),
        ("sum", "output", 64, 701, 3088),
    ],
    [
        (0, 1, 6, 16),
        (1, 2, 2, 24),
        (2, 3, 8, 24),
        (2, 7, 130, 24),
        (3, 4, 5, 24),
        (4, 5, 3, 24),
        (5, 6, 5, 24),
        (6, 7, 2, 24),
        (7, 8, 2, 24),
    ],
)

CONCAT_LAYERS = (
    layer("image", "input", 16, 16, 3),
    *(layer(f"branch{number}", "conv", 16, 16, 8, reuse=3) for number in range(4)),
    layer("joined", "concat", 16, 16, 32),
    layer("mix", "conv", 16, 16, 16, reuse=32),
)
CONCAT = pipeline(
    [
        ("image", "layer", 256, 0, 300),
        ("image", "copying", 256, 1, 301),
        ("branch0", "layer", 2300, 3, 2303),
        ("branch1", "layer", 2300, 3, 2303),
        ("branch2", "layer", 2200, 3, 2303),
        ("branch3", "layer", 1200, 3, 2303),
        ("joined", "concat step", 256, 12, 2310),
        ("joined", "concat step", 256, 13, 2311),
        ("joined", "layer", 256, 14, 2312),
        ("mix", "layer", 2000, 20, 2320),
        ("mix", "output", 256, 30, 2321),
    ],
    [
        (0, 1, 2, 24),
        *((1, branch, 2, 24) for branch in (2, 3, 4, 5)),
        (2, 6, 2, 64),
        (3, 6, 2, 64),
        (6, 7, 2, 128),
        (4, 7, 20, 64),
        (7, 8, 2, 192),
        (5, 8, 30, 64),
        (8, 9, 2, 256),
        (9, 10, 2, 128),
    ],
)
