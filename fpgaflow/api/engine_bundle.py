"""What an engine's bundle holds: a program, how its frames lie in memory, and the usual rest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaflow.api.bundle_contents import (
    ENGINE_NOTEBOOKS,
    board_entry,
    graph_files,
    notebook_files,
    npy,
    runtime_files,
    stream_format,
    window_entry,
)
from fpgaflow.api.bundle_file import file_entries
from fpgaflow.api.evaluate import run_fixed
from fpgaflow.api.layout import FRAMES, PROGRAM
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.counters import count
from fpgaflow.engine.frames import FrameLayout
from fpgaflow.engine.program import Operation, Program, operation_rows
from fpgaflow.engine.registers import COUNTERS, VERSION
from fpgaflow.hardware.beats import image_beats, score_beats
from fpgaflow.hardware.block_design import ACCELERATOR
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.engine_design import ENGINE, PORT_BITS, engine_design
from fpgaflow.hardware.engine_registers import counter_register, engine_registers
from fpgaflow.hardware.hwh import make_hwh
from fpgaflow.ir.graph import Graph
from fpgaflow.runtime.bundle import GOLDEN_IMAGES, GOLDEN_LABELS, GOLDEN_SCORES
from fpgaflow.runtime.description import check_description, read_description
from fpgaflow.runtime.manifest import EngineEntry, LayerRows, Manifest, RegisterEntry
from fpgaflow.version import __version__

BITSTREAM, DESCRIPTION = f"{ENGINE}.bit", f"{ENGINE}.hwh"
_SEVERAL = 9
"""Images of the run in which a prediction shows whether it grows evenly."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EngineParts:
    """What an engine's bundle is made from.

    Attributes:
        graph: the fixed-point network.
        board: what it runs on; the program is for its engine.
        program: the network for the engine.
        frames: how images and scores lie in memory.
        clock_mhz: the clock that was asked for.
        cycles_per_image: as planned.
        images: uint8 [n, *input shape], whose scores become the golden ones.
        labels: what they show, int64 [n]; None where it is not known.
        class_names: one for each score; empty where they are not known.
        hardware: bitstream and hardware description of Vivado's, or None before synthesis.
        more: other files, by path.
    """

    graph: Graph
    board: Board
    program: Program
    frames: FrameLayout
    clock_mhz: float
    cycles_per_image: int
    images: NDArray[np.uint8]
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()
    hardware: tuple[bytes, bytes] | None = None
    more: Mapping[str, bytes]


def assemble_engine(parts: EngineParts) -> tuple[Manifest, dict[str, bytes]]:
    """Return a bundle's manifest and its other files, by path.

    Raises:
        InputRefused: the board has no engine, or a score is wider than 32 bits.
        DeviceFailed: Vivado's description is not of this board's engine.
    """
    graph, program = parts.graph, parts.program
    design = engine_design(parts.board, parts.clock_mhz)
    assert program.config == parts.board.engine, "a program for another engine"
    scores = run_fixed(graph, parts.images)[graph.outputs[0]]
    files = dict(parts.more) | graph_files(graph) | runtime_files()
    files |= notebook_files(ENGINE_NOTEBOOKS)
    files[GOLDEN_IMAGES] = npy(parts.images)
    files[GOLDEN_SCORES] = npy(scores.astype("<i8"))
    if parts.labels is not None:
        files[GOLDEN_LABELS] = npy(parts.labels.astype("<i8"))
    files[PROGRAM] = program.to_bytes()
    files[FRAMES] = (json.dumps(parts.frames.to_json(), indent=1) + "\n").encode()
    if parts.hardware is None:
        files[DESCRIPTION] = make_hwh(design, engine_registers()).encode()
    else:
        files[BITSTREAM], files[DESCRIPTION] = parts.hardware
    per_image, per_run = _predict(program)
    manifest = Manifest(
        name=graph.name,
        fpgaflow=__version__,
        board=board_entry(parts.board),
        clock_mhz=design.clock_mhz,
        cycles_per_image=parts.cycles_per_image,
        dma=None,
        dma_length_bits=0,
        accelerator=window_entry(design, ACCELERATOR),
        accelerator_type=design.accelerator_vlnv,
        registers=_registers(),
        images=stream_format(image_beats(graph, PORT_BITS)),
        scores=stream_format(score_beats(graph, PORT_BITS)),
        per_image=per_image,
        class_names=parts.class_names,
        bitstream=None if parts.hardware is None else BITSTREAM,
        description=DESCRIPTION,
        description_source="generated" if parts.hardware is None else "vivado",
        golden_images=len(parts.images),
        files=file_entries(files),
        engine=_engine(program, per_run),
    )
    check_description(manifest, read_description(files[DESCRIPTION], DESCRIPTION), DESCRIPTION)
    return manifest, files


def _engine(program: Program, per_run: Mapping[str, int]) -> EngineEntry:
    config = program.config
    return EngineEntry(
        version=VERSION,
        lanes_k=config.lanes_k,
        lanes_o=config.lanes_o,
        lanes_p=config.lanes_p,
        act_lines=config.act_lines,
        w_rows=config.w_rows,
        program=PROGRAM,
        frames=FRAMES,
        input_bytes=program.input_bytes,
        output_bytes=program.output_bytes,
        spill_bytes=program.spill_bytes,
        per_run=per_run,
        layers=layer_rows(config, program.operations),
    )


def layer_rows(config: EngineConfig, operations: tuple[Operation, ...]) -> tuple[LayerRows, ...]:
    """Return where each layer begins in a program's block, the header's rows included."""
    found: list[LayerRows] = []
    row = config.instruction_rows
    for one in operations:
        if not found or found[-1].layer != one.layer:
            found.append(LayerRows(row=row, layer=one.layer))
        row += operation_rows(config, one.instruction)
    return tuple(found)


def _predict(program: Program) -> tuple[dict[str, int], dict[str, int]]:
    """Return what each image, and what each run, adds to the counters, by register.

    Bursts are cut where memory's addresses are multiples of 128, so images whose size is none add
    now one more, now one less: such a counter is left out, as are those of cycles.
    """
    runs = (count(program, frames=frames) for frames in (1, 2, _SEVERAL))
    one, two, several = (Counter(run) for run in runs)
    per_image: dict[str, int] = {}
    per_run: dict[str, int] = {}
    for name in COUNTERS:
        image = two[name] - one[name]
        run = one[name] - image
        if not name.startswith("cycles") and several[name] == run + _SEVERAL * image:
            per_image[counter_register(name)], per_run[counter_register(name)] = image, run
    return per_image, {name: value for name, value in per_run.items() if value}


def _registers() -> tuple[RegisterEntry, ...]:
    return tuple(
        RegisterEntry(
            name=one.name,
            offset=one.offset,
            bits=one.bits,
            direction=one.direction,
            unit=one.unit,
            layer=None,
        )
        for one in engine_registers().registers
    )
