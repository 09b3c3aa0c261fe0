"""Plain tables: commands that need no more than the base installation print these."""

from __future__ import annotations

from collections.abc import Sequence

from fpgaflow.cli.errors import printable


def format_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
) -> str:
    """Return a table, columns as wide as they must be.

    Args:
        header: titles of the columns.
        rows: their texts.
        right: indices of the columns that hold numbers.
    """
    cells = [[printable(text) for text in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = [
        "  ".join(
            text.rjust(width) if column in right else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
