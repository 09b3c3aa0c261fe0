"""A collected recipe as tables: in the terminal, and between two marks of a Markdown page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from compression_collect import Collected, Network, StepFound
from compression_figures import Drawn
from compression_json import fused_convolutions
from compression_where import commit, machine
from rich.table import Table

Row = tuple[str, ...]
_NETWORKS = (
    "network",
    "what",
    "MACs",
    "less",
    "FLOPs",
    "parameters",
    "less",
    "convolutions",
    "fused blocks (convolutions)",
    "Mem R+W",
    "validation half",
    "untouched half",
    "drop there, points",
    "whole test set",
    "drop, points",
)
_STEPS = ("network", "trainings", "epochs", "minutes", "seed")


def terminal_tables(found: Collected) -> tuple[Table, Table]:
    """Return the tables of networks and of commands."""
    return (
        _table(found.recipe.title, _NETWORKS, [_network(found, one) for one in found.networks]),
        _table("what it took", _STEPS, [_step(step) for step in found.steps]),
    )


def section(found: Collected, beside: Path, json_file: Path | None, drawn: Sequence[Drawn]) -> str:
    """Return a recipe's section in Markdown.

    Args:
        found: what was collected.
        beside: the folder of the page that links to the files.
        json_file: with all figures, where it was written.
        drawn: the plots.
    """
    commands = [f"    {step.command}" for step in found.steps]
    parts = [
        f"## {found.recipe.title} (measured)",
        "\n".join([f"    python benchmarks/compression.py {found.key} ...", "", *commands]),
        _markdown(_NETWORKS, [_network(found, one) for one in found.networks], found.start.name),
        f"Less and drop: against {found.start.name}. Half of the test set has "
        f"{found.images[0]:,} (validation) and {found.images[1]:,} (untouched) images.",
        _markdown(_STEPS, [_step(step) for step in found.steps]),
        *(_differs(step) for step in found.steps if step.differences),
    ]
    if found.missing:
        parts.append(f"Not run yet: {', '.join(found.missing)}.")
    parts += [f"![{one.title}]({_link(one.path, beside)})\n\n{one.caption}" for one in drawn]
    today = datetime.now().astimezone().date().isoformat()
    source = f"{today}, at {commit()}, {machine()}"
    if json_file is not None:
        source += f"; [{json_file.name}]({_link(json_file, beside)})"
    return "\n\n".join([*parts, f"{source}."])


def refresh(page: Path, key: str, text: str) -> None:
    """Put a section between its marks, `<!-- begin KEY -->` and `<!-- end KEY -->`.

    Raises:
        click.ClickException: the page cannot be read, or has no such marks.
    """
    begin, end = f"<!-- begin {key} -->", f"<!-- end {key} -->"
    try:
        held = page.read_text(encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{page}: {error.strerror}") from error
    before, found, rest = held.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise click.ClickException(f"{page} has no lines {begin} and {end}, in this order")
    aside = page.with_name(f"{page.name}.aside")
    aside.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
    aside.replace(page)


def _network(found: Collected, network: Network) -> Row:
    measured, start = network.measured, found.start.measured
    untouched, test = found.untouched(network), found.test(network)
    blocks = f"{network.blocks} ({fused_convolutions(found, network)})" if network.blocks else ""
    is_start = network is found.start
    return (
        network.name,
        network.role,
        _millions(measured.costs.macs),
        "" if is_start else _less(start.costs.macs, measured.costs.macs),
        _millions(measured.costs.paper_flops),
        _thousands(measured.costs.parameters),
        "" if is_start else _less(start.costs.parameters, measured.costs.parameters),
        str(measured.convolutions),
        blocks,
        f"{measured.costs.read_write_mb:.2f} MB",
        _percent(float(measured.right_chosen_on.mean())),
        _percent(float(measured.right_untouched.mean())),
        ""
        if is_start
        else f"{_points(untouched.drop_points)} ± {untouched.standard_error_points:.2f}",
        _percent(float(measured.right.mean())),
        "" if is_start else f"{_points(test.drop_points)} ± {test.standard_error_points:.2f}",
    )


def _step(step: StepFound) -> Row:
    record = step.record
    return (
        step.name,
        str(len(record.trainings)),
        str(record.epochs),
        f"{record.seconds / 60:.1f}",
        str(record.settings.get("seed", "")),
    )


def _differs(step: StepFound) -> str:
    return f"{step.name} was run otherwise than its recipe: {'; '.join(step.differences)}."


def _table(title: str, header: Row, rows: Sequence[Row]) -> Table:
    table = Table(title=title)
    for number, name in enumerate(header):
        table.add_column(name, justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table


def _markdown(header: Row, rows: Sequence[Row], bold: str | None = None) -> str:
    lines = [header, ("---", *("---:" for _ in header[1:]))]
    lines += [(f"**{row[0]}**" if row[0] == bold else row[0], *row[1:]) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _link(path: Path, beside: Path) -> str:
    return Path(os.path.relpath(path.resolve(), beside.resolve())).as_posix()


def _millions(count: int) -> str:
    return f"{count / 1e6:.2f} M"


def _thousands(count: int) -> str:
    return f"{count / 1e3:.1f} k"


def _less(before: int, after: int) -> str:
    return f"{1 - after / before:.1%}"


def _percent(part: float) -> str:
    return f"{part:.2%}"


def _points(points: float) -> str:
    # Adding zero turns -0.00 into 0.00.
    return f"{round(points, 2) + 0.0:.2f}"
