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
_ASIDE = 0.015
_ASIDE_CONVOLUTIONS = 0.15
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
    if len(fusing_steps(found)) == 1:
        caption += " The numbers are the blocks that were fused."
    if fusing_steps(found):
        caption += " Open: kept beside the result."
    if any(aside for _, _, aside in _looks(found).values()):
        caption += " Networks of equal MACs are drawn a little beside each other."
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
    looks = _looks(found)
    numbered = len(fusing_steps(found)) == 1
    width = found.start.measured.costs.macs / 1e6
    for network in found.networks:
        color, marker, aside = looks[network.name]
        at = network.measured.costs.macs / 1e6 + aside * width
        beside = network.role == "fused" and not network.result
        pair = found.chosen_on(network) if accuracy is _chosen_on else found.untouched(network)
        axes.errorbar(
            at,
            accuracy(network),
            yerr=None if network is found.start else pair.standard_error_points / 100,
            color=color,
            marker=marker,
            markersize=8,
            markerfacecolor="none" if beside else color,
            linestyle="none",
            elinewidth=1,
            label=None if beside else f"{network.name} ({network.role})",
        )
        if network.role == "fused" and numbered:
            axes.annotate(
                str(network.blocks),
                (at, accuracy(network)),
                xytext=(-7, 4),
                ha="right",
                textcoords="offset points",
                fontsize=8,
            )


def _looks(found: Collected) -> dict[str, tuple[str, str, float]]:
    """Return each network's colour, marker, and how far beside its place it is drawn.

    Controls have the MACs of what they are controls of, and arms those of each other: side by
    side, none hides another. The distance is in parts of the start's MACs.
    """
    controls = [network.name for network in found.networks if network.role == "control"]
    arms = [step.name for step in fusing_steps(found)]
    looks: dict[str, tuple[str, str, float]] = {}
    for network in found.networks:
        if network.role == "control":
            number = controls.index(network.name)
            look = (*_CONTROLS[number % len(_CONTROLS)], _ASIDE * (number + 1))
        elif network.role == "fused" and len(arms) > 1:
            number = arms.index(network.step or "")
            color, marker, _ = _ARMS[number % len(_ARMS)]
            look = (color, marker, _ASIDE * (number - (len(arms) - 1) / 2))
        else:
            look = (*_STYLES[network.role], 0.0)
        looks[network.name] = look
    return looks


def fusing_steps(found: Collected) -> tuple[StepFound, ...]:
    """Return the commands that fused layers."""
    return tuple(step for step in found.steps if step.record.fused)


def draw_fusion(figure: Figure, found: Collected) -> str:
    """Draw one line for each command that fused; return the caption."""
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    arms = fusing_steps(found)
    for axes, title, accuracy in (
        (panels[0], "validation half: it chose the best epochs", _chosen_on),
        (panels[1], "untouched half: nothing was chosen on it", _untouched),
    ):
        for number, (step, style) in enumerate(zip(arms, _ARMS, strict=False)):
            aside = _ASIDE_CONVOLUTIONS * (number - (len(arms) - 1) / 2)
            _arm(axes, found, step, style, accuracy=accuracy, aside=aside)
        axes.set_title(title)
        axes.set_xlabel("fused convolutions")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    panels[0].set_ylabel("accuracy after the long training")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    return (
        f"At 0: {found.start.name}, which is also the teacher where there is one. Bars: the "
        "standard error of the difference to it, on the same images. The lines lie a little beside "
        "each other."
    )


def _arm(
    axes: Axes,
    found: Collected,
    step: StepFound,
    style: tuple[str, str, str],
    *,
    accuracy: _Accuracy,
    aside: float,
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
        [fused_convolutions(found, network) + aside for network in networks],
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
