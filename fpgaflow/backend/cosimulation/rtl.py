"""The Verilog that Vitis HLS wrote for a build: where it lies, and whether it is this build's."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.backend.synthesis import stamps
from fpgaflow.backend.synthesis.stages import stages_for
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.block_design import TOP

VERILOG = "hls/solution1/syn/verilog"
"""Where the stage `csynth` leaves Verilog, from the synthesis folder."""

SOURCES = (".v", ".sv")
_COPIED = (*SOURCES, ".vh", ".svh", ".dat")
_RELEASE = re.compile(r"^// *Version: *(\d+)\.(\d+)|\bHLS\b.*? v(\d+)\.(\d+)", re.MULTILINE)
_HEAD = 2000
_ATTRIBUTE = r"""[A-Za-z_]\w*(?:\s*=\s*(?:"[^"]*"|[\w']+))?"""
_ATTRIBUTES = re.compile(rf"\(\*\s*{_ATTRIBUTE}(?:\s*,\s*{_ATTRIBUTE})*\s*\*\)")
_DATA = re.compile(r'\$readmem[hb]\s*\(\s*"([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Rtl:
    """A folder of Verilog.

    Attributes:
        folder: where it lies.
        files: sources, headers and contents of memories in it, by name, sorted.
        tool: who wrote it, e.g. `Vitis HLS 2023.2`; None where it does not say.
        sha256: over the files' names and contents.
        stamped: whether it is known to be made from the build's C++ as it is now.
    """

    folder: Path
    files: tuple[str, ...]
    tool: str | None
    sha256: str
    stamped: bool

    @property
    def sources(self) -> tuple[str, ...]:
        """The files that hold modules."""
        return tuple(name for name in self.files if name.endswith(SOURCES))

    def text(self, name: str) -> str:
        """Return a file's text."""
        return (self.folder / name).read_text(encoding="utf-8", errors="replace")


def find_rtl(synthesis: Path, given: Path | None = None, tool: str | None = None) -> Rtl:
    """Return the Verilog of a build.

    Args:
        synthesis: the build's synthesis folder.
        given: another folder of Verilog; it is taken as it is, without a stamp.
        tool: who did the build's high-level synthesis, where the report says so.

    Raises:
        InputRefused: there is none, it has another top, or it is older than the build's C++.
    """
    if given is not None:
        if not given.is_dir():
            raise InputRefused(
                f"{given} is no folder", accepted="the folder that holds the Verilog of Vitis HLS"
            )
        return _read(given, stamped=False)
    folder = synthesis / VERILOG
    if not folder.is_dir():
        raise InputRefused(
            f"there is no RTL in {folder}",
            accepted=f"Verilog that Vitis HLS made of {TOP}: the first stage of `fpgaflow "
            "synthesize` writes it there",
            remedy="run fpgaflow synthesize where Vitis HLS is, or name a folder of its Verilog "
            "with --rtl",
        )
    found = _read(folder, stamped=True)
    _check_stamp(synthesis, found, tool)
    return found


def copy_rtl(rtl: Rtl, target: Path) -> None:
    """Copy the Verilog, made ready for Verilator.

    Attributes for synthesis go, since not every Verilator takes them everywhere; every line keeps
    its number. Contents of memories end in a line's end: old versions drop the last entry else.

    Raises:
        InputRefused: a file that a memory is filled from is not there.
    """
    target.mkdir(parents=True, exist_ok=True)
    for name in rtl.files:
        text = rtl.text(name)
        if name.endswith(".dat"):
            text = text.rstrip() + "\n"
        else:
            _check_contents(rtl, name, text)
            text = _ATTRIBUTES.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
        (target / name).write_text(text, encoding="utf-8", newline="\n")


def _read(folder: Path, *, stamped: bool) -> Rtl:
    files = sorted(path.name for path in folder.iterdir() if path.suffix in _COPIED)
    digest = hashlib.sha256()
    for name in files:
        content = (folder / name).read_bytes()
        digest.update(f"{name}\n{hashlib.sha256(content).hexdigest()}\n".encode())
    if f"{TOP}.v" not in files and f"{TOP}.sv" not in files:
        others = ", ".join(name for name in files if name.endswith(SOURCES)) or "no Verilog"
        raise InputRefused(
            f"{folder} holds no {TOP}.v, but {others[:200]}",
            accepted=f"the Verilog that Vitis HLS makes of {TOP}, in {VERILOG} of its project",
        )
    top = f"{TOP}.v" if f"{TOP}.v" in files else f"{TOP}.sv"
    return Rtl(
        folder=folder,
        files=tuple(files),
        tool=_release((folder / top).read_text(encoding="utf-8", errors="replace")[:_HEAD]),
        sha256=digest.hexdigest(),
        stamped=stamped,
    )


def _release(head: str) -> str | None:
    found = _RELEASE.search(head)
    if found is None:
        return None
    return f"Vitis HLS {found[1] or found[3]}.{found[2] or found[4]}"


def _check_stamp(synthesis: Path, rtl: Rtl, tool: str | None) -> None:
    """Hold the stamp of the stage that wrote the RTL against the C++ as it is now."""
    stage = stages_for(TOP)[0]
    remedy = (
        "run fpgaflow synthesize: it makes the RTL anew; or name the folder with --rtl to take it "
        "as it is"
    )
    key = stamps.stamped_key(stage, synthesis)
    if key is None:
        raise InputRefused(
            f"{rtl.folder}: the high-level synthesis that wrote this RTL did not end",
            accepted="RTL of a finished stage csynth",
            remedy=remedy,
        )
    releases = {one for one in (tool, rtl.tool) if one is not None}
    if key not in {stamps.release_key(stage, one, synthesis, "") for one in releases}:
        raise InputRefused(
            f"{rtl.folder}: this RTL is older than the C++ in {synthesis.parent / 'hls/firmware'} "
            f"or than {synthesis / stage.script}",
            accepted="RTL made from the C++ of the build as it is",
            remedy=remedy,
        )


def _check_contents(rtl: Rtl, name: str, text: str) -> None:
    for found in _DATA.finditer(text):
        if Path(found[1]).name not in rtl.files:
            raise InputRefused(
                f"{rtl.folder / name} fills a memory from {found[1]}, which is not there",
                accepted="the whole folder that Vitis HLS wrote, with its .dat files",
            )
