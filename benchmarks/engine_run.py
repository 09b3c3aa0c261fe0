"""Runs a network's images on the engine's RTL, and holds everything against the prediction."""

from __future__ import annotations

import time

import click
import numpy as np
from engine_rows import RtlRow
from numpy.typing import NDArray

from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.backend.engine_rtl.compile import compile_engine
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.run import program_buffers, run_program
from fpgaflow.backend.engine_rtl.timing import MemoryTiming, limited_by, stalled
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.registers import Status
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.engine_cycles import predict_run
from fpgaflow.interpret.numpy_engine import run
from fpgaflow.ir.graph import Graph


def run_on_rtl(
    title: str, graph: Graph, config: EngineConfig, images: NDArray[np.uint8], board: Board
) -> list[RtlRow]:
    """Return a row for each kind of memory.

    Raises:
        click.ClickException: an integer or a counter differs.
    """
    compiled = compile_for_engine(graph, config)
    frames = compiled.frame.pack(images)
    expected = run(graph, images, "outputs")
    addresses = program_buffers(compiled.program, len(images)).addresses
    predicted = predict_run(compiled.program, frames=len(images), addresses=addresses).counters
    bandwidth = limited_by(board.ddr_gb_per_s, 100.0)
    memories = {
        "no stalls": MemoryTiming(),
        f"{board.ddr_gb_per_s:g} GB/s": bandwidth,
        "random pauses": stalled(1),
    }
    rows: list[RtlRow] = []
    with RtlEngine(compile_engine(config)) as rtl:
        for memory, timing in memories.items():
            rtl.set_timing(timing)
            begin = time.perf_counter()
            found = run_program(rtl, compiled.program, frames)
            seconds = time.perf_counter() - begin
            values = compiled.frame.unpack(found.outputs)
            if found.status is not Status.OK or any(
                not np.array_equal(values[name], expected[name]) for name in values
            ):
                raise click.ClickException(f"{title}: an integer differs, memory: {memory}")
            held = [
                name
                for name in predicted
                if timing == MemoryTiming() or not name.startswith("cycles")
            ]
            wrong = [name for name in held if found.counters[name] != predicted[name]]
            if wrong:
                raise click.ClickException(f"{title}: other counters than predicted: {wrong}")
            cycles = found.counters["cycles"]
            rows.append(
                RtlRow(
                    network=title,
                    memory=memory,
                    images=len(images),
                    cycles_per_image=cycles / len(images),
                    waiting=found.counters["cycles_wait_program"] / cycles,
                    counters_equal=len(held),
                    cycles_per_second=found.cycles / seconds,
                )
            )
            click.echo(f"{title}, {memory}: {cycles:,} cycles in {seconds:.0f} s", err=True)
    return rows
