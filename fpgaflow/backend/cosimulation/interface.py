"""The ports and the registers that the RTL has, read from it and held against the build's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from fpgaflow.backend.cosimulation.rtl import Rtl
from fpgaflow.errors import InputRefused, VerificationFailed
from fpgaflow.hardware.beats import IMAGES, SCORES
from fpgaflow.hardware.block_design import TOP
from fpgaflow.hardware.registers import BUS, RegisterMap

_STREAM = ("TDATA", "TVALID", "TREADY", "TKEEP", "TSTRB", "TLAST")
_LITE = (
    *("AWVALID", "AWREADY", "AWADDR", "WVALID", "WREADY", "WDATA", "WSTRB"),
    *("ARVALID", "ARREADY", "ARADDR", "RVALID", "RREADY", "RDATA", "RRESP"),
    *("BVALID", "BREADY", "BRESP"),
)
PORTS = (
    *("ap_clk", "ap_rst_n"),
    *(f"{BUS}_{name}" for name in _LITE),
    *(f"{stream}_{name}" for stream in (IMAGES, SCORES) for name in _STREAM),
)
"""What the bench drives and watches."""

_PORT = re.compile(
    r"\b(?:input|output)\b\s*(?:wire|reg|logic)?\s*(?:\[([^\]:]+):\s*0\s*\])?\s*"
    r"([A-Za-z_]\w*(?:\s*,\s*(?!input\b|output\b)[A-Za-z_]\w*)*)"
)
_ADDRESS = re.compile(r"\bADDR_(\w+)\s*=\s*\d+'h([0-9a-fA-F]+)")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_CONTROL = {"AP_CTRL": 0x00, "GIE": 0x04, "IER": 0x08, "ISR": 0x0C}
_SHOWN = 4


def check_ports(rtl: Rtl, beat_bits: int) -> None:
    """Refuse a top without the accelerator's ports, or with other beats.

    Args:
        rtl: the Verilog.
        beat_bits: width of the build's beats.

    Raises:
        InputRefused: naming the ports that are missing, or both widths.
    """
    name = f"{TOP}.v" if f"{TOP}.v" in rtl.files else f"{TOP}.sv"
    ports = _ports(_COMMENT.sub("", rtl.text(name)))
    missing = [port for port in PORTS if port not in ports]
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise InputRefused(
            f"{rtl.folder / name}: the top has no port {', '.join(missing[:_SHOWN])}{more}",
            accepted=f"the RTL of {TOP}: streams {IMAGES} and {SCORES}, registers {BUS}",
            remedy="synthesize the build with its own script, synthesis/vitis_hls.tcl",
        )
    for stream in (IMAGES, SCORES):
        high = ports[f"{stream}_TDATA"]
        if high != str(beat_bits - 1):
            found = f"{int(high) + 1} bits" if high and high.isdecimal() else f"[{high or 0}:0]"
            raise InputRefused(
                f"{rtl.folder / name}: the beats of {stream} have {found}",
                accepted=f"{beat_bits} bits, as the build's board has",
                remedy="synthesize this build, or give the RTL that belongs to it",
            )


def _ports(text: str) -> Mapping[str, str | None]:
    """Return the highest bit of each port as it is written; None for a single bit."""
    return {
        port.strip(): None if found[1] is None else found[1].strip()
        for found in _PORT.finditer(text)
        for port in found[2].split(",")
    }


def check_registers(rtl: Rtl, registers: RegisterMap) -> None:
    """Hold the addresses in the RTL against the build's registers.

    Raises:
        InputRefused: the RTL names no addresses.
        VerificationFailed: naming the registers that lie elsewhere, are missing or are too many.
    """
    text = "\n".join(_COMMENT.sub("", rtl.text(name)) for name in rtl.sources)
    expected = _expected(registers)
    found = {_our_name(name, expected): int(value, 16) for name, value in _ADDRESS.findall(text)}
    if "AP_CTRL" not in found:
        raise InputRefused(
            f"{rtl.folder}: no module names the addresses of its registers (ADDR_AP_CTRL)",
            accepted=f"the RTL of {TOP} with its module of registers, {TOP}_control_s_axi.v",
        )
    wrong = list(_differences(found, expected))
    if wrong:
        more = f"; {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise VerificationFailed(
            f"RTL: {'; '.join(wrong[:_SHOWN])}{more}",
            remedy="the RTL is of another network or another version of fpgaflow: synthesize this "
            "build",
        )


def _our_name(name: str, expected: Mapping[str, int]) -> str:
    """Return a register's name without the `_r` that Vitis HLS adds to words it reserves."""
    plain = re.sub(r"_R(_DATA_[01]|_CTRL)$", r"\1", name)
    return plain if name not in expected and plain in expected else name


def _expected(registers: RegisterMap) -> dict[str, int]:
    """Return the addresses as Vitis HLS names them."""
    expected = dict(_CONTROL)
    for one in registers.registers:
        name = one.name.upper()
        expected[f"{name}_DATA_0"] = one.offset
        if one.bits == 64:
            expected[f"{name}_DATA_1"] = one.offset + 4
        expected[f"{name}_CTRL"] = one.offset + one.bits // 8
    return expected


def _differences(found: Mapping[str, int], expected: Mapping[str, int]) -> Iterable[str]:
    for name, offset in expected.items():
        if name not in found:
            yield f"ADDR_{name} is missing, the register belongs at {offset:#05x}"
        elif found[name] != offset:
            yield f"ADDR_{name} is {found[name]:#05x}, the register belongs at {offset:#05x}"
    for name, offset in found.items():
        if name not in expected:
            yield f"ADDR_{name}, {offset:#05x}, is no register of this build"
