"""Runs the compiled RTL: images through the accelerator's ports, counters from its registers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from fpgaflow.backend.children import Job, run_jobs
from fpgaflow.backend.cosimulation.compile import EXECUTABLE, RTL
from fpgaflow.backend.cosimulation.faults import explain_fault
from fpgaflow.backend.cosimulation.packing import pack_images, unpack_scores
from fpgaflow.errors import VerificationFailed
from fpgaflow.hardware.beats import BeatFormat
from fpgaflow.hardware.registers import CONTROL_WORDS, RegisterMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The accelerator's interfaces.

    Attributes:
        images: how pixels go in.
        scores: how scores come out.
        registers: the inputs and the counters.
    """

    images: BeatFormat
    scores: BeatFormat
    registers: RegisterMap


@dataclass(frozen=True, slots=True, kw_only=True)
class RtlRun:
    """What a run of the RTL gave.

    Attributes:
        scores: the output's integers, int64 [n, *shape].
        counters: by the registers' names, after all images.
        first_output: clock cycles from the first beat in to the first beat out.
        first_image: clock cycles from the first beat in to the last beat out of the first image.
        interval: clock cycles between the last beats of two images, on average; None for one image.
        total: clock cycles from the start to the last beat out.
        simulated: clock cycles in all, with those for reading the registers.
        seconds: of wall-clock time that the program took.
    """

    scores: NDArray[np.int64]
    counters: Mapping[str, int]
    first_output: int
    first_image: int
    interval: float | None
    total: int
    simulated: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """When a run is given up.

    Attributes:
        silent_cycles: clock cycles in which no beat moves.
        image_s: seconds of wall-clock time for an image.
        memory_mb: memory of the program, in units of 2^20 bytes.
    """

    silent_cycles: int
    image_s: float
    memory_mb: int


def run_rtl(
    work: Path,
    ports: Ports,
    images: NDArray[np.uint8],
    *,
    limits: RunLimits,
    stalls: int | None = None,
    plusargs: tuple[str, ...] = (),
    on_line: Callable[[str], None],
    progress: Callable[[int, int], None] | None = None,
) -> RtlRun:
    """Send images through the RTL that was compiled in `work`, all in one run.

    Args:
        work: where `compile_rtl` left its program.
        ports: of the design.
        images: uint8 [n, *input shape], at least one.
        limits: when to give up.
        stalls: seed of random pauses of both streams; None lets them run.
        plusargs: handed to the simulation, for RTL that looks at them (`$test$plusargs`).
        on_line: told each line that the program writes.
        progress: told images done and images in all.

    Raises:
        VerificationFailed: the design hangs, breaks the streams' protocol, or its registers do not
            answer.
        ToolFailed: the program failed or went over a limit.
    """
    folder = work / RTL
    (folder / "images.bin").write_bytes(pack_images(images, ports.images))
    (folder / "run.txt").write_text(_order(ports, len(images), limits, stalls))
    for name in ("result.txt", "scores.bin"):
        (folder / name).unlink(missing_ok=True)

    def listen(_: Job, line: str) -> None:
        on_line(line)
        word, number = (*line.split(), "", "")[:2]
        if word == "image" and number.isdecimal() and progress is not None:
            progress(int(number), len(images))

    job = Job(
        label="RTL simulation: running",
        command=("../" + EXECUTABLE, *(f"+{one}" for one in plusargs)),
        folder=folder,
        total_s=limits.image_s * (len(images) + 1),
        silent_s=limits.image_s,
        memory_mb=limits.memory_mb,
        remedy="simulate fewer images, or allow more time with --time-limit",
    )
    started = time.perf_counter()
    run_jobs([job], 1, on_line=listen)
    seconds = time.perf_counter() - started
    return _result(folder, ports, len(images), seconds)


def _order(ports: Ports, images: int, limits: RunLimits, stalls: int | None) -> str:
    """Return what the bench reads; a seed of 0 would mean no pauses to it."""
    registers = ports.registers
    numbers = {
        "images": images,
        "beat_bytes": ports.images.beat_bits // 8,
        "beats_out": ports.scores.beats_per_image,
        "silent_cycles": limits.silent_cycles,
        "stalls": 0 if stalls is None else stalls + 1,
        "control": CONTROL_WORDS[0].offset,
        "frames": registers["frames"].offset,
        "clear": registers["clear"].offset,
    }
    lines = [f"{name} {number}" for name, number in numbers.items()]
    lines += [f"counter {one.offset}" for one in registers.counters]
    return "\n".join(lines) + "\n"


def _result(folder: Path, ports: Ports, images: int, seconds: float) -> RtlRun:
    rows = [line.split() for line in (folder / "result.txt").read_text().splitlines()]
    for row in rows:
        if row[0] == "fault":
            raise explain_fault(row[1], tuple(row[2:]), ports.images, ports.scores, images)
    one = {row[0]: int(row[1]) for row in rows}
    ends = [int(row[1]) for row in rows if row[0] == "end"]
    counts = [int(row[1]) for row in rows if row[0] == "counter"]
    scores, clean = unpack_scores((folder / "scores.bin").read_bytes(), ports.scores)
    if not clean.all():
        raise VerificationFailed(
            f"RTL simulation: the beats of image {int(np.argmin(clean))} hold more than its "
            "scores: their last bytes are not 0",
            accepted="zeros behind an image's last score",
        )
    names = (register.name for register in ports.registers.counters)
    return RtlRun(
        scores=scores,
        counters=MappingProxyType(dict(zip(names, counts, strict=True))),
        first_output=one["first_out"] - one["first_in"],
        first_image=ends[0] - one["first_in"],
        interval=(ends[-1] - ends[0]) / (images - 1) if images > 1 else None,
        total=ends[-1] - one["start"],
        simulated=one["cycles"],
        seconds=seconds,
    )
