"""From a build to its bitstream: runs Vitis HLS and Vivado stage by stage, and reports on it."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fpgaflow.api.build import Build
from fpgaflow.api.layout import PAGE, REPORT, SYNTHESIS
from fpgaflow.api.progress import Progress, Unwatched
from fpgaflow.backend.manifest import read_manifest
from fpgaflow.backend.synthesis import stamps
from fpgaflow.backend.synthesis.engine_scripts import PACKAGE_SCRIPT
from fpgaflow.backend.synthesis.execution import run_stage
from fpgaflow.backend.synthesis.faults import RESUME, explain
from fpgaflow.backend.synthesis.phases import phase_of
from fpgaflow.backend.synthesis.scripts import HLS_SCRIPT, VIVADO_SCRIPT
from fpgaflow.backend.synthesis.stages import (
    StageCommand,
    StageName,
    engine_stages,
    stage_commands,
    stages_for,
)
from fpgaflow.backend.synthesis.tools import (
    Tool,
    ToolName,
    find_tool,
    missing_tool,
    refuse_missing,
)
from fpgaflow.errors import FpgaflowError, InputRefused, ToolFailed
from fpgaflow.hardware.engine_design import ENGINE
from fpgaflow.report.json import read_json, write_json
from fpgaflow.report.measured import add_measured, read_measured
from fpgaflow.report.measured_rows import timing_line
from fpgaflow.report.page import write_html
from fpgaflow.report.schema import Report

TOOLS: tuple[ToolName, ...] = ("Vitis HLS", "Vivado")


class SynthesisProgress(Progress, Protocol):
    """Someone who watches a synthesis."""

    def note(self, text: str) -> None:
        """What the tool is at within the current step."""
        ...


class _Unwatched(Unwatched):
    def note(self, text: str) -> None:
        """Show nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisPlan:
    """What a synthesis would run.

    Attributes:
        build: whose.
        name: of the design.
        commands: one a stage, in order; programs that are missing by their bare names.
        missing: tools that were not found.
    """

    build: Build
    name: str
    commands: tuple[StageCommand, ...]
    missing: tuple[ToolName, ...]


def plan_synthesis(
    build: Build, *, vitis: str | None = None, vivado: str | None = None, jobs: int = 2
) -> SynthesisPlan:
    """Find the tools and say what would be run; nothing is.

    Args:
        build: from `fpgaflow.load` or `fpgaflow.compile`.
        vitis: the folder of Vitis or Vitis HLS; by default looked for.
        vivado: the folder of Vivado; by default looked for.
        jobs: how many runs Vivado may have side by side.

    Raises:
        InputRefused: a folder holds no such tool, or the build no scripts.
        ToolMissing: a tool is too old.
        ToolFailed: a tool does not say its version.
    """
    folder = build.folder / SYNTHESIS
    engine = build.report.style == "engine"
    for script in (PACKAGE_SCRIPT if engine else HLS_SCRIPT, VIVADO_SCRIPT):
        if not (folder / script).is_file():
            raise InputRefused(
                f"{folder / script} is missing",
                accepted="a build of this version of fpgaflow",
                remedy="compile the network again",
            )
    name = ENGINE if engine else read_manifest(build.project).project
    stages = engine_stages(name) if engine else stages_for(name)
    chosen: dict[ToolName, str | None] = {"Vitis HLS": vitis, "Vivado": vivado}
    tools: dict[ToolName, Tool] = {}
    missing: list[ToolName] = []
    for tool in TOOLS[1:] if engine else TOOLS:
        found = find_tool(tool, chosen[tool])
        if found is None:
            missing.append(tool)
        tools[tool] = found or missing_tool(tool)
    return SynthesisPlan(
        build=build,
        name=name,
        commands=stage_commands(stages, tools, folder.absolute(), jobs),
        missing=tuple(missing),
    )


