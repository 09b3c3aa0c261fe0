"""Simulation of the RTL that Vitis HLS made of a build, held against interpreter and models."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from fpgaflow.api.build import Build
from fpgaflow.api.cosim_check import check_rtl_counters, check_scores
from fpgaflow.api.images import Data, fit_images, pixels_for, read_images
from fpgaflow.api.layout import PAGE, REPORT, SYNTHESIS
from fpgaflow.api.progress import Progress, Steps, Unwatched
from fpgaflow.api.simulation import Simulator, work_folder
from fpgaflow.api.stored_images import stored_images
from fpgaflow.api.synthesis import alone
from fpgaflow.backend.cosimulation.compile import compile_rtl
from fpgaflow.backend.cosimulation.interface import check_ports, check_registers
from fpgaflow.backend.cosimulation.rtl import Rtl, find_rtl
from fpgaflow.backend.cosimulation.run import Ports, RtlRun, RunLimits, run_rtl
from fpgaflow.backend.cosimulation.verilator import Verilator, find_verilator
from fpgaflow.backend.csim import DEFAULT_LIMITS, CsimLimits
from fpgaflow.backend.manifest import read_manifest
from fpgaflow.backend.synthesis.execution import LOGS
from fpgaflow.errors import InputRefused, ToolFailed
from fpgaflow.hardware.beats import image_beats, score_beats
from fpgaflow.hardware.counters import graph_registers
from fpgaflow.report.build_parts import round_figure
from fpgaflow.report.counters_build import make_reading
from fpgaflow.report.json import read_json, write_json
from fpgaflow.report.page import write_html
from fpgaflow.report.rtl_build import add_rtl
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_rtl import RtlSimulation

LOG = "cosim.log"
"""What Verilator, the compiler and the simulation wrote, in the logs of the synthesis folder."""

_SLOWER, _LEAST_CYCLES = 20, 100_000
"""A design counts as hanging when no beat moves for so many times its modelled interval, or for so
many clock cycles where that is longer: filling the pipeline takes several intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CosimOptions:
    """How the RTL is simulated.

    Attributes:
        rtl: a folder of Verilog; by default the one that `fpgaflow synthesize` left in the build.
        stalls: seed of random pauses of both streams, 0 or more; None lets them run freely.
        verilator: its program; by default looked for.
        timeout_cycles: clock cycles without a beat after which the design hangs; by default chosen
            from the model.
        limits: on time and memory.
        work: folder where the compiled simulation is kept for the next time.
        plusargs: handed to the simulation, for RTL that looks at them.
    """

    rtl: Path | None = None
    stalls: int | None = None
    verilator: str | None = None
    timeout_cycles: int | None = None
    limits: CsimLimits = DEFAULT_LIMITS
    work: Path | None = None
    plusargs: tuple[str, ...] = ()


DEFAULT_OPTIONS = CosimOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosimulation:
    """A simulation of RTL whose integers and counters are all as they must be.

    Attributes:
        run: what it gave.
        random_images: how many of the images were random pixels.
        summary: the report's lines.
        report: the build's report with them.
    """

    run: RtlRun
    random_images: int
    summary: RtlSimulation
    report: Report


def cosimulate(
    build: Build,
    images: int | Data = 3,
    options: CosimOptions = DEFAULT_OPTIONS,
    progress: Progress | None = None,
) -> Cosimulation:
    """Simulate the RTL of a build in Verilator; write what it shows into the report.

    Args:
        build: from `fpgaflow.load` or `fpgaflow.compile`.
        images: how many (those that the build keeps come first, then random ones), or images.
        options: how.
        progress: who watches.

    Raises:
        InputRefused: there is no RTL, it is not this build's, or the images do not suit.
        ToolMissing: no Verilator or C++ compiler.
        ToolFailed: a program failed or went over a limit; the log is named.
        VerificationFailed: an integer, a counter or a register differs, the design hangs, or it
            breaks the streams' protocol.
    """
    ports = _ports(build)
    measured = build.report.measured
    tool = None if measured is None or measured.hls is None else measured.hls.tool
    rtl = find_rtl(build.folder / SYNTHESIS, options.rtl, tool)
    check_ports(rtl, ports.images.beat_bits)
    check_registers(rtl, ports.registers)
    verilator = find_verilator(options.verilator)
    pixels, random = _pixels(build, images)
    bench = _Bench(build=build, rtl=rtl, verilator=verilator, ports=ports, options=options)
    steps = Steps(progress or Unwatched())
    run = _simulate(bench, pixels, steps)
    with steps.step("compare RTL"):
        check_scores(build.graph, pixels, run)
        check_rtl_counters(build.graph, ports.images.beat_bits, run, len(pixels))
    summary = _summary(bench, run, len(pixels))
    report = _record(build, summary, steps.progress)
    return Cosimulation(run=run, random_images=random, summary=summary, report=report)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """A build's RTL and all that its simulation needs."""

    build: Build
    rtl: Rtl
    verilator: Verilator
    ports: Ports
    options: CosimOptions


