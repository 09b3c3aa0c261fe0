"""What report.json says of the counters: predicted, simulated, and read from a board."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.report.schema_parts import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedValue:
    """One counter.

    Attributes:
        name: of the register.
        unit: what it counts: images, cycles, beats, bytes or accesses.
        layer: whose it is; null for the whole design.
        count: what it shows after all images of the reading.
    """

    name: str
    unit: str
    layer: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterReading:
    """All counters, from one place.

    Attributes:
        by: who counted.
        images: that went through.
        counts: in the registers' order.
        source: where the figures come from; an emulated board is `simulated`.
    """

    by: str
    images: int
    counts: tuple[CountedValue, ...]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """The same counters from every place where they are known.

    Attributes:
        beat_bits: width of the board's streams.
        predicted: by the memory-access model, for one image; cycles are not in it.
        simulated: by the C-simulation of the wrapped design; null where it was not counted.
        not_simulated: why, then.
        board: read from a board or its emulation; null where none was run.
        not_on_board: why, then.
    """

    beat_bits: int
    predicted: CounterReading
    simulated: CounterReading | None
    not_simulated: str | None
    board: CounterReading | None
    not_on_board: str | None
