"""Compiles the C-simulation of a project: several files at once, then one executable."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

from fpgaflow.backend.children import Job, run_jobs
from fpgaflow.backend.manifest import read_manifest
from fpgaflow.errors import ToolMissing

EXECUTABLE = "csim"
STAMP = "compiled.sha256"

FLAGS = ("-std=c++11", "-O1", "-w", "-fno-strict-aliasing")
"""Optimised, because ap_fixed without it simulates 25 times slower; -O2 compiles an eighth longer
and simulates no faster. Assertions stay on."""


def compile_csim(
    project: Path,
    work: Path,
    *,
    processes: int | None = None,
    file_s: float,
    memory_mb: int,
    progress: Callable[[int, int], None] | None = None,
) -> bool:
    """Compile a project's simulation into `work`, unless that was done there before.

    Args:
        project: a folder that `emit_project` wrote.
        work: an existing folder; objects and the executable go there.
        processes: compilers at once; None is one per core.
        file_s: seconds for one file.
        memory_mb: memory of one compiler, in units of 2^20 bytes.
        progress: told files done and files in all.

    Returns:
        Whether anything was compiled.

    Raises:
        ToolMissing: no C++ compiler.
        ToolFailed: the compiler failed or went over a limit.
    """
    compiler = find_compiler()
    digest = _digest(project, compiler)
    stamp = work / STAMP
    if stamp.is_file() and stamp.read_text() == digest and (work / EXECUTABLE).is_file():
        return False
    stamp.unlink(missing_ok=True)

    def job(label: str, *arguments: str) -> Job:
        return Job(
            label=f"C-simulation: {label}",
            command=(*compiler, *FLAGS, *arguments),
            folder=work,
            total_s=file_s,
            silent_s=file_s,
            memory_mb=memory_mb,
            remedy="see the compiler's messages above; `fpgaflow doctor` checks the compiler",
        )

    sources = _sources(project)
    include = f"-I{project.resolve() / 'firmware' / 'ap_types'}"
    jobs = [
        job(
            f"compiling {source.name}",
            "-DFPGAFLOW_PARTS",
            "-DFPGAFLOW_COUNT",
            include,
            "-c",
            str(source),
            "-o",
            f"{index}.o",
        )
        for index, source in enumerate(sources)
    ]
    done = 0

    def count(_: Job) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, len(jobs) + 1)

    run_jobs(jobs, processes or core_count(), on_done=count)
    objects = [f"{index}.o" for index in range(len(sources))]
    run_jobs([job("linking", *objects, "-o", EXECUTABLE)], 1, on_done=count)
    stamp.write_text(digest)
    return True


def find_compiler() -> tuple[str, ...]:
    """Return the C++ compiler's command: $CXX, which may hold arguments or name ccache, or g++.

    Raises:
        ToolMissing: there is none.
    """
    name, *arguments = shlex.split(os.environ.get("CXX", "")) or ["g++"]
    found = shutil.which(name)
    if found is None:
        raise ToolMissing(
            f"the C++ compiler {name} was not found",
            accepted="g++ 9 or later, on the path or named by the environment variable CXX",
            remedy="install it (Debian and Ubuntu: apt install g++), or compile the network "
            "with --simulate 0",
        )
    return (found, *arguments)


def core_count() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _sources(project: Path) -> list[Path]:
    """Return all files to compile, those that take longest first."""
    root = project.resolve()
    name = read_manifest(project).project
    parts = sorted((root / "csim").glob("part*.cpp"))
    return [root / "firmware" / f"{name}.cpp", *parts, root / f"{name}_test.cpp"]


def _digest(project: Path, compiler: tuple[str, ...]) -> str:
    digest = hashlib.sha256(repr((compiler, FLAGS, str(project.resolve()))).encode())
    for path in sorted(project.rglob("*")):
        if path.suffix in (".cpp", ".h"):
            digest.update(path.relative_to(project).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
