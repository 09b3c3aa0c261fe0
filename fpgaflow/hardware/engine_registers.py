"""The engine's registers as the .hwh, the manifest and the packaged IP name them.

Their places come from `fpgaflow.engine.registers`; here they get what people and pynq read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from fpgaflow.engine.registers import COUNTERS
from fpgaflow.engine.registers import Register as Place
from fpgaflow.hardware.registers import CONTROL_WORDS, BitField, ControlWord

Direction = Literal["input", "output", "state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRegister:
    """One register.

    Attributes:
        name: in lower case; also the name in Python.
        offset: bytes from the block's base.
        bits: 32, or 64 with the low word first.
        direction: `input` is written by software, `output` is a counter, `state` is read.
        unit: what one step of it stands for.
        meaning: one phrase.
    """

    name: str
    offset: int
    bits: int
    direction: Direction
    unit: str
    meaning: str

    @property
    def words(self) -> tuple[tuple[str, int], ...]:
        """Names and offsets of its 32-bit words, as Vitis HLS names those of its blocks."""
        if self.bits == 32:
            return ((self.name, self.offset),)
        return ((f"{self.name}_1", self.offset), (f"{self.name}_2", self.offset + 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRegisters:
    """All registers after the control words, by address."""

    registers: tuple[EngineRegister, ...]


_INPUTS = (
    (Place.PROGRAM_ADDRESS, 64, "where the program is; a multiple of 128"),
    (Place.PROGRAM_BYTES, 32, "how long it is"),
    (Place.FRAMES, 32, "how many images this run takes"),
    (Place.INPUT_ADDRESS, 64, "where the first image is"),
    (Place.INPUT_BYTES, 32, "how much may be read from there"),
    (Place.OUTPUT_ADDRESS, 64, "where the first image's outputs go"),
    (Place.OUTPUT_BYTES, 32, "how much may be written there"),
    (Place.SPILL_ADDRESS, 64, "where feature maps wait that do not fit on the chip"),
    (Place.SPILL_BYTES, 32, "how much may be written and read there"),
)
_STATES = (
    (Place.STATUS, "why the last run ended"),
    (Place.WHERE, "the row of the program that is executed"),
    (Place.LANES, "LANES_K, LANES_O and LANES_P, a byte each"),
    (Place.MEMORY, "ACT_LINES and W_ROWS, 16 bits each"),
    (Place.VERSION, "of programs and registers"),
)
_COUNTERS = {
    "frames": ("images", "images that are done"),
    "cycles": ("cycles", "clock cycles from the end of the check to the end of the run"),
    "cycles_steps": ("cycles", "cycles in which a step or a bias row entered the array"),
    "cycles_wait_program": ("cycles", "cycles of waiting for rows of the program"),
    "cycles_load": ("cycles", "cycles of loading feature maps from memory"),
    "cycles_store": ("cycles", "cycles of storing feature maps in memory"),
    "cycles_decode": ("cycles", "cycles of reading instructions"),
    "cycles_drain": ("cycles", "cycles of waiting for the array's pipeline to run empty"),
    "cycles_check": ("cycles", "clock cycles of checking the program"),
    "macs_issued": ("operations", "multiply-accumulates that the array could have done"),
    "macs_useful": ("operations", "those on bytes of a run, for a channel and a row that exist"),
    "read_program_bytes": ("bytes", "instructions read from DDR memory"),
    "read_weight_bytes": ("bytes", "weights and biases read from DDR memory"),
    "read_input_bytes": ("bytes", "images read from DDR memory"),
    "read_feature_map_bytes": ("bytes", "feature maps read back from DDR memory"),
    "write_output_bytes": ("bytes", "outputs written to DDR memory"),
    "write_feature_map_bytes": ("bytes", "feature maps written to DDR memory"),
    "bursts_program": ("bursts", "bursts that read the program"),
    "bursts_read": ("bursts", "bursts that read images and feature maps"),
    "bursts_write": ("bursts", "bursts that wrote outputs and feature maps"),
    "chip_feature_map_reads": ("accesses", "words of 32 bits read from feature-map banks"),
    "chip_weight_reads": ("accesses", "rows of weights and biases that entered the array"),
    "chip_feature_map_writes": ("accesses", "bytes that the array wrote to feature-map banks"),
}


def engine_registers() -> EngineRegisters:
    """Return the registers, by address."""
    inputs = [
        EngineRegister(
            name=place.name.lower(),
            offset=place,
            bits=bits,
            direction="input",
            unit=_unit(place),
            meaning=meaning,
        )
        for place, bits, meaning in _INPUTS
    ]
    states = [
        EngineRegister(
            name=place.name.lower(),
            offset=place,
            bits=32,
            direction="state",
            unit="bits",
            meaning=meaning,
        )
        for place, meaning in _STATES
    ]
    counters = [
        EngineRegister(
            name=counter_register(name),
            offset=Place.COUNTERS + 8 * index,
            bits=64,
            direction="output",
            unit=_COUNTERS[name][0],
            meaning=_COUNTERS[name][1],
        )
        for index, name in enumerate(COUNTERS)
    ]
    return EngineRegisters(registers=(*inputs, *states, *counters))


def counter_register(counter: str) -> str:
    """Return the name of a counter's register: `frames` itself is how many a run takes."""
    return "frames_done" if counter == "frames" else counter


def control_words() -> tuple[ControlWord, ...]:
    """Return the control words: those of Vitis HLS without its restart, and with an abort."""
    first, *others = CONTROL_WORDS
    fields = tuple(one for one in first.fields if one.name != "AUTO_RESTART")
    abort = BitField(name="ABORT", bit=8, writable=True, meaning="write 1 to stop a run")
    narrow = (replace(one, fields=one.fields[:1]) for one in others)
    return (replace(first, fields=(*fields, abort)), *narrow)


def _unit(place: Place) -> str:
    if place is Place.FRAMES:
        return "images"
    return "bytes" if place.name.endswith("_BYTES") else "address"
