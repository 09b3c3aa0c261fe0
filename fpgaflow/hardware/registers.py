"""The registers of an accelerator: one description from which everything else is made.

The arguments of the HLS top function, the address block of the .hwh, docs/registers.md and the
names in Python all come from here. The layout is the one that Vitis HLS gives an `s_axilite`
bundle (AMD UG1399, "S_AXILITE Control Register Map"): the control words first, then the function's
arguments in their order from 0x10. A 32-bit input takes a word of data and a reserved one. A 64-bit
output takes two words of data, low one first, a word whose bit 0 says that it was written (ap_vld,
cleared by reading it), and as many reserved words again: 24 bytes, as in the headers that Vitis HLS
2022.1 to 2024.1 wrote (xNAME_hw.h).

Counters add up over images, and are latched at the end of each image: what is read belongs to
whole images. Bit 0 of `clear`, seen when a run starts, sets them to zero first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

BUNDLE = "control"
"""The s_axilite bundle; its bus is called `s_axi_control`."""
BUS = f"s_axi_{BUNDLE}"
ARGUMENTS_OFFSET = 0x10
RANGE = 0x10000
"""Bytes of address space that the block design gives the registers."""

Direction = Literal["input", "output"]
Unit = Literal["images", "bits", "cycles", "beats", "bytes", "accesses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BitField:
    """Bits of a control word.

    Attributes:
        name: as in the vendor's register map.
        bit: its position; 0 is the least significant.
        writable: whether software may write it.
        meaning: one sentence.
    """

    name: str
    bit: int
    writable: bool
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlWord:
    """One of the four words that every Vitis HLS block with `s_axilite` control has."""

    name: str
    offset: int
    meaning: str
    fields: tuple[BitField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One argument of the top function.

    Attributes:
        name: a C identifier in lower case; also the name in Python.
        offset: bytes from the block's base.
        bits: 32 for an input, 64 for a counter.
        direction: `input` is written by software, `output` by the hardware.
        unit: what one step of it stands for.
        meaning: one phrase.
        layer: the graph's node that it counts for; None for the whole design.
    """

    name: str
    offset: int
    bits: int
    direction: Direction
    unit: Unit
    meaning: str
    layer: str | None = None

    @property
    def size(self) -> int:
        """Bytes of address space that it takes."""
        return _size(self.direction)

    @property
    def words(self) -> tuple[tuple[str, int], ...]:
        """Names and offsets of its 32-bit words as Vitis HLS writes them, reserved ones left out.

        An argument wider than a word appears as `NAME_1` (low) and `NAME_2`; the word that says
        that an output was written as `NAME_ctrl`.
        """
        if self.bits == 32:
            return ((self.name, self.offset),)
        return (
            (f"{self.name}_1", self.offset),
            (f"{self.name}_2", self.offset + 4),
            (f"{self.name}_ctrl", self.offset + 8),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLayer:
    """A layer with counters of its own.

    Attributes:
        name: the graph's node.
        weights: whether it reads weights.
    """

    name: str
    weights: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMap:
    """All registers, in the order of the top function's arguments."""

    registers: tuple[Register, ...]

    @property
    def inputs(self) -> tuple[Register, ...]:
        """What software writes before a run."""
        return tuple(one for one in self.registers if one.direction == "input")

    @property
    def counters(self) -> tuple[Register, ...]:
        """What the hardware counts."""
        return tuple(one for one in self.registers if one.direction == "output")

    @property
    def size(self) -> int:
        """Bytes from the base to the end of the last register."""
        last = self.registers[-1]
        return last.offset + last.size

    @property
    def address_bits(self) -> int:
        """Width of the bus's addresses, as Vitis HLS chooses it."""
        return (self.size - 1).bit_length()

    def __getitem__(self, name: str) -> Register:
        """Return the register of that name; KeyError when there is none."""
        for register in self.registers:
            if register.name == name:
                return register
        raise KeyError(name)

    def of_layer(self, layer: str) -> tuple[Register, ...]:
        """Return the counters of one layer."""
        return tuple(one for one in self.registers if one.layer == layer)


CONTROL_WORDS = (
    ControlWord(
        name="CTRL",
        offset=0x00,
        meaning="starts a run and says how far it is",
        fields=(
            BitField(name="AP_START", bit=0, writable=True, meaning="write 1 to start a run"),
            BitField(
                name="AP_DONE", bit=1, writable=False, meaning="the run ended; reading clears it"
            ),
            BitField(name="AP_IDLE", bit=2, writable=False, meaning="nothing runs"),
            BitField(
                name="AP_READY",
                bit=3,
                writable=False,
                meaning="the next run may start; reading clears it",
            ),
            BitField(
                name="AUTO_RESTART", bit=7, writable=True, meaning="start again after each run"
            ),
        ),
    ),
    ControlWord(
        name="GIER",
        offset=0x04,
        meaning="global interrupt enable",
        fields=(BitField(name="Enable", bit=0, writable=True, meaning="interrupts may leave"),),
    ),
    ControlWord(
        name="IP_IER",
        offset=0x08,
        meaning="interrupt enable",
        fields=(
            BitField(name="CHAN0_INT_EN", bit=0, writable=True, meaning="on AP_DONE"),
            BitField(name="CHAN1_INT_EN", bit=1, writable=True, meaning="on AP_READY"),
        ),
    ),
    ControlWord(
        name="IP_ISR",
        offset=0x0C,
        meaning="interrupt status; writing 1 turns a bit over",
        fields=(
            BitField(name="CHAN0_INT_ST", bit=0, writable=True, meaning="AP_DONE came"),
            BitField(name="CHAN1_INT_ST", bit=1, writable=True, meaning="AP_READY came"),
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A register before it has its place."""

    name: str
    direction: Direction
    unit: Unit
    meaning: str


def _counter(name: str, unit: Unit, meaning: str) -> _Entry:
    return _Entry(name=name, direction="output", unit=unit, meaning=meaning)


_GLOBAL = (
    _Entry(
        name="frames",
        direction="input",
        unit="images",
        meaning="how many images this run takes; at least 1",
    ),
    _Entry(
        name="clear",
        direction="input",
        unit="bits",
        meaning="bit 0: set every counter to zero when the run starts",
    ),
    _counter("frames_done", "images", "images whose last score has left"),
    _counter("cycles_busy", "cycles", "clock cycles from a run's start to its last score"),
    _counter("cycles_stalled_input", "cycles", "busy cycles spent waiting for a beat to come in"),
    _counter("cycles_stalled_output", "cycles", "busy cycles spent waiting for a beat to go out"),
    _counter("beats_in", "beats", "beats taken from the stream `images`"),
    _counter("beats_out", "beats", "beats given to the stream `scores`"),
    _counter("bytes_in", "bytes", "bytes of the beats that came in, padding included"),
    _counter("bytes_out", "bytes", "bytes of the beats that went out, padding included"),
    _counter("off_chip_input", "bytes", "pixels read from DDR memory, without padding"),
    _counter("off_chip_weight", "bytes", "weights and biases read from DDR memory"),
    _counter("off_chip_feature_map", "bytes", "feature maps read from and written to DDR memory"),
    _counter("off_chip_output", "bytes", "scores written to DDR memory, without padding"),
)

_LAYER = (
    _counter("weight_reads", "accesses", "weights and biases read on the chip, for the layer"),
    _counter(
        "feature_map_reads",
        "accesses",
        "numbers read on the chip from the layer's streams and line buffers, pixels included",
    ),
    _counter(
        "feature_map_writes",
        "accesses",
        "numbers written on the chip to the layer's streams and line buffers, scores included",
    ),
)


def make_register_map(layers: Sequence[CountedLayer]) -> RegisterMap:
    """Return the registers of a design.

    Args:
        layers: those that move numbers on the chip, in the graph's order.
    """
    taken = {entry.name for entry in _GLOBAL}
    entries: list[tuple[_Entry, str | None]] = [(entry, None) for entry in _GLOBAL]
    for layer in layers:
        counters = _LAYER if layer.weights else _LAYER[1:]
        prefix = _prefix(layer.name, [entry.name for entry in counters], taken)
        for entry in counters:
            name = f"{prefix}_{entry.name}"
            taken.add(name)
            own = _Entry(name=name, direction="output", unit=entry.unit, meaning=entry.meaning)
            entries.append((own, layer.name))
    return RegisterMap(registers=tuple(_placed(entries)))


def _placed(entries: Iterable[tuple[_Entry, str | None]]) -> Iterable[Register]:
    offset = ARGUMENTS_OFFSET
    for entry, layer in entries:
        yield Register(
            name=entry.name,
            offset=offset,
            bits=32 if entry.direction == "input" else 64,
            direction=entry.direction,
            unit=entry.unit,
            meaning=entry.meaning,
            layer=layer,
        )
        offset += _size(entry.direction)


def _size(direction: Direction) -> int:
    return 8 if direction == "input" else 24


def _prefix(layer: str, suffixes: Sequence[str], taken: set[str]) -> str:
    """Turn a node's name into the start of a C identifier that no other register has."""
    clean = re.sub(r"[^a-z0-9]+", "_", layer.lower()).strip("_") or "layer"
    if clean[0].isdigit():
        clean = f"layer_{clean}"
    prefix, number = clean, 2
    while any(f"{prefix}_{suffix}" in taken for suffix in suffixes):
        prefix = f"{clean}_{number}"
        number += 1
    return prefix
