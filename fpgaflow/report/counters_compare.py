"""Holds counters from different places against each other, to the last access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from fpgaflow.report.schema_counters import CountedValue, CounterReading, Counters

NOT_COMPARED = "cycles"
"""The unit of what nothing predicts: how long a run took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A counter that does not show what the model predicts.

    Attributes:
        name: of the register.
        unit: what it counts.
        by: who counted.
        count: what it shows; None where that counter is missing.
        images: after so many images.
        predicted: what one image should add; None where the model has no such counter.
    """

    name: str
    unit: str
    by: str
    count: int | None
    images: int
    predicted: int | None

    def __str__(self) -> str:
        """Return one sentence."""
        many = f"{self.images} image" + ("s" if self.images != 1 else "")
        found = "does not show" if self.count is None else f"shows {self.count:,} {self.unit} of"
        if self.predicted is None:
            return f"{self.by} {found} {self.name} after {many}, which the model does not have"
        expected = f"{self.predicted * self.images:,} {self.unit}"
        if self.count is None:
            return f"{self.by} {found} {self.name}; predicted are {expected} after {many}"
        return f"{self.by} {found} {self.name} after {many}; predicted are {expected}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number for one image, from one place.

    Attributes:
        value: exact; None where it is not known.
        wrong: whether it is not what was predicted.
    """

    value: Fraction | None
    wrong: bool = False

    def __add__(self, other: Count) -> Count:
        """Return the sum; it is wrong where a summand is, and not known where one is not."""
        value = None
        if self.value is not None and other.value is not None:
            value = self.value + other.value
        return Count(value=value, wrong=self.wrong or other.wrong)

    def __str__(self) -> str:
        """Return the number: whole, or as a fraction where images differ among themselves."""
        if self.value is None:
            return ""
        whole, part = divmod(self.value.numerator, self.value.denominator)
        return f"{whole:,}" if not part else f"{whole:,} {part}/{self.value.denominator}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRow:
    """One counter from every place, for one image."""

    name: str
    unit: str
    layer: str | None
    predicted: Count
    simulated: Count
    board: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterTable:
    """All counters.

    Attributes:
        rows: in the registers' order.
        differences: what is not as predicted; empty where all agree.
    """

    rows: tuple[CounterRow, ...]
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Whether every counter shows what the model predicts."""
        return not self.differences


def compare_counters(counters: Counters) -> CounterTable:
    """Hold simulation and board against the prediction, and so against each other."""
    predicted = {one.name: one for one in counters.predicted.counts}
    simulated, board = _Side(counters.simulated, predicted), _Side(counters.board, predicted)
    known: dict[str, CountedValue] = {}
    for values in (board.values, simulated.values, predicted):
        known |= values
    # The board and the simulation hold all registers, the prediction not those of cycles.
    order = dict.fromkeys([*predicted, *simulated.values, *board.values])
    return CounterTable(
        rows=tuple(
            CounterRow(
                name=name,
                unit=known[name].unit,
                layer=known[name].layer,
                predicted=_predicted(predicted.get(name)),
                simulated=simulated.count(name),
                board=board.count(name),
            )
            for name in order
        ),
        differences=(*simulated.differences(), *board.differences()),
    )


def _predicted(value: CountedValue | None) -> Count:
    return Count(value=None if value is None else Fraction(value.count))


class _Side:
    """One reading against the prediction; nothing where there is none."""

    def __init__(
        self, reading: CounterReading | None, predicted: Mapping[str, CountedValue]
    ) -> None:
        self._reading = reading if reading is not None and reading.images > 0 else None
        self._predicted = predicted
        found = () if self._reading is None else self._reading.counts
        self.values = {one.name: one for one in found}

    def differences(self) -> list[Difference]:
        names = dict.fromkeys([*self._predicted, *self.values])
        return [found for name in names if (found := self._difference(name)) is not None]

    def count(self, name: str) -> Count:
        value = self.values.get(name)
        images = 1 if self._reading is None else self._reading.images
        return Count(
            value=None if value is None else Fraction(value.count, images),
            wrong=self._difference(name) is not None,
        )

    def _difference(self, name: str) -> Difference | None:
        reading, value, one = self._reading, self.values.get(name), self._predicted.get(name)
        if reading is None:
            return None
        if one is None and (value is None or value.unit == NOT_COMPARED):
            return None
        if value is not None and one is not None and value.count == one.count * reading.images:
            return None
        known = value or one
        assert known is not None, name
        return Difference(
            name=name,
            unit=known.unit,
            by=reading.by,
            count=None if value is None else value.count,
            images=reading.images,
            predicted=None if one is None else one.count,
        )
