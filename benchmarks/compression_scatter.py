"""Accuracy against what is left: multiply-accumulates, and fused convolutions."""

from __future__ import annotations

from collections.abc import Callable

from compression_collect import Collected, Network, StepFound
from compression_colors import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY
from compression_json import fused_convolutions
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

_STYLES = {
    "given": (GREY, "X"),
    "trained": (BLACK, "s"),
    "unchanged": (BLACK, "s"),
    "pruned": (BLUE, "^"),
    "slimmed": (BLUE, "^"),
    "fused": (GREEN, "D"),
}
_CONTROLS = ((PINK, "P"), (RED, "*"), (SKY, "p"), (ORANGE, "h"))
_ARMS = ((BLUE, "o", "-"), (RED, "^", "--"), (GREEN, "s", "-."), (BLACK, "D", ":"))
_Accuracy = Callable[[Network], float]


def draw_macs(figure: Figure, found: Collected) -> str:
    """Draw networks and trials; return the caption."""
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    _trials(left, found)
    _networks(left, found, _chosen_on)
    _networks(right, found, _untouched)
    left.set_title("validation half: it chose")
    right.set_title("untouched half: nothing was chosen on it")
    left.set_ylabel("accuracy")
    for axes in (left, right):
        axes.set_xlabel("MACs of one image, millions")
        axes.set_xlim(left=0)
        axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    caption = (
        f"Bars: the standard error of a network's difference to {found.start.name}, on the same "
        "images."
    )
    if any(network.role == "fused" for network in found.networks):
        caption += " The numbers are the blocks that were fused."
    if any(step.record.trials for step in found.steps):
        caption += " The networks of trials are not kept, so they are in the left half alone."
    return caption


def _trials(axes: Axes, found: Collected) -> None:
    rows = [row for step in found.steps for row in step.record.trials]
    for reached, color, marker, name in (
        (True, BLUE, "2", "trial that reached the target"),
        (False, ORANGE, "1", "trial that missed it"),
    ):
        at = [(row.macs / 1e6, row.accuracy) for row in rows if row.reached is reached]
        if at:
            macs, accuracies = zip(*at, strict=True)
            axes.plot(
                macs,
                accuracies,
                color=color,
                marker=marker,
                markersize=8,
                linestyle="none",
                zorder=1.5,
                label=name,
            )
    target = next((s.record.target for s in found.steps if s.record.target is not None), None)
    if target is not None:
        axes.axhline(target, color=BLACK, linestyle="--", linewidth=1, label="target of the trials")


def _networks(axes: Axes, found: Collected, accuracy: _Accuracy) -> None:
    controls = [network.name for network in found.networks if network.role == "control"]
    fused_labelled = False
    for network in found.networks:
        if network.role == "control":
            color, marker = _CONTROLS[controls.index(network.name) % len(_CONTROLS)]
        else:
            color, marker = _STYLES[network.role]
        label = f"{network.name} ({network.role})"
        if network.role == "fused" and not network.result:
            label = "" if fused_labelled else "fused, kept beside the result"
            fused_labelled = True
        kept = network.result or network.step is None or network.role != "fused"
        pair = found.chosen_on(network) if accuracy is _chosen_on else found.untouched(network)
        axes.errorbar(
            network.measured.costs.macs / 1e6,
            accuracy(network),
            yerr=None if network is found.start else pair.standard_error_points / 100,
            color=color,
            marker=marker,
            markersize=8,
            markerfacecolor=color if kept else "none",
            linestyle="none",
            elinewidth=1,
            label=label or None,
        )
        if network.role == "fused":
            axes.annotate(
                str(network.blocks),
                (network.measured.costs.macs / 1e6, accuracy(network)),
                xytext=(7, 4),
                textcoords="offset points",
                fontsize=8,
            )


def draw_fusion(figure: Figure, found: Collected) -> str:
    """Draw one line for each command that fused; return the caption."""
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    arms = [step for step in found.steps if step.record.fused]
    for axes, title, accuracy in (
        (panels[0], "validation half: it chose the best epochs", _chosen_on),
        (panels[1], "untouched half: nothing was chosen on it", _untouched),
    ):
        for step, style in zip(arms, _ARMS, strict=False):
            _arm(axes, found, step, style, accuracy)
        axes.set_title(title)
        axes.set_xlabel("fused convolutions")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    panels[0].set_ylabel("accuracy after the long training")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    return (
        f"At 0: {found.start.name}, which is also the teacher where there is one. Bars: the "
        "standard error of the difference to it, on the same images."
    )


def _arm(
    axes: Axes,
    found: Collected,
    step: StepFound,
    style: tuple[str, str, str],
    accuracy: _Accuracy,
) -> None:
    color, marker, line = style
    networks = [
        found.start,
        *sorted((n for n in found.of_step(step.name) if n.blocks), key=lambda one: one.blocks),
    ]
    errors = [
        found.chosen_on(network) if accuracy is _chosen_on else found.untouched(network)
        for network in networks
    ]
    axes.errorbar(
        [fused_convolutions(found, network) for network in networks],
        [accuracy(network) for network in networks],
        yerr=[error.standard_error_points / 100 for error in errors],
        color=color,
        marker=marker,
        linestyle=line,
        markersize=5,
        elinewidth=1,
        label=step.name,
    )


def _chosen_on(network: Network) -> float:
    return float(network.measured.right_chosen_on.mean())


def _untouched(network: Network) -> float:
    return float(network.measured.right_untouched.mean())
