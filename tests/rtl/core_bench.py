"""engine_core alone, compiled with core/bench.cpp: a ring that rows trickle into, and a mover."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgaflow.backend.cosimulation.verilator import find_verilator
from fpgaflow.backend.csim_compile import find_compiler
from fpgaflow.backend.engine_rtl.compile import rtl_parameters
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.program import Program
from fpgaflow.engine.registers import Status
from fpgaflow.errors import ToolMissing
from fpgaflow.resources import share_dir

MODULES = (
    *("engine_pkg", "engine_core", "delay", "loop_counter", "steps", "instruction_check"),
    *("sequencer", "bank_column", "bank", "mac", "tree", "accumulate", "requantize", "lane"),
    *("reader", "writer", "useful"),
)
ACTIVITIES = ("idle", "steps", "wait_program", "load", "store", "decode", "drain")
CORE = Path(__file__).parent / "core" / "bench.cpp"
MAC = CORE.with_name("mac_bench.cpp")
_DEFINES = ("COVERAGE", "SC", "TIMING", "TRACE", "TRACE_FST", "TRACE_SAIF", "TRACE_VCD")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreRun:
    """What the core did; cycles are counted from the first one in which rows may come."""

    status: Status
    where: int
    cycles: int
    frames: int
    activity: dict[str, int]
    steps: int
    useful: int
    written: int
    program_rows: int
    weight_rows: int
    moves: tuple[tuple[int, int], ...]
    came: tuple[int, ...]
    banks: NDArray[np.uint8]
    memory: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreBench:
    """A compiled core."""

    config: EngineConfig
    program: Path

    def run(
        self,
        program: Program,
        banks: NDArray[np.uint8],
        *,
        memory: bytes = b"",
        frames: int = 1,
        seed: int = 0,
        starve: int = 0,
        capacity: int | None = None,
        rows: int | None = None,
        abort: int = 0,
        patch: dict[int, int] | None = None,
    ) -> CoreRun:
        """Execute a program.

        Args:
            program: its header is left out.
            banks: what they hold at first, uint8 [lanes_p, bank_bytes].
            memory: what LOAD reads and STORE writes, whatever the region.
            frames: how often the rows come.
            seed: of what follows.
            starve: chance in 256 that a cycle brings no row; 0: all that fit come at once.
            capacity: rows that the ring holds.
            rows: of the program that come at all.
            abort: the cycle after which `run` falls, or 0.
            patch: bytes of the rows to change.
        """
        config = self.config
        block = bytearray(program.to_bytes()[config.instruction_rows * config.row_bytes :])
        for at, value in (patch or {}).items():
            block[at] = value
        count = len(block) // config.row_bytes if rows is None else rows
        head = struct.pack(
            "<10I",
            *(count, config.row_bytes, frames, seed, starve, capacity or config.w_rows),
            *(config.bank_bytes, config.lanes_p, len(memory), abort),
        )
        given, made = (self.program.with_suffix(suffix) for suffix in (".in", ".out"))
        given.write_bytes(head + block[: count * config.row_bytes] + banks.tobytes() + memory)
        done = subprocess.run(
            [self.program, given, made], capture_output=True, text=True, check=False, timeout=300
        )
        assert (done.returncode, done.stderr) == (0, "")
        return _read(config, made.read_bytes(), len(memory))


def _read(config: EngineConfig, data: bytes, memory_bytes: int) -> CoreRun:
    words = iter(np.frombuffer(data[: len(data) // 8 * 8], "<u8").tolist())

    def take(count: int) -> Iterator[int]:
        return (next(words) for _ in range(count))

    status, where, cycles, frames = take(4)
    activity = dict(zip(ACTIVITIES, take(7), strict=True))
    steps, useful, written, program_rows, weight_rows = take(5)
    moves = tuple((next(words), next(words)) for _ in range(next(words)))
    came = tuple(take(next(words)))
    start = 8 * (4 + 7 + 5 + 2 + 2 * len(moves) + len(came))
    rest = np.frombuffer(data[start:], np.uint8)
    size = config.lanes_p * config.bank_bytes
    assert len(rest) == size + memory_bytes
    return CoreRun(
        status=Status(status),
        where=where,
        cycles=cycles,
        frames=frames,
        activity=activity,
        steps=steps,
        useful=useful,
        written=written,
        program_rows=program_rows,
        weight_rows=weight_rows,
        moves=moves,
        came=came,
        banks=rest[:size].reshape(config.lanes_p, -1),
        memory=rest[size:],
    )


def compile_core(config: EngineConfig, folder: Path) -> CoreBench:
    """Compile the core of a configuration in an empty folder; skips without the tools."""
    sources = [share_dir("rtl") / f"{name}.sv" for name in MODULES]
    parameters = [one for one in rtl_parameters(config, 32) if "ADDRESS" not in one]
    verilate("core", "engine_core", folder, *parameters, *map(str, sources))
    return CoreBench(config=config, program=compile_bench(CORE, folder))


def verilate(name: str, top: str, folder: Path, *arguments: str) -> None:
    """Write C++ of a module into a folder: the class V`name`."""
    try:
        verilator = find_verilator()
    except ToolMissing as error:
        pytest.skip(str(error).splitlines()[0])
    _call(
        *verilator.command("--cc", "--no-timing", "--x-assign", "fast", "--x-initial", "unique"),
        *("-Wno-fatal", "-Wno-lint", "-Wno-style", "-O3", "--output-split", "20000"),
        *("--prefix", f"V{name}", "--top-module", top, "--Mdir", str(folder), *arguments),
    )


def compile_bench(bench: Path, folder: Path) -> Path:
    """Compile a bench with all C++ in a folder; returns the program."""
    try:
        include, compiler = find_verilator().root / "include", find_compiler()
    except ToolMissing as error:
        pytest.skip(str(error).splitlines()[0])
    runtime = [include / f"verilated{part}.cpp" for part in ("", "_random", "_threads")]
    units = [*sorted(folder.glob("*.cpp"), key=lambda path: -path.stat().st_size), bench, *runtime]

    def one(unit: Path) -> str:
        made = folder / f"{unit.stem}.o"
        _call(
            *(*compiler, "-std=gnu++17", "-w", "-fno-strict-aliasing", "-O0", "-DVERILATOR=1"),
            *(f"-DVM_{name}=0" for name in _DEFINES),
            *(f"-I{place}" for place in (folder, include, include / "vltstd")),
            *("-c", str(unit), "-o", str(made)),
        )
        return str(made)

    with ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(one, units))
    program = folder / bench.stem
    _call(*compiler, "-pthread", *objects, "-o", str(program))
    return program


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, done.stderr
