"""Runs a recipe's commands one after the other, each in a process of its own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import click
from compression_recipes import Recipe, Step
from compression_where import commit

DATA = "data"
_CHECKPOINTS = "checkpoints"
_RUN = ".run.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a recipe is run.

    Attributes:
        source: holds the raw data sets, and checkpoints/.
        work: where the commands run: data/ holds the data files, models lie beside it.
        threads: of the CPU.
    """

    source: Path
    work: Path
    threads: int

    def model(self, name: str) -> Path:
        """Return the file of a network that a step wrote."""
        return self.work / f"{name}.safetensors"

    def checkpoint(self, recipe: Recipe) -> Path | None:
        """Return the file that a recipe begins with."""
        return None if recipe.checkpoint is None else self._checkpoints / recipe.checkpoint

    @property
    def _checkpoints(self) -> Path:
        return self.source / _CHECKPOINTS

    def start(self, recipe: Recipe) -> Path:
        """Return the file of the network that a recipe's others are held against."""
        checkpoint = self.checkpoint(recipe)
        if checkpoint is not None and checkpoint.stem == recipe.start:
            return checkpoint
        return self.model(recipe.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is kept of a step's run.

    Attributes:
        seconds: of wall-clock time, attempts that were interrupted included.
        threads: of the CPU.
        commit: of the code that ran last.
        date: when it ended.
    """

    seconds: float
    threads: int
    commit: str
    date: str


def arguments_of(recipe: Recipe, step: Step, checkpoints: str) -> tuple[str, ...]:
    """Return a step's arguments as `fpgaflow` takes them in the working folder.

    Args:
        recipe: that it belongs to.
        step: what to run.
        checkpoints: how the folder of checkpoints is written.
    """

    def place(word: str) -> str:
        if word.endswith(".npz"):
            return f"{DATA}/{word}"
        return f"{checkpoints}/{word}" if word == recipe.checkpoint else word

    return (*map(place, step.arguments), "-o", f"{step.name}.safetensors")


def command_line(recipe: Recipe, step: Step) -> str:
    """Return a step's command as it is published; the data's folder is called DATA_DIR."""
    return shlex.join(("fpgaflow", *arguments_of(recipe, step, f"DATA_DIR/{_CHECKPOINTS}")))


def run_recipe(recipe: Recipe, place: Place, say: Callable[[str], None]) -> None:
    """Run every step whose output is not there yet.

    A step that was interrupted goes on where it was: `fpgaflow` keeps checkpoints.

    Raises:
        click.ClickException: a file that the recipe begins with is missing, or a step failed.
    """
    _check_start(recipe, place)
    for step in recipe.steps:
        if place.model(step.name).exists():
            say(f"{step.name}: is there")
        else:
            say(f"{step.name}: {command_line(recipe, step)}")
            _run(recipe, step, place)


def read_run(place: Place, name: str) -> Run | None:
    """Return what was kept of a step's run; None where it was run by hand."""
    path = place.work / f"{name}{_RUN}"
    return Run(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def _check_start(recipe: Recipe, place: Place) -> None:
    made = {step.name for step in recipe.steps}
    needed = [place.checkpoint(recipe)]
    if recipe.start not in made:
        needed.append(place.start(recipe))
    for path in needed:
        if path is not None and not path.exists():
            raise click.ClickException(
                f"{path} is not there, which this recipe begins with: run the recipe that writes "
                "it first, or name the folder that holds it with --source or --work"
            )


def _run(recipe: Recipe, step: Step, place: Place) -> None:
    program = Path(sys.executable).with_name("fpgaflow")
    checkpoints = str((place.source / _CHECKPOINTS).resolve())
    code, began, status = commit(), time.monotonic(), 1
    try:
        status = subprocess.run(
            (program, *arguments_of(recipe, step, checkpoints)),
            cwd=place.work,
            env={**os.environ, "OMP_NUM_THREADS": str(place.threads)},
            check=False,
        ).returncode
    finally:
        _keep(place, step.name, time.monotonic() - began, code)
    if status:
        raise click.ClickException(
            f"{step.name} ended with exit code {status}, as it says above; what was finished is "
            "kept: give the same command again to go on"
        )


def _keep(place: Place, name: str, seconds: float, code: str) -> None:
    before = read_run(place, name)
    run = Run(
        seconds=seconds + (0.0 if before is None else before.seconds),
        threads=place.threads,
        commit=code,
        date=datetime.now().astimezone().date().isoformat(),
    )
    path = place.work / f"{name}{_RUN}"
    path.write_text(json.dumps(asdict(run), indent=1) + "\n", encoding="utf-8")
