"""A collected recipe as tables: in the terminal, and between two marks of a Markdown page."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import numpy as np
from compression_collect import Collected, Network, StepFound
from compression_figures import Drawn
from compression_json import fused_convolutions
from compression_where import commit, machine
from numpy.typing import NDArray
from rich import box
from rich.table import Table

Row = tuple[str, ...]
_REACHED = (
    "network",
    "what",
    "MACs",
    "less",
    "fused blocks (convolutions)",
    "validation half",
    "drop, points",
    "untouched half",
    "drop, points",
    "whole test set",
    "drop, points",
)
_COSTS = ("network", "MACs", "FLOPs", "less", "parameters", "less", "convolutions", "Mem R+W")
_CPU_TIME = "CPU, ms an image"
_STEPS = ("network", "trainings", "epochs", "minutes", "seed")
_WIDTH = 110


def terminal_tables(found: Collected) -> tuple[Table, ...]:
    """Return the tables of what was removed, accuracies, costs and commands."""
    rows = [_reached(found, one) for one in found.networks]
    return (
        # Two, so that they fit into 80 columns.
        _table(found.recipe.title, _REACHED[:5], [row[:5] for row in rows]),
        _table("accuracy", _cut(_REACHED), [_cut(row) for row in rows]),
        _table("what an image costs", _costs_header(found), _costs_rows(found)),
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
    start = found.start.name
    parts = [
        f"## {found.recipe.title} (measured)",
        "\n".join(_wrapped(step.command) for step in found.steps),
        _markdown(_REACHED, [_reached(found, one) for one in found.networks], start),
        f"Less and drop: against {start}. The validation half has {found.images[0]:,} images, the "
        f"untouched half {found.images[1]:,}. ±: the standard error of the paired difference. "
        "Minutes: of all epochs, by the clock, on whatever else the machine had to do.",
        _markdown(_costs_header(found), _costs_rows(found), start),
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


def _cut(row: Row) -> Row:
    return (row[0], *row[5:])


def _reached(found: Collected, network: Network) -> Row:
    measured, start = network.measured, found.start.measured
    blocks = f"{network.blocks} ({fused_convolutions(found, network)})" if network.blocks else ""
    chosen_on, untouched = found.chosen_on(network), found.untouched(network)
    row = (
        network.name,
        network.role,
        _millions(measured.costs.macs),
        _less(start.costs.macs, measured.costs.macs),
        blocks,
        _percent(measured.right_chosen_on),
        _points(chosen_on.drop_points),
        _percent(measured.right_untouched),
        f"{_points(untouched.drop_points)} ± {untouched.standard_error_points:.2f}",
        _percent(measured.right),
        _points(found.test(network).drop_points),
    )
    if network is not found.start:
        return row
    return tuple("" if at in (3, 6, 8, 10) else cell for at, cell in enumerate(row))


def _costs_header(found: Collected) -> Row:
    return (*_COSTS, _CPU_TIME) if _has_cpu_time(found) else _COSTS


def _costs_rows(found: Collected) -> list[Row]:
    start = found.start.measured.costs
    rows: list[Row] = []
    for network in found.networks:
        measured = network.measured
        other = network is not found.start
        row = (
            network.name,
            _millions(measured.costs.macs),
            _millions(measured.costs.paper_flops),
            _less(start.paper_flops, measured.costs.paper_flops) if other else "",
            _thousands(measured.costs.parameters),
            _less(start.parameters, measured.costs.parameters) if other else "",
            str(measured.convolutions),
            f"{measured.costs.read_write_mb:.2f} MB",
        )
        time = "" if measured.cpu_ms is None else f"{measured.cpu_ms:.2f}"
        rows.append((*row, time) if _has_cpu_time(found) else row)
    return rows


def _has_cpu_time(found: Collected) -> bool:
    return any(network.measured.cpu_ms is not None for network in found.networks)


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
    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(header):
        first = number == 0
        table.add_column(name, justify="left" if first else "right", no_wrap=first)
    for row in rows:
        table.add_row(*row)
    return table


def _markdown(header: Row, rows: Sequence[Row], bold: str | None = None) -> str:
    lines = [header, ("---", *("---:" for _ in header[1:]))]
    lines += [(f"**{row[0]}**" if row[0] == bold else row[0], *row[1:]) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _wrapped(command: str) -> str:
    """Return a command as lines of code that a shell takes."""
    lines: list[str] = []
    for part in re.split(r" (?=-)", command):
        if lines and len(lines[-1]) + len(part) < _WIDTH:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return " \\\n".join(f"    {'' if at == 0 else '    '}{line}" for at, line in enumerate(lines))


def _link(path: Path, beside: Path) -> str:
    return Path(os.path.relpath(path.resolve(), beside.resolve())).as_posix()


def _millions(count: int) -> str:
    return f"{count / 1e6:.2f} M"


def _thousands(count: int) -> str:
    return f"{count / 1e3:.1f} k" if count < 1e6 else _millions(count)


def _less(before: int, after: int) -> str:
    return f"{100 * (1 - after / before):.1f} %"


def _percent(right: NDArray[np.bool_]) -> str:
    return f"{100 * right.mean():.2f} %"


def _points(points: float) -> str:
    # Adding zero turns -0.00 into 0.00.
    return f"{round(points, 2) + 0.0:.2f}"
