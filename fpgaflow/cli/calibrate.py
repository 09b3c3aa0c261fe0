"""`fpgaflow calibrate`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from fpgaflow.cli.options import json_option

if TYPE_CHECKING:
    from fpgaflow.api.calibration import Calibrated


@click.command("calibrate", short_help="Let synthesized builds sharpen the resource model.")
@click.argument("builds", nargs=-1)
@click.option(
    "--file",
    metavar="FILE",
    help="Where measured designs are kept.  [default: fpgaflow/measured-designs.json in "
    "$XDG_DATA_HOME or ~/.local/share]",
)
@click.option("--remove", is_flag=True, help="Take these builds out of the file.")
@click.option("--dry-run", is_flag=True, help="Compare, and change nothing.")
@json_option
def command(
    *, builds: tuple[str, ...], file: str | None, remove: bool, dry_run: bool, as_json: bool
) -> None:
    """Hold what Vivado measured of BUILDS against the resource model, and keep it.

    BUILDS are folders that `fpgaflow synthesize` has placed and routed. Their figures are shown
    beside the model's bands and added to a file, which every later `fpgaflow compile` reads: the
    likely numbers move to the measured ones, the bands come nearer. A build that is given again
    replaces itself. Without BUILDS the command shows what the file holds.

    \b
    Examples:
      fpgaflow calibrate model-pynq-z2
      fpgaflow calibrate --remove model-pynq-z2
      fpgaflow calibrate
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow calibrate")

    from fpgaflow.api.calibration import calibrate

    found = calibrate(builds, file=file, remove=remove, dry_run=dry_run)
    click.echo(_json(found) if as_json else "\n\n".join(_parts(found)))


def _parts(found: Calibrated) -> list[str]:
    from fpgaflow.cli.table import format_table
    from fpgaflow.report.numbers import RESOURCE_NAMES

    parts: list[str] = []
    if found.rows:
        header = ("design", "board", "resource", "modelled", "band", "measured", "ratio", "")
        rows = [
            (
                row.design,
                row.board,
                RESOURCE_NAMES[row.resource],
                str(row.likely),
                f"{row.low}-{row.high}",
                f"{row.measured:g}",
                "-" if row.ratio is None else f"{row.ratio:.2f}",
                "" if row.inside else "outside",
            )
            for row in found.rows
        ]
        parts.append(format_table(header, rows, right=range(3, 7)))
    if found.factors:
        header = ("resource", "low", "likely", "high")
        factors = [
            (RESOURCE_NAMES[one.resource], *(f"{n:.2f}" for n in (one.low, one.likely, one.high)))
            for one in found.factors
        ]
        table = format_table(header, factors, right=range(1, 4))
        parts.append(f"later bands, as factors of the model's likely number:\n{table}")
    return [*parts, _summary(found)]


def _summary(found: Calibrated) -> str:
    designs = found.calibration.designs
    state = "written" if found.written else "not changed"
    lines = [f"{found.file}: {len(designs)} measured designs, {state}"]
    lines += [f"  {one.name} on {one.board}, {one.tool}" for one in designs]
    return "\n".join(lines)


def _json(found: Calibrated) -> str:
    return json.dumps(
        {
            "rows": [asdict(row) for row in found.rows],
            "factors": [asdict(one) for one in found.factors],
            "file": str(found.file),
            "written": found.written,
            "designs": len(found.calibration.designs),
            "sha256": found.calibration.sha256 if found.calibration.designs else None,
        },
        indent=2,
    )
