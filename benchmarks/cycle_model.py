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
from marked_page import fill_page


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
    click.echo(summary(rows))
    click.echo()
    click.echo(table(rows))
    if page is not None:
        fill_page(page, f"{summary(rows)}\n\n{table(rows)}")
    if json_file is not None:
        figures = [{**asdict(row), "error": row.error} for row in rows]
        json_file.write_text(json.dumps({"rows": figures}, indent=1) + "\n", encoding="utf-8")


def table(rows: Sequence[Row]) -> str:
    """Return the table, Markdown; designs that agree in everything else share a line."""
    lines = [
        "| design | what | reported by | reported (cycles) | modelled (cycles) | error | inputs |",
        "|---|---|---|---|---|---|---|",
    ]
    alike: dict[str, list[str]] = {}
    for row in rows:
        alike.setdefault(_cells(row), []).append(row.design)
    for cells, designs in alike.items():
        lines.append(f"| {_names(designs)} | {cells} |")
    return "\n".join(lines)


def _cells(row: Row) -> str:
    reported = f"{row.low:,}" if row.low == row.high else f"{row.low:,} to {row.high:,}"
    model = "not modelled" if row.model is None else f"{row.model:,}"
    error = "" if row.error is None else f"{row.error:+.1%}".replace("+0.0%", "0.0%")
    return " | ".join((row.what, row.tool, reported, model, error, row.rests_on))


def _names(designs: Sequence[str]) -> str:
    """Return one name for several designs: what they share in words, then the rest of each."""
    names = list(dict.fromkeys(designs))
    if len(names) == 1:
        return names[0]
    words = [name.split() for name in names]
    shared = 0
    while len({tuple(one[: shared + 1]) for one in words}) == 1:
        shared += 1
    family = words[0][:shared]
    return " ".join((*family, ", ".join(" ".join(one[shared:]) for one in words)))


def summary(rows: Sequence[Row]) -> str:
    """Return how far off the model is: by kind of pipeline, by figure, and by who reported it."""
    lines = [
        "| pipeline | figure | reported by | figures | exact or in the range | largest error |",
        "|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        if row.error is None or row.low <= SHORT:
            continue
        groups.setdefault((_PIPELINES[row.rule], _figure(row), row.tool), []).append(row.error)
    for key, errors in sorted(groups.items()):
        exact = sum(error == 0 for error in errors)
        largest = max(errors, key=abs)
        size = f"{largest:+.1%}".replace("+0.0%", "0.0%")
        lines.append(f"| {' | '.join(key)} | {len(errors)} | {exact} | {size} |")
    missing = sum(row.model is None for row in rows)
    lines += ["", f"Not modelled: {missing}. Figures of up to {SHORT} cycles are left out here."]
    return "\n".join(lines)


SHORT = 10
"""Clock cycles up to which a stage is too short to say anything about a pipeline."""

_PIPELINES = {
    "as here": "as this project's",
    "pixel loop": "loop over pixels",
    "whole vectors": "whole vectors",
}


def _figure(row: Row) -> str:
    if not row.what.startswith("all"):
        return "a stage"
    return "interval" if "interval" in row.what else "latency, first output"


if __name__ == "__main__":
    main()