def synthesize(plan: SynthesisPlan, progress: SynthesisProgress | None = None) -> Report:
    """Run the stages that are not done yet; return the report with what was measured.

    The report is written after each stage, so that an interruption loses one stage at most. The
    .bit and the .hwh come to lie in the build folder. A design that misses its clock is finished
    all the same, with a warning and the verdict in the report.

    Raises:
        ToolMissing: a tool is not there.
        ToolFailed: a stage failed (the message says why and where the log is), another synthesis of
            the same build is at work, or the disk is full.
        DoesNotFit: the device is too small.
        InputRefused: the build's folder cannot be written.
    """
    if plan.missing:
        raise refuse_missing(plan.missing)
    watcher = progress or _Unwatched()
    folder = plan.build.folder / SYNTHESIS
    try:
        with alone(folder) as lock:
            return _run(plan, folder, lock, watcher)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise ToolFailed(
            f"{plan.build.folder} cannot be written: {error.strerror}",
            remedy=f"free some space (a design takes a few GB), {RESUME}",
        ) from error


def _run(plan: SynthesisPlan, folder: Path, lock: int, watcher: SynthesisProgress) -> Report:
    before = report = read_json(plan.build.folder / REPORT)
    done: dict[StageName, str] = {}
    key, again = "", False
    try:
        for command in plan.commands:
            stage = command.stage
            key = stamps.stage_key(stage, command.tool, folder, key)
            if not again and not stamps.is_done(stage, key, folder):
                # What follows was made from something that is gone, and its figures go with it.
                again = True
                report = _record(plan, report, folder, done)
            if again:
                _run_one(command, folder, lock, watcher)
                stamps.remember(stage, key, folder)
            done[stage.name] = command.tool.release
            if again:
                report = _record(plan, report, folder, done)
            if again and stage.name == "impl":
                _warn_of_timing(report, watcher)
        if not again:
            report = _record(plan, report, folder, done)
    except FpgaflowError:
        _show(plan, before, report)
        raise
    _show(plan, before, report)
    return report


def _show(plan: SynthesisPlan, before: Report, now: Report) -> None:
    if now != before:
        write_html(now, plan.build.folder / PAGE)


def _run_one(command: StageCommand, folder: Path, lock: int, watcher: SynthesisProgress) -> None:
    stage = command.stage
    title = f"{stage.title} ({command.tool.name})"
    watcher.begin(title)
    started = time.perf_counter()
    stamps.forget(stage, folder)

    def listen(line: str) -> None:
        phase = phase_of(line)
        if phase is not None:
            watcher.note(phase)

    ended = run_stage(command, listen, lock)
    error = explain(command, ended, stamps.left_out(stage, folder))
    if error is not None:
        raise error
    watcher.end(title, time.perf_counter() - started)


def _record(
    plan: SynthesisPlan, report: Report, folder: Path, done: dict[StageName, str]
) -> Report:
    """Write the report after the stages in `done`; fetch or remove the .bit and the .hwh."""
    build = plan.build.folder
    for suffix in (".bit", ".hwh"):
        target = build / f"{plan.name}{suffix}"
        if "bitstream" in done:
            aside = target.with_name(f".{target.name}.new")
            shutil.copyfile(folder / target.name, aside)
            aside.replace(target)
        else:
            # One of an earlier network or clock would be taken for this one's.
            target.unlink(missing_ok=True)
    found = add_measured(report, read_measured(folder, done), build)
    if found != report:
        aside = build / f".{REPORT}.new"
        write_json(found, aside)
        aside.replace(build / REPORT)
    return found


def _warn_of_timing(report: Report, watcher: SynthesisProgress) -> None:
    placed = None if report.measured is None else report.measured.implementation
    if placed is not None and not placed.timing_met:
        watcher.warn(
            f"{timing_line(placed)}; the bitstream is made, but may compute wrongly: lower the "
            "clock (clock_mhz of a board file of your own) or compile a smaller design"
        )


@contextmanager
def alone(folder: Path) -> Generator[int]:
    """Hold the synthesis folder; yield the lock's file descriptor."""
    try:
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise InputRefused(
            f"{folder} cannot be written: {error.strerror}",
            remedy="copy the build to where you may write",
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ToolFailed(
                f"another synthesis of {folder.parent} is at work",
                remedy="wait for it; where fpgaflow was killed, its Vitis HLS or Vivado may still "
                "run: end that",
            ) from error
        yield lock
    finally:
        os.close(lock)
