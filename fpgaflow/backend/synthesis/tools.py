"""Finds Vitis HLS and Vivado, and asks each which version it is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fpgaflow.errors import InputRefused, ToolFailed, ToolMissing

ToolName = Literal["Vitis HLS", "Vivado"]
Version = tuple[int, int]

OLDEST: Version = (2023, 2)
UNIFIED: Version = (2024, 2)
"""From here on `vitis-run --mode hls` is what runs a script; `vitis_hls` is gone."""

INSTALL_FOLDERS = (
    "/tools/Xilinx",
    "/opt/Xilinx",
    "/opt/xilinx",
    "/opt/AMD",
    "~/Xilinx",
    "~/AMD",
)

_VARIABLES: Mapping[ToolName, tuple[str, ...]] = {
    "Vitis HLS": ("XILINX_HLS", "XILINX_VITIS"),
    "Vivado": ("XILINX_VIVADO",),
}
_PROGRAMS: Mapping[ToolName, tuple[str, ...]] = {
    "Vitis HLS": ("vitis-run", "vitis_hls"),
    "Vivado": ("vivado",),
}
_FOLDERS: Mapping[ToolName, tuple[str, ...]] = {
    "Vitis HLS": ("Vitis", "Vitis_HLS"),
    "Vivado": ("Vivado",),
}
_OPTIONS: Mapping[ToolName, str] = {"Vitis HLS": "--vitis", "Vivado": "--vivado"}
_ASK_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program of the vendor's.

    Attributes:
        name: what it is called.
        program: its path, or its bare name where it was not found.
        version: year and release; None where it was not found.
    """

    name: ToolName
    program: str
    version: Version | None

    @property
    def release(self) -> str:
        """Return name and version, e.g. `Vivado 2023.2`."""
        return self.name if self.version is None else f"{self.name} {show(self.version)}"

    def command(self, script: str) -> tuple[str, ...]:
        """Return the command that runs a Tcl script and ends."""
        if self.name == "Vivado":
            batch = ("-mode", "batch", "-nojournal", "-nolog", "-notrace")
            return (self.program, *batch, "-source", script)
        if Path(self.program).name == "vitis-run":
            return (self.program, "--mode", "hls", "--tcl", script)
        return (self.program, "-f", script)


def show(version: Version) -> str:
    """Return a version as the vendor writes it."""
    return f"{version[0]}.{version[1]}"


def find_tool(name: ToolName, folder: str | None = None) -> Tool | None:
    """Return the newest usable tool, or None where there is none at all.

    Looked at in this order, and the first place that has the program decides: `folder`, the
    variables that settings64.sh sets, PATH, the usual installation folders (newest first).

    Args:
        name: which tool.
        folder: the user's own choice: an installation, its `bin`, or the program itself.

    Raises:
        InputRefused: `folder` holds no such program.
        ToolMissing: what was found is older than 2023.2.
        ToolFailed: what was found does not run, or does not say its version.
    """
    programs = list(_given(name, folder) if folder is not None else _places(name))
    if not programs:
        return None
    found = [Tool(name=name, program=str(path), version=_ask(name, path)) for path in programs]
    return _choose(found)


def missing_tool(name: ToolName) -> Tool:
    """Return what would be run if the tool were there."""
    return Tool(name=name, program=_PROGRAMS[name][0], version=None)


def refuse_missing(names: Iterable[ToolName]) -> ToolMissing:
    """Return the error for tools that were not found."""
    listed = tuple(names)
    options = " and ".join(f"{_OPTIONS[name]} DIR" for name in listed)
    return ToolMissing(
        f"{' and '.join(listed)} {'was' if len(listed) == 1 else 'were'} not found: not on PATH, "
        f"not in {', '.join(INSTALL_FOLDERS)}",
        accepted=f"{' and '.join(listed)} {show(OLDEST)} or later",
        remedy="install AMD Vivado ML (the free Standard edition has the devices of most boards) "
        "with Vitis from https://www.xilinx.com/support/download.html, then source its "
        f"settings64.sh, or name the folder with {options}",
    )


def _given(name: ToolName, folder: str) -> Iterator[Path]:
    place = Path(folder).expanduser()
    candidates = (place.parent, place, place / "bin") if place.is_file() else (place, place / "bin")
    found = list(_in_folders(name, candidates))
    if not found:
        raise InputRefused(
            f"{_OPTIONS[name]} {folder}: there is no {' or '.join(_PROGRAMS[name])} in it",
            accepted="an installation of it, such as "
            f"/tools/Xilinx/{_FOLDERS[name][0]}/{show(OLDEST)}",
        )
    yield from found


def _places(name: ToolName) -> Iterator[Path]:
    for source in (_variables(name), _path(name), _installed(name)):
        found = list(source)
        if found:
            yield from found
            return


def _variables(name: ToolName) -> Iterator[Path]:
    for variable in _VARIABLES[name]:
        folder = os.environ.get(variable)
        if folder:
            yield from _in_folders(name, (Path(folder) / "bin",))


def _path(name: ToolName) -> Iterator[Path]:
    for program in _PROGRAMS[name]:
        found = shutil.which(program)
        if found is not None:
            yield Path(found)


def _installed(name: ToolName) -> Iterator[Path]:
    for root in INSTALL_FOLDERS:
        for product in _FOLDERS[name]:
            # Up to 2024.2 Vivado/2023.2/bin, since then 2025.1/Vivado/bin.
            for pattern in (f"{product}/20*/bin", f"20*/{product}/bin"):
                yield from _in_folders(name, sorted(Path(root).expanduser().glob(pattern)))


def _in_folders(name: ToolName, folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for program in _PROGRAMS[name]:
            path = folder / program
            if path.is_file() and os.access(path, os.X_OK):
                yield path


def _choose(found: list[Tool]) -> Tool:
    """Return the newest; of the two programs of Vitis the one that suits the version."""

    def rank(tool: Tool) -> tuple[Version, bool]:
        assert tool.version is not None
        unified = Path(tool.program).name == "vitis-run"
        return tool.version, unified == (tool.version >= UNIFIED)

    best = max(found, key=rank)
    assert best.version is not None
    if best.version < OLDEST:
        raise ToolMissing(
            f"{best.program} is {best.release}",
            accepted=f"{best.name} {show(OLDEST)} or later",
            remedy=f"install a newer one, or name its folder with {_OPTIONS[best.name]} DIR",
        )
    return best


def _ask(name: ToolName, program: Path) -> Version:
    flag = "--version" if program.name == "vitis-run" else "-version"
    try:
        done = subprocess.run(
            [program, flag],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_S,
            check=False,
        )
    except OSError as error:
        raise _not_usable(name, program, f"cannot be started: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise _not_usable(name, program, f"said nothing for {_ASK_S:g} s") from error
    said = (done.stdout + done.stderr).decode(errors="replace")
    version = re.search(r"\bv(20\d\d)\.(\d)\b", said)
    if version is None:
        first = next((line.strip() for line in said.splitlines() if line.strip()), "nothing")
        raise _not_usable(name, program, f"does not tell its version; it said: {first[:200]}")
    return int(version[1]), int(version[2])


def _not_usable(name: ToolName, program: Path, why: str) -> ToolFailed:
    return ToolFailed(
        f"{program} {why}",
        remedy=f"run `{program} -version` yourself, or name another one with {_OPTIONS[name]} DIR",
    )
