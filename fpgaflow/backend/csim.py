"""C-simulation: compiles a project's C++ and runs it on images, all in processes of their own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from fpgaflow.backend.csim_compile import compile_csim
from fpgaflow.backend.csim_run import run_csim
from fpgaflow.backend.manifest import Manifest, Port, read_manifest
from fpgaflow.errors import InputRefused, ToolFailed
from fpgaflow.ir.arithmetic import Integers

Progress = Callable[[str, int, int], None]
"""Told the step ("compile" or "simulate"), how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsimLimits:
    """What a C-simulation may take.

    Attributes:
        compile_s: seconds to compile one file.
        image_s: seconds to simulate one image.
        total_s: seconds to simulate all images.
        memory_mb: memory of each process, in units of 2^20 bytes.
    """

    compile_s: float = 1800
    image_s: float = 600
    total_s: float = 24 * 3600
    memory_mb: int = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class CsimResult:
    """What the simulated hardware computed.

    Attributes:
        outputs: integers of each output, [images, *shape], by node name.
        traced: integers of each node's value, where a trace was asked for; by node name, in the
            order of the data.
        images: how many were simulated.
        compile_s: seconds that compiling took; 0 when there was nothing to compile.
        seconds_per_image: of one process, on average.
        counters: the accelerator's registers after all images, by name; empty where the network
            was simulated alone.
        accesses: what each layer was seen to move on the chip, access by access; by the names of
            the registers that must show the same.
        beat_bits: width of the accelerator's streams; None where the network was simulated alone.
    """

    outputs: Mapping[str, Integers]
    traced: Mapping[str, Integers]
    images: int
    compile_s: float
    seconds_per_image: float
    counters: Mapping[str, int] = field(default_factory=dict[str, int])
    accesses: Mapping[str, int] = field(default_factory=dict[str, int])
    beat_bits: int | None = None


DEFAULT_LIMITS = CsimLimits()


def simulate(
    project: Path,
    images: NDArray[np.uint8],
    *,
    trace: bool = False,
    work: Path | None = None,
    processes: int | None = None,
    limits: CsimLimits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> CsimResult:
    """Compile a project, unless that was done before, and simulate it.

    Args:
        project: a folder that `emit_project` wrote; nothing in it is changed.
        images: raw pixels, uint8 [n, *input shape].
        trace: also return the value of every node that the design computes.
        work: folder for what is compiled; kept, and used again when it has been compiled there
            before. None compiles in a temporary folder.
        processes: how many at once; None is one per core.
        limits: time and memory.
        progress: told how far it is.

    Raises:
        InputRefused: the folder holds no project, or the images do not fit it.
        ToolMissing: no C++ compiler.
        ToolFailed: the compiler or the simulation failed, crashed, or went over a limit.
    """
    manifest = read_manifest(project)
    check_images(manifest, images)
    with _work_folder(work) as folder:
        started = time.monotonic()
        compiled = compile_csim(
            project,
            folder,
            processes=processes,
            file_s=limits.compile_s,
            memory_mb=limits.memory_mb,
            progress=None if progress is None else _step(progress, "compile"),
        )
        compile_s = time.monotonic() - started if compiled else 0.0
        raw = run_csim(
            project,
            folder,
            images,
            trace=trace,
            processes=processes,
            image_s=limits.image_s,
            total_s=limits.total_s,
            memory_mb=limits.memory_mb,
            progress=None if progress is None else _step(progress, "simulate"),
        )
    traced = manifest.traced if trace else ()
    return CsimResult(
        outputs=_split(raw.outputs, tuple((port,) for port in manifest.outputs), len(images)),
        traced=_split(raw.trace, traced, len(images)),
        counters=_counters(manifest, raw.counters),
        accesses=_accesses(manifest, raw.counters),
        beat_bits=manifest.beat_bits,
        images=len(images),
        compile_s=compile_s,
        seconds_per_image=raw.seconds / max(len(images), 1),
    )


def check_images(manifest: Manifest, images: NDArray[np.uint8]) -> None:
    """Refuse images that the project cannot take.

    Raises:
        InputRefused: of another type or shape than the project's input.
    """
    shape = manifest.input.shape
    if images.dtype != np.uint8 or images.shape[1:] != shape or not images.size:
        raise InputRefused(
            f"images of type {images.dtype} and shape {list(images.shape)}",
            accepted=f"uint8 [n, {', '.join(map(str, shape))}], at least one image",
        )


def _step(progress: Progress, step: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(step, done, total)


@contextmanager
def _work_folder(work: Path | None) -> Generator[Path]:
    if work is not None:
        work.mkdir(parents=True, exist_ok=True)
        yield work
        return
    with tempfile.TemporaryDirectory(prefix="fpgaflow-csim-") as folder:
        yield Path(folder)


def _counters(manifest: Manifest, numbers: Integers) -> Mapping[str, int]:
    return MappingProxyType(dict(zip(manifest.counters, numbers.tolist(), strict=False)))


def _accesses(manifest: Manifest, numbers: Integers) -> Mapping[str, int]:
    names = [name for layer in manifest.accesses for name in layer]
    counts = numbers[len(manifest.counters) :].tolist()
    if len(names) != len(counts):
        raise ToolFailed(
            f"C-simulation: {len(counts)} accesses were counted, the manifest names {len(names)}",
            remedy="compile the network again",
        )
    unnamed = [count for name, count in zip(names, counts, strict=True) if name is None]
    assert not any(unnamed), "a layer without weights reads weights"
    return MappingProxyType(
        {name: count for name, count in zip(names, counts, strict=True) if name is not None}
    )


def _split(
    raw: Integers, groups: tuple[tuple[Port, ...], ...], images: int
) -> Mapping[str, Integers]:
    """Cut the numbers of each image into the values that they are."""
    rows = raw.reshape(images, -1) if groups else raw.reshape(0, 0)
    values: dict[str, Integers] = {}
    start = 0
    for ports in groups:
        stop = start + ports[0].numbers
        for port in ports:
            values[port.name] = rows[:, start:stop].reshape(images, *port.shape)
        start = stop
    assert start == rows.shape[1], "the simulation wrote more than its manifest says"
    return MappingProxyType(values)
