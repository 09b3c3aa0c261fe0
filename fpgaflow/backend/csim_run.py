"""Runs a compiled C-simulation on images, spread over the cores."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaflow.backend.children import Job, run_jobs
from fpgaflow.backend.csim_compile import EXECUTABLE, core_count
from fpgaflow.errors import ToolFailed
from fpgaflow.ir.arithmetic import Integers

IMAGES_AT_ONCE = 2
"""The test bench of an accelerator sends so many images in one run."""

LABEL = "C-simulation: running the design"
REMEDY = "this is an error in the generated design: please report the network"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawResult:
    """Numbers as the test bench wrote them.

    Attributes:
        outputs: of all images, one after the other.
        trace: likewise; empty when there was no trace.
        counters: the accelerator's registers and then what the simulation counted by itself, three
            for each layer; summed over the processes.
        seconds: that the design itself computed, summed over the images.
    """

    outputs: Integers
    trace: Integers
    counters: Integers
    seconds: float


def run_csim(
    project: Path,
    work: Path,
    images: NDArray[np.uint8],
    *,
    trace: bool = False,
    processes: int | None = None,
    image_s: float,
    total_s: float,
    memory_mb: int,
    progress: Callable[[int, int], None] | None = None,
) -> RawResult:
    """Run the executable in `work` on images.

    Args:
        project: the project that was compiled; its weights are read.
        work: where `compile_csim` put the executable.
        images: uint8 [n, ...].
        trace: also collect the values of all nodes.
        processes: how many at once; None is one per core.
        image_s: seconds for one image.
        total_s: seconds for all.
        memory_mb: memory of one process, in units of 2^20 bytes.
        progress: told images done and images in all.

    Raises:
        ToolFailed: the simulation crashed, misused a stream, or went over a limit.
    """
    parts = np.array_split(images, max(1, min(processes or core_count(), len(images))))
    listener = _Listener(len(images), progress)
    weights = project.resolve() / "firmware" / "weights"
    with tempfile.TemporaryDirectory(prefix="run-", dir=work) as name:
        folder = Path(name)
        jobs: list[Job] = []
        for index, part in enumerate(parts):
            part.astype("<i8").tofile(folder / f"images{index}")
            command = [str(work.resolve() / EXECUTABLE), "--weights", str(weights)]
            command += ["--images", f"images{index}", "--outputs", f"outputs{index}"]
            command += ["--counters", f"counters{index}"]
            command += ["--trace", f"trace{index}"] if trace else []
            jobs.append(
                Job(
                    label=LABEL,
                    command=tuple(command),
                    folder=folder,
                    total_s=total_s,
                    silent_s=IMAGES_AT_ONCE * image_s,
                    memory_mb=memory_mb,
                    remedy=REMEDY,
                )
            )
        run_jobs(jobs, len(jobs), on_line=listener.hear)
        count = range(len(jobs))
        return RawResult(
            outputs=_read(folder, [f"outputs{i}" for i in count]),
            trace=_read(folder, [f"trace{i}" for i in count if trace]),
            counters=sum(
                (_read(folder, [f"counters{i}"]) for i in count), start=np.zeros(1, np.int64)
            ),
            seconds=listener.seconds,
        )


def refuse_misuse(line: str) -> None:
    """Refuse a line that tells of a stream that was read empty or left full.

    Raises:
        ToolFailed: with the line.
    """
    if "Hls::stream" in line:
        raise ToolFailed(f"C-simulation: a stage read or wrote too much: {line}", remedy=REMEDY)


class _Listener:
    """Follows what the test benches write.

    Attributes:
        seconds: that the design computed so far.
    """

    def __init__(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        self.seconds = 0.0
        self._done = 0
        self._total = total
        self._progress = progress

    def hear(self, _: Job, line: str) -> None:
        """Count an image; refuse a misused stream."""
        refuse_misuse(line)
        image = re.fullmatch(r"image \d+ ([\d.]+)", line)
        if image is not None:
            self.seconds += float(image[1])
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._total)


def _read(folder: Path, names: list[str]) -> Integers:
    arrays = [np.fromfile(folder / name, "<i8").astype(np.int64) for name in names]
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
