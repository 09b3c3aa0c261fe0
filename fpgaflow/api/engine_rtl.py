"""A build's program on the engine's RTL: results, counters and cycles, held against both models."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fpgaflow.api.build import Build
from fpgaflow.api.engine_files import EngineFiles, read_engine_files
from fpgaflow.api.images import Data
from fpgaflow.api.layout import PAGE, REPORT
from fpgaflow.api.progress import Progress, Steps, Unwatched
from fpgaflow.backend.cosimulation.verilator import find_verilator
from fpgaflow.backend.engine_rtl.compile import compile_engine, rtl_sources
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.run import RtlRun, program_buffers, run_program
from fpgaflow.backend.engine_rtl.timing import stalled
from fpgaflow.engine.registers import Status
from fpgaflow.errors import InputRefused, VerificationFailed
from fpgaflow.hardware.engine_cycles import predict_run
from fpgaflow.report.build_parts import round_figure
from fpgaflow.report.json import read_json, write_json
from fpgaflow.report.page import write_html
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_engine import EngineCount, EngineRtlRun
from fpgaflow.resources import share_dir

_BY = "RTL simulation"
_REMEDY = "this is an error in the engine or its planner: please report the network"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRtlSimulated:
    """A run of the RTL whose results and counters are those predicted.

    Attributes:
        summary: the report's lines.
        random_images: how many of the images were random pixels.
        report: of the build, with this run in it.
    """

    summary: EngineRtlRun
    random_images: int
    report: Report


def simulate_rtl(
    build: Build,
    images: int | Data = 2,
    *,
    stalls: int | None = None,
    verilator: str | None = None,
    progress: Progress | None = None,
) -> EngineRtlSimulated:
    """Run images on the engine's RTL in Verilator, and hold results and counters against models.

    Without stalls every counter is the planner's, cycles too; with them all but those of cycles.
    The run is kept in the build's report.

    Args:
        build: of the engine's style.
        images: how many (those that the build keeps come first, then random ones), or images.
        stalls: seed of random pauses on all buses; None lets them run freely.
        verilator: its program; by default the one that is found.
        progress: who watches.

    Raises:
        InputRefused: the build is spatial or damaged, or the images do not suit it.
        VerificationFailed: a result or a counter differs, the engine stopped with a status, broke a
            rule of a bus, or hangs.
        ToolMissing: no Verilator or no C++ compiler.
        ToolFailed: one of them failed.
    """
    if build.report.style != "engine":
        raise InputRefused(
            f"{build.folder} is a spatial build: its RTL is what Vitis HLS writes",
            accepted="a build of --style engine",
            remedy="fpgaflow cosim simulates it, once Vitis HLS has run",
        )
    files = read_engine_files(build.folder, build.graph)
    pixels, random = build.pixels(images)
    steps = Steps(progress or Unwatched())
    with steps.step("compile RTL"):
        model = compile_engine(files.program.config, verilator=verilator)
    began = time.perf_counter()
    with steps.step("simulate RTL"), RtlEngine(model) as rtl:
        if stalls is not None:
            rtl.set_timing(stalled(stalls))
        run = run_program(rtl, files.program, files.frames.pack(pixels))
    seconds = time.perf_counter() - began
    with steps.step("compare"):
        _check_results(build, files, pixels, run)
        equal = _check_counters(files, len(pixels), run.counters, stalls)
    summary = EngineRtlRun(
        rtl_sha256=rtl_digest(),
        simulator=find_verilator(verilator).release,
        images=len(pixels),
        mismatches=0,
        stalls=stalls,
        counters=tuple(EngineCount(name=name, count=n) for name, n in run.counters.items()),
        counters_equal=equal,
        cycles_per_image=round(run.counters["cycles"] / len(pixels), 2),
        seconds_per_image=round_figure(seconds / len(pixels)),
    )
    return EngineRtlSimulated(summary=summary, random_images=random, report=_record(build, summary))


def rtl_digest() -> str:
    """Return the SHA-256 of the engine's sources, hexadecimal."""
    digest = hashlib.sha256()
    for path in rtl_sources(share_dir("rtl")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _check_results(
    build: Build, files: EngineFiles, pixels: NDArray[np.uint8], run: RtlRun
) -> None:
    from fpgaflow.api.compare import hold_equal

    if run.status != Status.OK:
        raise VerificationFailed(
            f"{_BY}: the engine stopped with {run.status.name} at row {run.where} of the program",
            remedy=_REMEDY,
        )
    outputs = files.frames.unpack(run.outputs)
    hold_equal(build.graph, pixels, outputs, by=_BY, remedy=_REMEDY)


def _check_counters(
    files: EngineFiles, images: int, found: Mapping[str, int], stalls: int | None
) -> int:
    """Return how many counters are as predicted: all, or with stalls all but those of cycles."""
    places = program_buffers(files.program, images).addresses
    predicted = predict_run(files.program, frames=images, addresses=places).counters
    for name, count in predicted.items():
        if found[name] != count and (stalls is None or not name.startswith("cycles")):
            raise VerificationFailed(
                f"{_BY}: the counter {name} is {found[name]} after {images} images, "
                f"the planner says {count}",
                remedy=_REMEDY,
            )
    return sum(found[name] == count for name, count in predicted.items())


def _record(build: Build, found: EngineRtlRun) -> Report:
    """Write report and page anew, with one run that is free and one with stalls."""
    report = read_json(build.folder / REPORT)
    checks = report.verification
    others = (
        one
        for one in checks.engine_rtl
        if one.rtl_sha256 == found.rtl_sha256 and (one.stalls is None) != (found.stalls is None)
    )
    kept = tuple(sorted((*others, found), key=lambda one: one.stalls is not None))
    report = replace(report, verification=replace(checks, engine_rtl=kept))
    aside = build.folder / f".{REPORT}.new"
    write_json(report, aside)
    aside.replace(build.folder / REPORT)
    write_html(report, build.folder / PAGE)
    return report
