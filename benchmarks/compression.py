"""Runs a recipe of compressions on real images, and collects, tabulates and draws what came out.

    python benchmarks/compression.py resnet20 --source DATA_DIR --work DIR --threads 2 \\
        --json compression-resnet20.json --figures figures --page compression.md

DATA_DIR holds cifar10-jpeg/{train,test}.npz, mnist/ and checkpoints/. The recipes are in
compression_recipes.py; they take hours. A run that was killed goes on when the same command is
given again. --collect-only runs nothing: it takes what is there.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import click
import torch
from common import write_figures
from compression_collect import Collected, collect
from compression_data import write_data
from compression_figures import draw_figures
from compression_json import figures_json
from compression_page import refresh, section, terminal_tables
from compression_recipes import RECIPES
from compression_steps import DATA, Place, run_recipe
from rich.console import Console

from fpgaflow.errors import FpgaflowError

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("key", metavar="RECIPE", type=click.Choice(tuple(RECIPES)))
@click.option("--source", required=True, type=_FOLDER, help="Raw data sets and checkpoints.")
@click.option(
    "--work",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the commands run; what is there is not made again.",
)
@click.option("--threads", type=click.IntRange(min=1), default=os.cpu_count(), show_default=True)
@click.option("--collect-only", is_flag=True, help="Run nothing, collect what is there.")
@click.option("--cpu-time", is_flag=True, help="Measure milliseconds an image too.")
@click.option("--json", "json_file", type=_FILE, help="All figures.")
@click.option("--figures", type=click.Path(file_okay=False, path_type=Path), help="Pictures.")
@click.option("--page", type=_FILE, help="A Markdown page whose section is written anew.")
def main(
    *,
    key: str,
    source: Path,
    work: Path,
    threads: int,
    collect_only: bool,
    cpu_time: bool,
    json_file: Path | None,
    figures: Path | None,
    page: Path | None,
) -> None:
    """Run RECIPE, print what came out, and write the figures."""
    # As an exception it ends the running command too, which else would go on alone.
    signal.signal(signal.SIGTERM, _end)
    torch.set_num_threads(threads)
    progress = Console(stderr=True)
    recipe = RECIPES[key]
    place = Place(source=source, work=work, threads=threads)
    try:
        if not collect_only:
            write_data(source, work / DATA)
            run_recipe(recipe, place, lambda line: progress.print(line, highlight=False))
        with progress.status("measuring") as status:
            found = collect(key, recipe, place, status.update, cpu_time=cpu_time)
    except FpgaflowError as error:
        raise click.ClickException(str(error)) from error
    _print(found)
    write_figures(json_file, figures_json(found) if json_file is not None else {})
    drawn = () if figures is None else draw_figures(found, figures)
    if page is not None:
        refresh(page, key, section(found, page.parent, json_file, drawn))


def _end(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def _print(found: Collected) -> None:
    console = Console()
    if not console.is_terminal:
        console.width = 120
    for table in terminal_tables(found):
        console.print(table)
    for step in found.steps:
        if step.differences:
            click.echo(f"{step.name} was run otherwise than its recipe: {step.differences}")
    if found.missing:
        click.echo(f"not there yet: {', '.join(found.missing)}")


if __name__ == "__main__":
    main()
