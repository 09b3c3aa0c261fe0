"""Networks on the engine made by hand, so that pictures and tables do not depend on the models."""

from __future__ import annotations

from fpgaflow.report.engine_build import LayerFacts, describe_layers, describe_losses
from fpgaflow.report.schema_engine import (
    EngineCount,
    EngineCycles,
    EngineDesign,
    EngineInstruction,
    EngineProgram,
    EngineSizes,
    EngineSlots,
    EngineTraffic,
    InstructionKind,
)

SIZES = EngineSizes(
    lanes_k=12, lanes_o=4, lanes_p=8, act_lines=3072, w_rows=3072, macs_per_cycle=384
)

Work = tuple[InstructionKind, str, int, int, int, int, int]
"""Opcode, layer, steps, rows of biases, waiting, moving, and multiply-accumulates that serve."""

WORK: tuple[Work, ...] = (
    ("load", "image", 0, 0, 0, 440, 0),
    ("array", "stem", 1536, 4, 210, 0, 442_368),
    ("array", "branch", 6144, 4, 0, 0, 2_359_296),
    ("array", "sum", 1024, 4, 0, 0, 0),
    ("array", "pool", 260, 4, 0, 0, 0),
    ("array", "fc", 24, 3, 31, 0, 640),
    ("store", "fc", 0, 0, 0, 40, 0),
    ("end", "", 0, 0, 0, 0, 0),
)
FACTS = {
    "image": LayerFacts(operation="input", macs=0),
    "stem": LayerFacts(operation="conv", macs=442_368),
    "branch": LayerFacts(operation="conv", macs=2_000_000),
    "sum": LayerFacts(operation="add", macs=0),
    "pool": LayerFacts(operation="average-pool", macs=0),
    "fc": LayerFacts(operation="linear", macs=640),
}


def instruction(work: Work, start: int) -> EngineInstruction:
    kind, layer, steps, biases, wait, moving, useful = work
    drain = 14 if kind == "array" else 0
    issued = steps * SIZES.macs_per_cycle
    idle = issued - useful if useful else 0
    return EngineInstruction(
        kind=kind,
        layer=layer,
        start_cycle=start,
        end_cycle=start + 2 + steps + biases + wait + moving + drain,
        cycles=EngineCycles(
            steps=steps + biases,
            wait_program=wait,
            load=moving if kind == "load" else 0,
            store=moving if kind == "store" else 0,
            decode=2,
            drain=drain,
        ),
        slots=EngineSlots(
            issued=issued,
            useful=useful,
            elementwise=0 if useful else issued,
            idle_k=idle - idle // 2,
            idle_o=0,
            idle_p=idle // 2,
        ),
    )


def timeline(rows: tuple[Work, ...] = WORK) -> tuple[EngineInstruction, ...]:
    found: list[EngineInstruction] = []
    for work in rows:
        found.append(instruction(work, found[-1].end_cycle if found else 0))
    return tuple(found)


def small_engine() -> EngineDesign:
    """A network of five layers, of which the array waits twice for the program."""
    ones = timeline()
    return EngineDesign(
        sizes=SIZES,
        program=EngineProgram(
            bytes=9216,
            instructions=len(ones),
            resident=True,
            input_bytes=3072,
            output_bytes=16,
            spill_bytes=0,
        ),
        synthesized=None,
        counters=(EngineCount(name="frames", count=1), EngineCount(name="cycles", count=9812)),
        traffic=EngineTraffic(
            program_read=864,
            weight_read=8352,
            input_read=3072,
            feature_map_read=0,
            feature_map_write=0,
            output_write=16,
        ),
        first_image_cycles=9812,
        timeline=ones,
        layers=describe_layers(ones, FACTS, SIZES.macs_per_cycle),
        losses=describe_losses(ones, 2_443_008, SIZES.macs_per_cycle),
    )
