"""Writes what Vivado needs to build a board's engine: its RTL, a wrapper, and two Tcl scripts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fpgaflow.backend.synthesis.scripts import VIVADO_SCRIPT, render, vivado_script
from fpgaflow.engine.config import EngineConfig
from fpgaflow.hardware.block_design import CONTROL, IP_VENDOR, IP_VERSION, BlockDesign
from fpgaflow.hardware.engine_design import DATA, ENGINE, PORT_BITS, PROGRAM, address_bits
from fpgaflow.hardware.engine_registers import control_words, engine_registers
from fpgaflow.resources import share_dir

PACKAGE_SCRIPT = "package_ip.tcl"
WRAPPER = f"{ENGINE}.v"
IP = "ip"
"""Where the packaged IP lies."""

SOURCES = "rtl"
_TITLE = "fpgaflow engine"
_Direction = Literal["input", "output"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerilogPort:
    """A port of the engine's top module."""

    name: str
    direction: _Direction
    bits: int


def write_engine_scripts(folder: Path, design: BlockDesign, engine: EngineConfig) -> None:
    """Write everything that Vivado needs into a folder.

    The scripts name no absolute path: the same arguments give the same bytes anywhere.

    Args:
        folder: new, or to be written over.
        design: from `engine_design`.
        engine: its sizes.
    """
    sources = engine_sources()
    (folder / SOURCES).mkdir(parents=True, exist_ok=True)
    for name, text in sources.items():
        _write(folder / SOURCES / name, text)
    _write(folder / SOURCES / WRAPPER, engine_wrapper(design, engine))
    _write(folder / PACKAGE_SCRIPT, package_script(design, (*sources, WRAPPER)))
    _write(folder / VIVADO_SCRIPT, vivado_script(design, IP))


def engine_sources() -> dict[str, str]:
    """Return the engine's SystemVerilog, by file name; packages come first."""
    paths = share_dir("rtl").glob("*.sv")
    ordered = sorted(paths, key=lambda path: (not path.stem.endswith("_pkg"), path.name))
    return {path.name: path.read_text(encoding="utf-8") for path in ordered}


def engine_wrapper(design: BlockDesign, engine: EngineConfig) -> str:
    """Return the top module that is packaged: the engine with a board's sizes."""
    return render(
        "engine_ip.v",
        design=design,
        engine=engine,
        address_bits=address_bits(design.family),
        ports=engine_ports(address_bits(design.family)),
    )


def package_script(design: BlockDesign, sources: tuple[str, ...]) -> str:
    """Return the script that makes the IP.

    Args:
        design: from `engine_design`.
        sources: names of the files in `rtl/`.
    """
    return render(
        PACKAGE_SCRIPT,
        design=design,
        sources=tuple(f"{SOURCES}/{name}" for name in sources),
        repository=IP,
        vendor=IP_VENDOR,
        version=IP_VERSION,
        title=_TITLE,
        control=CONTROL,
        control_words=control_words(),
        registers=engine_registers().registers,
    )


def engine_ports(address_width: int) -> tuple[VerilogPort, ...]:
    """Return the ports of the engine's AXI interfaces.

    Args:
        address_width: of the two masters' addresses, in bits.
    """
    return (
        *_slave(CONTROL),
        *_reads(PROGRAM, address_width),
        *_reads(DATA, address_width),
        *_writes(DATA, address_width),
    )


def _slave(bus: str) -> tuple[VerilogPort, ...]:
    taken = (
        ("awaddr", 12), ("awvalid", 1), ("wdata", 32), ("wstrb", 4), ("wvalid", 1), ("bready", 1),
        ("araddr", 12), ("arvalid", 1), ("rready", 1),
    )  # fmt: skip
    given = (
        ("awready", 1), ("wready", 1), ("bresp", 2), ("bvalid", 1), ("arready", 1), ("rdata", 32),
        ("rresp", 2), ("rvalid", 1),
    )  # fmt: skip
    return (*_ports(bus, "input", taken), *_ports(bus, "output", given))


def _reads(bus: str, address: int) -> tuple[VerilogPort, ...]:
    given = (
        ("araddr", address), ("arlen", 8), ("arsize", 3), ("arburst", 2), ("arcache", 4),
        ("arprot", 3), ("arvalid", 1), ("rready", 1),
    )  # fmt: skip
    taken = (("arready", 1), ("rdata", PORT_BITS), ("rresp", 2), ("rlast", 1), ("rvalid", 1))
    return (*_ports(bus, "output", given), *_ports(bus, "input", taken))


def _writes(bus: str, address: int) -> tuple[VerilogPort, ...]:
    given = (
        ("awaddr", address), ("awlen", 8), ("awsize", 3), ("awburst", 2), ("awcache", 4),
        ("awprot", 3), ("awvalid", 1), ("wdata", PORT_BITS), ("wstrb", PORT_BITS // 8),
        ("wlast", 1), ("wvalid", 1), ("bready", 1),
    )  # fmt: skip
    taken = (("awready", 1), ("wready", 1), ("bresp", 2), ("bvalid", 1))
    return (*_ports(bus, "output", given), *_ports(bus, "input", taken))


def _ports(
    bus: str, direction: _Direction, signals: tuple[tuple[str, int], ...]
) -> tuple[VerilogPort, ...]:
    return tuple(
        VerilogPort(name=f"{bus}_{name}", direction=direction, bits=bits) for name, bits in signals
    )


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
