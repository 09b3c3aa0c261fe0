from __future__ import annotations

import re
from pathlib import Path

from fpgaflow.engine import registers
from fpgaflow.engine.config import INSTRUCTION_BYTES
from fpgaflow.engine.isa import Opcode

DOCUMENT = (Path(__file__).parents[2] / "docs/engine.md").read_text()
PACKAGE = (Path(__file__).parents[2] / "rtl/engine_pkg.sv").read_text()


def table(title: str) -> list[str]:
    """First cells of the rows of the first table after a title."""
    lines = DOCUMENT.split(title)[1].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("|---"))
    cells = [line.split("|")[1].strip() for line in lines[start + 1 :] if line.startswith("|")]
    end = next(
        (i for i, line in enumerate(lines[start + 1 :]) if not line.startswith("|")), len(cells)
    )
    return cells[:end]


def constants(prefix: str) -> dict[str, int]:
    """Constants of the RTL's package whose names begin so."""
    found = re.findall(rf"{prefix}(\w+) = (?:\d+'d)?(\d+)", PACKAGE)
    return {name: int(value) for name, value in found}


def test_the_counters_stand_in_the_document_in_their_order() -> None:
    names = [name for cell in table("### Counters") for name in cell.split(", ")]
    assert tuple(names) == registers.COUNTERS


def test_the_status_codes_stand_in_the_document() -> None:
    found = re.findall(r"^\| (\d+) \| ([A-Z_]+)\b", DOCUMENT, re.MULTILINE)
    assert {name: int(code) for code, name in found} == {
        status.name: status.value for status in registers.Status
    }


def test_the_registers_stand_in_the_document() -> None:
    text = DOCUMENT.split("## Registers")[1]
    found = {name: int(at, 16) for at, name in re.findall(r"(0x[0-9A-F]{2}) ([A-Z_]{3,})\b", text)}
    found |= {
        name: int(at, 16) for at, name in re.findall(r"^\| (0x\w\w) \| ([A-Z_]+)", text, re.M)
    }
    expected = {one.name: one.value for one in registers.Register if one.name != "COUNTERS"}
    assert found == expected


def test_the_rtl_has_the_same_constants() -> None:
    assert constants("STATUS_") == {one.name: one.value for one in registers.Status}
    assert constants("OP_") == {one.name: one.value for one in Opcode}
    assert constants("INSTRUCTION_") == {"BYTES": INSTRUCTION_BYTES}