def _ports(build: Build) -> Ports:
    if build.report.style == "engine":
        raise InputRefused(
            f"{build.folder} is a program for the engine, which no high-level synthesis makes",
            accepted="a build of the spatial style",
            remedy="fpgaflow simulate --rtl runs it on the engine's RTL",
        )
    beat_bits = read_manifest(build.project).beat_bits
    if beat_bits is None:
        raise InputRefused(
            f"{build.folder} has no accelerator around its network: streams of beats cannot carry "
            "its scores",
            accepted="a network with one output of at most 32 bits",
        )
    return Ports(
        images=image_beats(build.graph, beat_bits),
        scores=score_beats(build.graph, beat_bits),
        registers=graph_registers(build.graph),
    )


def _pixels(build: Build, images: int | Data) -> tuple[NDArray[np.uint8], int]:
    if isinstance(images, int):
        simulator = Simulator(graph=build.graph, project=build.project)
        return simulator.pixels(stored_images(build.folder), images)
    return pixels_for(fit_images(read_images(images), build.graph), build.graph), 0


def _simulate(bench: _Bench, pixels: NDArray[np.uint8], steps: Steps) -> RtlRun:
    build, options = bench.build, bench.options
    limits = options.limits
    slow = max(_LEAST_CYCLES, _SLOWER * build.report.performance.cycles_per_image)
    with ExitStack() as stack:
        work = stack.enter_context(work_folder(options.work))
        write = stack.enter_context(_log(build.folder / SYNTHESIS / LOGS / LOG))
        with steps.step("compile RTL"):
            compile_rtl(
                bench.rtl,
                bench.verilator,
                work,
                file_s=limits.compile_s,
                memory_mb=limits.memory_mb,
                on_line=write,
                progress=steps.progress.update,
            )
        with steps.step("simulate RTL"):
            return run_rtl(
                work,
                bench.ports,
                pixels,
                limits=RunLimits(
                    silent_cycles=options.timeout_cycles or slow,
                    image_s=limits.image_s,
                    memory_mb=limits.memory_mb,
                ),
                stalls=options.stalls,
                plusargs=options.plusargs,
                on_line=write,
                progress=steps.progress.update,
            )


@contextmanager
def _log(path: Path) -> Generator[Callable[[str], None]]:
    """Keep what programs write; name the file where one fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be written: {error.strerror}",
            remedy="copy the build to where you may write",
        ) from error
    with file:
        try:
            yield lambda line: _write(file, line)
        except ToolFailed as error:
            raise ToolFailed(
                error.found,
                accepted=error.accepted,
                remedy=f"all that was written is in {path}; {error.remedy}",
            ) from error


def _write(file: TextIO, line: str) -> None:
    file.write(f"{line}\n")
    file.flush()


def _summary(bench: _Bench, run: RtlRun, images: int) -> RtlSimulation:
    report = bench.build.report
    counters = make_reading(
        bench.build.graph, run.counters, by="RTL simulation", images=images, source="simulated"
    )
    return RtlSimulation(
        rtl=bench.rtl.tool,
        rtl_sha256=bench.rtl.sha256,
        from_build=bench.rtl.stamped,
        simulator=bench.verilator.release,
        images=images,
        mismatches=0,
        counters=counters,
        stalls=bench.options.stalls,
        first_output_cycles=run.first_output,
        first_image_cycles=run.first_image,
        interval_cycles=None if run.interval is None else round(run.interval, 2),
        modelled_first_image_cycles=(
            None if report.pipeline is None else report.pipeline.latency_cycles
        ),
        modelled_interval_cycles=report.performance.cycles_per_image,
        cycles=run.simulated,
        seconds_per_image=round_figure(run.seconds / images),
    )


def _record(build: Build, found: RtlSimulation, watcher: Progress) -> Report:
    """Write report and page; a synthesis that is at work writes them itself, from what it knows."""
    try:
        with alone(build.folder / SYNTHESIS):
            report = add_rtl(read_json(build.folder / REPORT), found)
            aside = build.folder / f".{REPORT}.new"
            write_json(report, aside)
            aside.replace(build.folder / REPORT)
            write_html(report, build.folder / PAGE)
    except ToolFailed as error:
        watcher.warn(f"the report stays as it is: {error.found}")
        return add_rtl(build.report, found)
    return report
