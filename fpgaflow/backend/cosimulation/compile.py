"""Makes a program of the RTL: Verilator writes C++ of it, which is compiled with our bench."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from fpgaflow.backend.children import Job, run_jobs
from fpgaflow.backend.cosimulation.rtl import Rtl, copy_rtl
from fpgaflow.backend.cosimulation.verilator import Verilator
from fpgaflow.backend.csim_compile import core_count, find_compiler
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.block_design import TOP
from fpgaflow.resources import share_dir

EXECUTABLE = "rtl_simulation"
RTL = "cosim-rtl"
"""The folder of the copied Verilog; the program runs in it, so that it finds the .dat files."""
_STAMP = "compiled.sha256"
_MODEL = "cosim-model"
_PREFIX = "Vtop"

# Registers that nothing sets start at 0, as an FPGA's configuration leaves them. Delays such as
# `#0` in the RTL's initial blocks have no meaning for a synchronous design.
_VERILATE = (
    *("--cc", "--no-timing", "--x-assign", "fast", "--x-initial", "fast"),
    *("-Wno-fatal", "-Wno-lint", "-Wno-style", "-Wno-STMTDLY", "-Wno-TIMESCALEMOD"),
    *("-O3", "--output-split", "20000", "--prefix", _PREFIX, "--top-module", TOP),
)
_DEFINES = ("COVERAGE", "SC", "TIMING", "TRACE", "TRACE_FST", "TRACE_SAIF", "TRACE_VCD")
_FLAGS = (
    *("-std=gnu++17", "-w", "-fno-strict-aliasing", "-pthread", "-DVERILATOR=1"),
    *(f"-DVM_{name}=0" for name in _DEFINES),
)
_RUNTIME = ("verilated.cpp", "verilated_threads.cpp")

Listen = Callable[[str], None]


def compile_rtl(
    rtl: Rtl,
    verilator: Verilator,
    work: Path,
    *,
    file_s: float,
    memory_mb: int,
    on_line: Listen,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Compile the RTL into `work`, unless that was done there before.

    Args:
        rtl: the Verilog.
        verilator: who reads it.
        work: an existing folder; everything goes there.
        file_s: seconds for Verilator, and for compiling one file of C++.
        memory_mb: memory of one program, in units of 2^20 bytes.
        on_line: told each line that a program writes.
        progress: told files done and files in all.

    Raises:
        ToolMissing: no C++ compiler.
        ToolFailed: Verilator or the compiler failed, or went over a limit.
        InputRefused: a file that a memory is filled from is not there, or the Verilog lies where
            its copy goes.
    """
    if (work / RTL).resolve() == rtl.folder.resolve():
        raise InputRefused(
            f"the Verilog lies in {rtl.folder}, where its copy goes",
            remedy="name another folder with --work",
        )
    compiler = find_compiler()
    digest = _digest(rtl, verilator, compiler)
    stamp = work / _STAMP
    if stamp.is_file() and stamp.read_text() == digest and (work / EXECUTABLE).is_file():
        return
    stamp.unlink(missing_ok=True)
    for name in (RTL, _MODEL):
        shutil.rmtree(work / name, ignore_errors=True)
    copy_rtl(rtl, work / RTL)

    def job(label: str, *command: str, folder: Path = work) -> Job:
        return Job(
            label=f"RTL simulation: {label}",
            command=command,
            folder=folder,
            total_s=file_s,
            silent_s=file_s,
            memory_mb=memory_mb,
            remedy="see the messages above; `fpgaflow doctor` checks the tools",
        )

    def run(jobs: list[Job], at_once: int) -> None:
        run_jobs(jobs, at_once, on_line=lambda _, line: on_line(line), on_done=count)

    done, total = 0, 1

    def count(_: Job) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    verilate = verilator.command(*_VERILATE, "--Mdir", f"../{_MODEL}", *rtl.sources)
    run([job("reading the Verilog", *verilate, folder=work / RTL)], 1)
    sources = _sources(work, verilator)
    total = len(sources) + 2
    flags = (*_FLAGS, *(f"-I{place}" for place in _includes(work, verilator)))
    jobs = [
        job(
            f"compiling {path.name}",
            *(*compiler, *flags, _optimization(path)),
            *("-c", str(path), "-o", f"{_MODEL}/{index}.o"),
        )
        for index, path in enumerate(sources)
    ]
    run(jobs, core_count())
    objects = [f"{_MODEL}/{index}.o" for index in range(len(sources))]
    run([job("linking", *compiler, "-pthread", *objects, "-o", EXECUTABLE)], 1)
    stamp.write_text(digest)


def _sources(work: Path, verilator: Verilator) -> list[Path]:
    """Return the files to compile, those that take longest first."""
    own = [share_dir("hls") / "cosim" / "bench.cpp"]
    runtime = [verilator.root / "include" / name for name in _RUNTIME]
    model = sorted((work / _MODEL).resolve().glob("*.cpp"))
    return [*runtime, *own, *sorted(model, key=lambda path: -path.stat().st_size)]


def _includes(work: Path, verilator: Verilator) -> tuple[Path, ...]:
    include = verilator.root / "include"
    return ((work / _MODEL).resolve(), include, include / "vltstd")


def _optimization(path: Path) -> str:
    """Return the level: what runs once, and Verilator's own library, need none to speak of."""
    once = path.stem.endswith("__Slow") or path.name in _RUNTIME
    return "-O0" if once else "-O2"


def _digest(rtl: Rtl, verilator: Verilator, compiler: tuple[str, ...]) -> str:
    settings = (rtl.sha256, verilator.release, str(verilator.root), compiler, _VERILATE, _FLAGS)
    digest = hashlib.sha256(repr(settings).encode())
    for path in sorted((share_dir("hls") / "cosim").iterdir()):
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
