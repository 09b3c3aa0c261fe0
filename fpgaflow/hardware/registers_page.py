"""docs/registers.md, made from the description of the registers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fpgaflow.hardware.registers import (
    ARGUMENTS_OFFSET,
    BUS,
    CONTROL_WORDS,
    CountedLayer,
    Register,
    make_register_map,
)

_TOP = f"""\
# Registers of the accelerator

This page is made from `fpgaflow/hardware/registers.py`; a test keeps the two equal.

An accelerator is one Vitis HLS block with an AXI-Lite port `{BUS}`. Offsets are bytes from its
base address, words have 32 bits, and a 64-bit counter has its low word first. The two streams
beside it, `images` and `scores`, are described in `fpgaflow/hardware/beats.py`.

A run: write `frames` and `clear`, set AP_START, send the images, receive the scores, wait for
AP_DONE. Counters add up from run to run and are latched at the end of each image; a run that starts
with bit 0 of `clear` set counts from zero.

In Python `accelerator.counters` reads them all by these names. pynq's `register_map` shows the
words as Vitis HLS names them: `NAME_1` and `NAME_2` of a counter, `NAME_ctrl` for its valid bit.
"""

_LAYERS = """\
Each layer of the graph that moves numbers on the chip has counters of its own, after those above
and in the graph's order. LAYER is the node's name in lower case, every other character than a
letter or a digit replaced by an underscore. A layer without weights has no `LAYER_weight_reads`.
What an access is says `fpgaflow/hardware/memory.py`.
"""


def registers_page() -> str:
    """Return the page's text."""
    registers = make_register_map([CountedLayer(name="LAYER", weights=True)]).registers
    common = [one for one in registers if one.layer is None]
    own = [one for one in registers if one.layer is not None]
    after = common[-1].offset + common[-1].size
    parts = [
        _TOP,
        "## Control words\n",
        _table(("offset", "word", "bit", "field", "access", "meaning"), _control_rows()),
        "## Arguments\n",
        f"From 0x{ARGUMENTS_OFFSET:02x} on; counters take {own[0].size} bytes each.\n",
        _table(
            ("offset", "name", "bits", "access", "counts", "meaning"),
            [(f"`0x{one.offset:03x}`", *_cells(one, one.name)) for one in common],
        ),
        "## Counters of a layer\n",
        _LAYERS,
        _table(
            ("offset", "name", "bits", "access", "counts", "meaning"),
            [
                (f"`0x{after:03x}` and on", *_cells(one, one.name.replace("layer", "LAYER", 1)))
                for one in own
            ],
        ),
    ]
    return "\n".join(parts)


def _control_rows() -> Iterable[Sequence[str]]:
    for word in CONTROL_WORDS:
        for field in word.fields:
            access = "read, write" if field.writable else "read"
            name = f"`{word.name}`"
            yield f"`0x{word.offset:02x}`", name, str(field.bit), field.name, access, field.meaning


def _cells(register: Register, name: str) -> tuple[str, ...]:
    access = "read, write" if register.direction == "input" else "read"
    return f"`{name}`", str(register.bits), access, register.unit, register.meaning


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
