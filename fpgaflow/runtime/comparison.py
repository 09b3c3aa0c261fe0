"""What the memory-access model predicted beside what the board counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fpgaflow.runtime.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRow:
    """One counter.

    Attributes:
        name: of the register.
        unit: what it counts.
        predicted: what it should show; None where nothing predicts it.
        counted: what the board shows.
    """

    name: str
    unit: str
    predicted: int | None
    counted: int

    @property
    def equal(self) -> bool:
        """Whether the board counted what was predicted, or nothing was."""
        return self.predicted is None or self.predicted == self.counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All counters of the last call.

    Attributes:
        images: that it took.
        rows: one for each counter.
    """

    images: int
    rows: tuple[CounterRow, ...]

    @property
    def equal(self) -> bool:
        """Whether every predicted counter shows its prediction."""
        return all(row.equal for row in self.rows)

    def __str__(self) -> str:
        """Return a table."""
        cells = [("counter", "unit", "predicted", "counted", "")]
        for row in self.rows:
            predicted = "" if row.predicted is None else f"{row.predicted:,}"
            mark = "" if row.equal else "DIFFERS"
            cells.append((row.name, row.unit, predicted, f"{row.counted:,}", mark))
        widths = [max(len(line[column]) for line in cells) for column in range(5)]
        lines = [
            f"{name:<{widths[0]}}  {unit:<{widths[1]}}  {predicted:>{widths[2]}}  "
            f"{counted:>{widths[3]}}  {mark}".rstrip()
            for name, unit, predicted, counted, mark in cells
        ]
        return "\n".join([f"{self.images} images", *lines])


def compare_counters(
    manifest: Manifest, images: int, counters: Mapping[str, int], runs: int = 1
) -> Comparison:
    """Hold counters against the prediction for that many images.

    Args:
        manifest: holds the prediction.
        images: that were run.
        counters: what was counted.
        runs: that the images came in; only an engine's counters depend on it.
    """
    per_run = {} if manifest.engine is None else manifest.engine.per_run
    rows = tuple(
        CounterRow(
            name=one.name,
            unit=one.unit,
            predicted=_predicted(
                manifest.per_image.get(one.name), images, per_run.get(one.name, 0), runs
            ),
            counted=counters[one.name],
        )
        for one in manifest.counters
    )
    return Comparison(images=images, rows=rows)


def _predicted(per_image: int | None, images: int, per_run: int, runs: int) -> int | None:
    return None if per_image is None else per_image * images + per_run * runs
