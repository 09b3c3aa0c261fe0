"""Collects a recipe's outputs: every network that is there, measured, and what it took."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from compression_measure import Halves, Measured, Paired, measure, paired
from compression_recipes import Recipe, Step
from compression_records import StepRecord, differences, read_record
from compression_steps import DATA, Place, Run, command_line, read_run

from fpgaflow.compress.plan import BlockStep, Plan, read_plan
from fpgaflow.data import load_images

_OTHERS = re.compile(r"-(pruned|fused\d+)")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """One network of a recipe.

    Attributes:
        name: of its file.
        role: what it is: given, trained, pruned, slimmed, fused, control.
        step: the command that wrote it; None for the checkpoint that was given.
        result: whether it is its command's result, not kept beside it.
        blocks: how many blocks its command removed.
        measured: what it reaches and costs.
    """

    name: str
    role: str
    step: str | None
    result: bool
    blocks: int
    measured: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFound:
    """One command of a recipe.

    Attributes:
        name: of its output.
        command: as it is published.
        record: of its trainings.
        run: of its process; None where it was run by hand.
        differences: options that were given otherwise than the recipe has them.
    """

    name: str
    command: str
    record: StepRecord
    run: Run | None
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Everything that a recipe has given so far.

    Attributes:
        key: the recipe's name on the command line.
        recipe: what was run.
        start: the network that the others are held against.
        networks: in the order of the commands, then of the blocks removed; `start` is one.
        steps: the commands that are done.
        missing: the names of those that are not.
        images: of the two halves.
    """

    key: str
    recipe: Recipe
    start: Network
    networks: tuple[Network, ...]
    steps: tuple[StepFound, ...]
    missing: tuple[str, ...]
    images: tuple[int, int]

    def step(self, name: str) -> StepFound | None:
        """Return a command that is done."""
        return next((step for step in self.steps if step.name == name), None)

    def of_step(self, name: str) -> tuple[Network, ...]:
        """Return the networks that a command wrote."""
        return tuple(network for network in self.networks if network.step == name)

    def chosen_on(self, network: Network) -> Paired:
        """Compare a network with the start on the half that chose."""
        first, second = self.start.measured, network.measured
        return paired(first.right_chosen_on, second.right_chosen_on)

    def untouched(self, network: Network) -> Paired:
        """Compare a network with the start on the untouched half."""
        first, second = self.start.measured, network.measured
        return paired(first.right_untouched, second.right_untouched)

    def test(self, network: Network) -> Paired:
        """Compare a network with the start on the whole test set."""
        return paired(self.start.measured.right, network.measured.right)


def collect(
    key: str, recipe: Recipe, place: Place, say: Callable[[str], None], *, cpu_time: bool = False
) -> Collected:
    """Measure every network of a recipe that is there.

    Raises:
        InputRefused: a file cannot be used.
        click.ClickException: the network to hold the others against is not there.
    """
    halves = _halves(recipe, place)
    networks: list[Network] = []
    for path, step in _files(recipe, place):
        say(f"measuring {path.name}")
        networks.append(_network(path, step, recipe, halves, cpu_time=cpu_time))
    order = {step.name: number for number, step in enumerate(recipe.steps)}
    networks.sort(key=lambda one: (-1 if one.step is None else order[one.step], one.blocks))
    start = next((network for network in networks if network.name == recipe.start), None)
    if start is None:
        raise click.ClickException(
            f"{place.start(recipe)} is not there, which the others are held against"
        )
    steps = tuple(_steps(recipe, place))
    done = {step.name for step in steps}
    return Collected(
        key=key,
        recipe=recipe,
        start=start,
        networks=tuple(networks),
        steps=steps,
        missing=tuple(step.name for step in recipe.steps if step.name not in done),
        images=(len(halves.chosen_on), len(halves.untouched)),
    )


def _halves(recipe: Recipe, place: Place) -> Halves:
    chosen_on, untouched = (
        load_images(str(place.work / DATA / f"{recipe.images}-{part}.npz"))
        for part in ("val", "held")
    )
    return Halves(chosen_on=chosen_on, untouched=untouched)


def _files(recipe: Recipe, place: Place) -> Iterator[tuple[Path, Step | None]]:
    """Yield the files of networks that are there, with the commands that wrote them."""
    checkpoint, start = place.checkpoint(recipe), place.start(recipe)
    if checkpoint is not None and checkpoint.exists():
        yield checkpoint, None
    made = {step.name for step in recipe.steps}
    if recipe.start not in made and start != checkpoint and start.exists():
        yield start, None
    for step in recipe.steps:
        result = place.model(step.name)
        if not result.exists():
            continue
        beside = sorted(place.work.glob(f"{step.name}-*.safetensors"))
        for path in beside:
            if _OTHERS.fullmatch(path.stem.removeprefix(step.name)):
                yield path, step
        yield result, step


def _network(
    path: Path, step: Step | None, recipe: Recipe, halves: Halves, *, cpu_time: bool
) -> Network:
    plan_file = path.with_name(f"{path.stem}.plan.json")
    plan = read_plan(plan_file) if plan_file.exists() else None
    # Only the checkpoint, which fpgaflow did not write, needs to be told.
    given = path.name == recipe.checkpoint
    mean, std = (_numbers(recipe, flag) if given else None for flag in ("--mean", "--std"))
    return Network(
        name=path.stem,
        role=_role(path.stem, step, plan),
        step=None if step is None else step.name,
        result=step is not None and path.stem == step.name,
        blocks=_blocks(plan),
        measured=measure(path, halves, mean=mean, std=std, cpu_time=cpu_time),
    )


def _numbers(recipe: Recipe, flag: str) -> tuple[float, ...] | None:
    for step in recipe.steps:
        if flag in step.arguments:
            text = step.arguments[step.arguments.index(flag) + 1]
            return tuple(float(part) for part in text.split(","))
    return None


def _blocks(plan: Plan | None) -> int:
    return 0 if plan is None else sum(isinstance(step, BlockStep) for step in plan.steps)


def _role(name: str, step: Step | None, plan: Plan | None) -> str:
    if step is None:
        return "given"
    if plan is None:
        return "trained"
    if plan.method in ("control", "slim"):
        return {"control": "control", "slim": "slimmed"}[plan.method]
    if _blocks(plan):
        return "fused"
    return "pruned" if plan.steps else "unchanged"


def _steps(recipe: Recipe, place: Place) -> Iterator[StepFound]:
    for step in recipe.steps:
        record = read_record(place.work, step.name)
        if record is None or not place.model(step.name).exists():
            continue
        yield StepFound(
            name=step.name,
            command=command_line(recipe, step),
            record=record,
            run=read_run(place, step.name),
            differences=differences(step, record.settings),
        )
