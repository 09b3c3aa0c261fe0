"""The cycle model beside every report of cycles: csynth's and co-simulation's.

    python benchmarks/cycle_model.py --reports DIR --page cycle-model.md --json cycle-model.json

DIR holds `calibration_points.json`, `modules.json` and `networks.json`: figures read from public
reports of hls4ml designs. They do not belong to this project.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from cycle_designs import Row, read_rows


@click.command()
@click.option(
    "--reports",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="Folder of the figures that were reported.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="All figures.")
@click.option("--page", type=click.Path(path_type=Path), help="The table, Markdown.")
def main(*, reports: Path, json_file: Path | None, page: Path | None) -> None:
    """Print the model beside each reported figure."""
    rows = read_rows(reports)
    click.echo(table(rows))
    click.echo(summary(rows))
    if page is not None:
        begin, end = "<!-- table -->\n", "<!-- end of table -->\n"
        text = page.read_text(encoding="utf-8")
        head, _, rest = text.partition(begin)
        _, _, tail = rest.partition(end)
        page.write_text(
            f"{head}{begin}{table(rows)}\n\n{summary(rows)}\n{end}{tail}", encoding="utf-8"
        )
    if json_file is not None:
        figures = [{**asdict(row), "error": row.error} for row in rows]
        json_file.write_text(json.dumps({"rows": figures}, indent=1) + "\n", encoding="utf-8")


def table(rows: Sequence[Row]) -> str:
    """Return the table, Markdown."""
    lines = [
        "| design | what | reported by | reported (cycles) | modelled (cycles) | error |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        reported = f"{row.low:,}" if row.low == row.high else f"{row.low:,} to {row.high:,}"
        model = "not modelled" if row.model is None else f"{row.model:,}"
        error = "" if row.error is None else f"{row.error:+.1%}".replace("+0.0%", "0.0%")
        lines.append(f"| {row.design} | {row.what} | {row.tool} | {reported} | {model} | {error} |")
    return "\n".join(lines)


def summary(rows: Sequence[Row]) -> str:
    """Return how far off the model is in all."""
    alike = [row for row in rows if row.error is not None and not row.made_otherwise]
    others = [abs(row.error) for row in rows if row.error is not None and row.made_otherwise]
    exact = sum(row.error == 0 for row in alike)
    large = max(abs(row.error or 0) for row in alike if row.low > 10)
    text = (
        f"{len(alike)} figures are of designs made as this project makes them, {exact} of them "
        f"modelled exactly or within the report's range; of those above 10 cycles the largest "
        f"error is {large:.1%}."
    )
    if others:
        text += f" Of {len(others)} made in another way the largest is {max(others):.1%}."
    return text


if __name__ == "__main__":
    main()
