"""Accuracy over every epoch of every training of a recipe."""

from __future__ import annotations

from collections.abc import Sequence

from compression_collect import Collected, StepFound
from compression_colors import BLACK, BLUE, GREEN, ORANGE, PINK, SKY
from compression_records import Training
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from fpgaflow.compress.record import TrialRow

_STYLES = {
    "training of the whole network": (BLACK, "o"),
    "trial that reached the target": (BLUE, "^"),
    "trial that missed it": (ORANGE, "v"),
    "sparse training": (SKY, "s"),
    "fusion, the carrier alone": (SKY, "s"),
    "fusion, the whole network": (GREEN, "D"),
    "control": (PINK, "P"),
}
_BELOW = 0.06  # how far under the poorest training's best epoch the axis begins
_MANY_TRIALS = 24
_MANY_EPOCHS = 16


def draw_curves(figure: Figure, found: Collected) -> str:
    """Draw them one after the other; return the caption."""
    axes = figure.subplots()
    floor = _floor(found.steps)
    hidden = began = 0
    for number, step in enumerate(found.steps):
        ended = _draw_step(axes, step, began, found)
        if number % 2:
            axes.axvspan(began + 0.5, ended + 0.5, color="#8888881f", linewidth=0)
        axes.text(
            (began + ended + 1) / 2,
            1.01,
            step.name,
            ha="center",
            transform=axes.get_xaxis_transform(),
        )
        hidden += _epochs_below(step, floor)
        began = ended
    axes.set_xlim(0.5, began + 0.5)
    axes.set_ylim(bottom=floor)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    axes.set_xlabel("epochs of all trainings, one after the other")
    axes.set_ylabel("accuracy, validation half")
    figure.legend(*_legend(axes), loc="outside lower center", ncols=4, frameon=False)
    return _caption(found, hidden)


def _caption(found: Collected, hidden: int) -> str:
    caption = "Each line is one training; a training keeps its best epoch."
    if any(step.record.trials for step in found.steps):
        caption += (
            " The numbers are the trials' thresholds; a trial that asks for a network that was "
            "tried before is not trained again. Dashed: what trials had to reach."
        )
    if hidden:
        caption += f" Epochs below the axis, which are not shown: {hidden}."
    return caption


def _draw_step(axes: Axes, step: StepFound, began: int, found: Collected) -> int:
    """Draw a command's trainings; return where the next one's begin."""
    record = step.record
    trials = {f"prune-{row.iteration}-{row.number:02}": row for row in record.trials}
    control = any(network.role == "control" for network in found.of_step(step.name))
    drawn: list[tuple[float, float]] = []
    at = began
    for training in record.trainings:
        kind = _kind(training, trials.get(training.name), control=control)
        color, marker = _STYLES[kind]
        places = [at + row.epoch for row in training.epochs]
        values = [row.accuracy for row in training.epochs]
        size = 4 if len(values) < _MANY_EPOCHS else 2
        axes.plot(places, values, color=color, marker=marker, markersize=size, label=kind)
        if training.name in trials:
            drawn.append((places[0], places[-1]))
            if len(trials) <= _MANY_TRIALS:
                text = f"{trials[training.name].threshold:.3f}"
                axes.annotate(
                    text,
                    (places[-1], max(values)),
                    xytext=(0, 6),
                    textcoords="offset points",
                    rotation=90,
                    fontsize=7,
                    ha="center",
                    va="bottom",
                    color=color,
                )
        at = places[-1] if places else at
    if record.target is not None and drawn:
        ends = [drawn[0][0] - 0.5, drawn[-1][1] + 0.5]
        axes.plot(ends, [record.target] * 2, "--", color=BLACK, linewidth=1, label="target")
    return at


def _kind(training: Training, trial: TrialRow | None, *, control: bool) -> str:
    if trial is not None:
        how = "trial that reached the target", "trial that missed it"
        return how[0] if trial.reached else how[1]
    if training.name.endswith("-sparse"):
        return "sparse training"
    if training.name.startswith("fuse-"):
        short = training.name.endswith("-short")
        return "fusion, the carrier alone" if short else "fusion, the whole network"
    return "control" if control else "training of the whole network"


def _floor(steps: Sequence[StepFound]) -> float:
    """Return where the axis begins: first epochs from random weights would flatten the rest."""
    trainings = [one for step in steps for one in step.record.trainings if one.epochs]
    best = [max(row.accuracy for row in one.epochs) for one in trainings]
    best += [step.record.target for step in steps if step.record.target is not None]
    return max(0.0, min(best, default=_BELOW) - _BELOW)


def _epochs_below(step: StepFound, floor: float) -> int:
    return sum(
        row.accuracy < floor for training in step.record.trainings for row in training.epochs
    )


def _legend(axes: Axes) -> tuple[list[Artist], list[str]]:
    """Return each kind of line once."""
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    return list(once.values()), list(once)
