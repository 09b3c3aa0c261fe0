"""What compression saved, in words: the rows that the terminal and the page show."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.report.numbers import (
    format_bits,
    format_bytes,
    format_count,
    format_percent,
    format_saved,
)
from fpgaflow.report.schema_compression import Compression, Saving


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """One figure of both networks, written out."""

    title: str
    original: str
    compressed: str
    saved: str
    source: str


def shown_rows(compression: Compression) -> tuple[ShownRow, ...]:
    """Return accuracy where it is known, every saving, and the speed."""
    before, after = (
        net.performance.images_per_second for net in (compression.original, compression.compressed)
    )
    speed = ShownRow(
        title="images per second",
        original=format_count(before),
        compressed=format_count(after),
        saved=f"{after / before:.3g} times",
        source=compression.compressed.performance.source,
    )
    return (*_accuracy(compression), *(_saving(row) for row in compression.savings), speed)


def shown_lines(compression: Compression, board: str) -> tuple[str, ...]:
    """Return what has to be said beside the rows.

    Args:
        compression: what was saved.
        board: its title.
    """
    old, new, removed = compression.original, compression.compressed, compression.removed
    plan = compression.plan
    by = "" if plan is None else f", {_METHODS.get(plan.method, plan.method)} as {plan.file} says"
    lines = [f"original: {old.file or 'the given network'} ({old.architecture}){by}"]
    lines.append(
        f"gone: {_some(removed.convolutions, 'convolution')}{_blocks(compression)}, and "
        f"{removed.channels} of {removed.channels_before} channels of the others"
    )
    lines.append(
        f"both networks: same passes, bit widths and calibration; on {board} the original "
        f"{_fits(old.fit.fits)} and the compressed one {_fits(new.fit.fits)}"
    )
    lines.append(
        "float32: as PyTorch runs it, each layer reads inputs and weights from DRAM and writes its "
        "output there; Mem R+W and memory as in Appl. Sci. 2022, 12, 10468"
    )
    return tuple(lines)


_METHODS = {
    "prune": "pruned",
    "slim": "slimmed",
    "fuse": "fused",
    "compress": "compressed",
    "control": "remade as a control experiment",
}


def _accuracy(compression: Compression) -> tuple[ShownRow, ...]:
    found = compression.accuracy
    if found is None:
        return ()
    points = 100 * (found.compressed - found.original)
    return (
        ShownRow(
            title=f"float accuracy on {found.data}",
            original=format_percent(found.original),
            compressed=format_percent(found.compressed),
            saved=f"{points:+.2f} points",
            source=found.source,
        ),
    )


def _saving(row: Saving) -> ShownRow:
    write = {"count": format_count, "bits": format_bits, "bytes": format_bytes}[row.unit]
    return ShownRow(
        title=row.title,
        original=write(row.original),
        compressed=write(row.compressed),
        saved=format_saved(row.saved),
        source=row.source,
    )


def _some(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _blocks(compression: Compression) -> str:
    blocks = () if compression.plan is None else compression.plan.blocks
    return f" (blocks {', '.join(blocks)})" if blocks else ""


def _fits(fits: bool) -> str:
    return "fits" if fits else "does not fit"
