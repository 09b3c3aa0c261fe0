"""The resource model against Vivado: errors and bands of networks held out of the fit.

    python benchmarks/resource_model.py --reports DIR

The designs are those of `resource_designs`. DIR, if given, holds `calibration_points.json`,
csynth's estimates of other designs, which do not belong to this project: they are judged too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from math import exp, log
from pathlib import Path
from statistics import median

import click
from resource_designs import DESIGNS, Design, read_designs
from resource_figure import TITLES, draw
from resource_fit import RESOURCES, HeldOut, fit, hold_out, networks, spread_of
from resource_hls import Ratio, read_ratios

from fpgaflow.hardware.resource_bands import SPREAD
from fpgaflow.hardware.resource_coefficients import FITTED


@click.command()
@click.option(
    "--designs",
    "design_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DESIGNS,
    help="Another list of measured designs.",
)
@click.option(
    "--reports",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of csynth's estimates.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="All figures.")
@click.option("--figure", type=click.Path(path_type=Path), help="The picture, PNG.")
def main(
    *, design_file: Path, reports: Path | None, json_file: Path | None, figure: Path | None
) -> None:
    """Hold each network out in turn, and print how far off the resource model is."""
    designs = read_designs(design_file)
    rows = hold_out(designs)
    strangers = hold_out([replace(one, network=one.author) for one in designs])
    coefficients, spread = fit(designs), spread_of(designs)
    click.echo(_errors(designs, rows))
    click.echo(_summary(rows))
    click.echo("\nAll designs of one author held out in turn:")
    click.echo(_summary(strangers))
    click.echo(
        "coefficients: " + ", ".join(f"{k} {v:.3g}" for k, v in asdict(coefficients).items())
    )
    click.echo(
        "spread, below and above: "
        + ", ".join(
            f"{TITLES[name]} {below:.2f} {above:.2f}" for name, (below, above) in spread.items()
        )
    )
    ratios = () if reports is None else read_ratios(reports)
    if ratios:
        click.echo(_ratios(ratios))
    if figure is not None:
        draw(rows, figure)
    if json_file is None:
        return
    figures = {
        "rows": [
            {
                "design": row.design,
                "resource": row.resource,
                "low": round(row.low),
                "likely": round(row.likely),
                "high": round(row.high),
                "vivado": row.vivado,
                "held_out": True,
                "inside": row.inside,
            }
            for row in rows
        ],
        "coverage": coverage(rows),
        "coverage_by_resource": {name: coverage(of(rows, name)) for name in RESOURCES},
        "median_high_over_low": {name: width(of(rows, name)) for name in RESOURCES},
        "coverage_without_the_author": coverage(strangers),
        "coefficients": asdict(coefficients),
        "shipped_coefficients": asdict(FITTED),
        "spread": spread,
        "shipped_spread": SPREAD,
        "designs": [
            {
                "design": one.name,
                "network": one.network,
                "source": one.source,
                "part": one.part,
                "tool": one.tool,
            }
            for one in designs
        ],
        "hls_estimate_to_vivado": [asdict(one) for one in ratios],
    }
    json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def of(rows: Sequence[HeldOut], resource: str) -> list[HeldOut]:
    """Return the rows of one resource."""
    return [row for row in rows if row.resource == resource]


def coverage(rows: Sequence[HeldOut]) -> float:
    """Return the part of the measured figures that their bands hold."""
    return round(sum(row.inside for row in rows) / len(rows), 4)


def width(rows: Sequence[HeldOut]) -> float:
    """Return the median of high over low."""
    return round(median(row.high / max(row.low, 1.0) for row in rows), 2)


def error(rows: Sequence[HeldOut]) -> float:
    """Return the typical factor between the likely and the measured number."""
    logs = [abs(log(max(row.likely, 1.0) / row.vivado)) for row in rows]
    return round(exp(median(logs)), 2)


def _errors(designs: Sequence[Design], rows: Sequence[HeldOut]) -> str:
    lines = [f"{len(designs)} designs of {len(networks(designs))} networks, each held out in turn:"]
    lines.append(
        "| design | " + " | ".join(f"{TITLES[name]} model / Vivado" for name in RESOURCES) + " |"
    )
    lines.append("|---" * (len(RESOURCES) + 1) + "|")
    for design in designs:
        found = {row.resource: row for row in rows if row.design == design.name}
        cells = [_cell(found[name]) for name in RESOURCES]
        lines.append(f"| {design.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(row: HeldOut) -> str:
    band = f"{row.low:.0f}–{row.high:.0f}"
    mark = "" if row.inside else " **out**"
    return f"{row.likely:.0f} ({band}) / {row.vivado:.0f}{mark}"


def _summary(rows: Sequence[HeldOut]) -> str:
    lines = [
        "",
        "| resource | inside | median factor off | median high / low |",
        "|---|---|---|---|",
    ]
    for name in RESOURCES:
        one = of(rows, name)
        inside = sum(row.inside for row in one)
        lines.append(
            f"| {TITLES[name]} | {inside} of {len(one)} | {error(one):.2f} | {width(one):.2f} |"
        )
    inside = sum(row.inside for row in rows)
    lines.append(f"| all | {inside} of {len(rows)} ({coverage(rows):.0%}) | | |")
    return "\n".join(lines)


def _ratios(ratios: Sequence[Ratio]) -> str:
    lines = [
        "",
        "Vivado over csynth's estimate:",
        "| resource | designs | from | to | inside the others' band | high / low |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.resource} | {one.designs} | {one.least:.2f} | {one.most:.2f} "
        f"| {one.inside} | {one.width:.1f} |"
        for one in ratios
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
