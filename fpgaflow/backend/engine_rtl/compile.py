"""Makes a program of the engine's RTL with its bench (rtl/sim/), once for each configuration."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.backend.children import Job, run_jobs
from fpgaflow.backend.cosimulation.verilator import Verilator, find_verilator
from fpgaflow.backend.csim_compile import core_count, find_compiler
from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import InputRefused
from fpgaflow.resources import share_dir

EXECUTABLE = "engine_simulation"
_BENCH = "sim"
_MODEL = "model"
_TOP = "engine"
_PREFIX = "Vengine"

# Registers without a reset and memories start at random: nothing may rest on what they hold.
_VERILATE = (
    *("--cc", "--no-timing", "--x-assign", "fast", "--x-initial", "unique"),
    *("-Wno-fatal", "-Wno-lint", "-Wno-style", "-O3", "--output-split", "20000"),
    *("--prefix", _PREFIX, "--top-module", _TOP),
)
_DEFINES = ("COVERAGE", "SC", "TIMING", "TRACE", "TRACE_FST", "TRACE_SAIF", "TRACE_VCD")
_FLAGS = (
    *("-std=gnu++17", "-w", "-fno-strict-aliasing", "-pthread", "-DVERILATOR=1"),
    *(f"-DVM_{name}=0" for name in _DEFINES),
)
_LEVELS = ("-O2", "-O0")
_RUNTIME = ("verilated.cpp", "verilated_random.cpp", "verilated_threads.cpp")
_FILE_S = 600.0
_MEMORY_MB = 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class RtlModel:
    """The engine's RTL as a program.

    Attributes:
        config: its parameters.
        address_bits: of both masters.
        program: the executable; it serves `RtlEngine`.
    """

    config: EngineConfig
    address_bits: int
    program: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipe:
    """What a program is made of, and by what."""

    sources: tuple[Path, ...]
    verilator: Verilator
    compiler: tuple[str, ...]
    parameters: tuple[str, ...]


def compile_engine(
    config: EngineConfig,
    *,
    address_bits: int = 32,
    verilator: str | None = None,
    rtl: Path | None = None,
    cache: Path | None = None,
    on_line: Callable[[str], None] | None = None,
) -> RtlModel:
    """Return the engine of a configuration as a program, compiled before or now.

    Args:
        config: its parameters.
        address_bits: of both masters: 32, or 40 for boards with more memory.
        verilator: its program; by default the one that is found.
        rtl: the folder of the SystemVerilog; by default the engine's own.
        cache: where programs are kept; by default the user's cache folder.
        on_line: told each line that Verilator or the compiler writes.

    Raises:
        ToolMissing: no Verilator or no C++ compiler.
        ToolFailed: one of them failed, or went over a limit.
        InputRefused: the folder holds no engine.
    """
    folder = share_dir("rtl") if rtl is None else rtl
    recipe = _Recipe(
        sources=rtl_sources(folder),
        verilator=find_verilator(verilator),
        compiler=find_compiler(),
        parameters=rtl_parameters(config, address_bits),
    )
    place = (cache or cache_folder()) / _digest(recipe)
    model = RtlModel(config=config, address_bits=address_bits, program=place / EXECUTABLE)
    if model.program.is_file():
        return model
    place.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place.with_suffix(".lock")):
        if not model.program.is_file():
            # Beside its place, so that the program appears there whole or not at all.
            with tempfile.TemporaryDirectory(dir=place.parent, prefix="making-") as made:
                work = Path(made)
                _compile(work, recipe, on_line or (lambda _: None))
                (work / "kept").mkdir()
                (work / EXECUTABLE).rename(work / "kept" / EXECUTABLE)
                shutil.rmtree(place, ignore_errors=True)
                (work / "kept").rename(place)
    return model


def cache_folder() -> Path:
    """Return where compiled engines are kept: in `$XDG_CACHE_HOME`, by default `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification: a relative path is to be ignored.
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return root / "fpgaflow" / "engine"


def _compile(work: Path, recipe: _Recipe, on_line: Callable[[str], None]) -> None:
    def job(label: str, *command: str) -> Job:
        return Job(
            label=f"RTL simulation: {label}",
            command=command,
            folder=work,
            total_s=_FILE_S,
            silent_s=_FILE_S,
            memory_mb=_MEMORY_MB,
            remedy="see the messages above; `fpgaflow doctor` checks the tools",
        )

    def run(jobs: list[Job]) -> None:
        run_jobs(jobs, core_count(), on_line=lambda _, line: on_line(line))

    files = [str(path.resolve()) for path in recipe.sources]
    verilate = recipe.verilator.command(*_VERILATE, *recipe.parameters, "--Mdir", _MODEL, *files)
    run([job("reading the SystemVerilog", *verilate)])
    include = recipe.verilator.root / "include"
    flags = (*_FLAGS, *(f"-I{place}" for place in (_MODEL, include, include / "vltstd")))
    model = sorted((work / _MODEL).glob("*.cpp"), key=lambda path: -path.stat().st_size)
    bench = [path for path in _bench() if path.suffix == ".cpp"]
    units = [*model, *bench, *(include / name for name in _RUNTIME)]
    run(
        [
            job(
                f"compiling {path.name}",
                *(
                    *recipe.compiler,
                    *flags,
                    _optimization(path),
                    "-c",
                    str(path),
                    "-o",
                    f"{index}.o",
                ),
            )
            for index, path in enumerate(units)
        ]
    )
    objects = [f"{index}.o" for index in range(len(units))]
    run([job("linking", *recipe.compiler, "-pthread", *objects, "-o", EXECUTABLE)])


def _optimization(path: Path) -> str:
    """Return the level: what runs once, and Verilator's own library, need none to speak of."""
    once = path.stem.endswith("__Slow") or path.name in _RUNTIME
    return _LEVELS[once]


def rtl_sources(folder: Path) -> tuple[Path, ...]:
    """Return a folder's SystemVerilog, packages first: others name what they hold.

    Raises:
        InputRefused: the folder holds no engine.
    """
    found = sorted(folder.glob("*.sv"), key=lambda path: (not path.stem.endswith("_pkg"), path))
    if not any(path.stem == _TOP for path in found):
        raise InputRefused(
            f"{folder} holds no {_TOP}.sv", accepted="the SystemVerilog of the engine"
        )
    return tuple(found)


def _bench() -> tuple[Path, ...]:
    return tuple(sorted((share_dir("rtl") / _BENCH).iterdir()))


def rtl_parameters(config: EngineConfig, address_bits: int) -> tuple[str, ...]:
    """Return Verilator's arguments that set the top's parameters."""
    values = {
        "LANES_K": config.lanes_k,
        "LANES_O": config.lanes_o,
        "LANES_P": config.lanes_p,
        "ACT_LINES": config.act_lines,
        "W_ROWS": config.w_rows,
        "ADDRESS_BITS": address_bits,
    }
    return tuple(f"-G{name}={value}" for name, value in values.items())


def _digest(recipe: _Recipe) -> str:
    tool = recipe.verilator
    settings = (
        *(tool.release, str(tool.root), recipe.compiler, recipe.parameters),
        *(_VERILATE, _FLAGS, _LEVELS),
    )
    digest = hashlib.sha256(repr(settings).encode())
    for path in (*recipe.sources, *_bench()):
        content = path.read_bytes()
        digest.update(f"{path.name}\n{hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()[:32]


@contextlib.contextmanager
def _locked(path: Path) -> Generator[None]:
    """Let one process at a time compile: the next one finds the program there."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
