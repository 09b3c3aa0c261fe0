"""Layer fusion of a network, with surgery, tuning and distillation.

Li, Li, Meng, Electronics 2023, 12(5), 1208, section 3.3: the carrier alone learns from the network
as given for 50 epochs after each removal, the whole network for 200 epochs after every four.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import nn

from fpgaflow.compress.bench import Bench
from fpgaflow.compress.layer_fusion import (
    Choice,
    Fused,
    FusionRules,
    Removal,
    choose,
    fuse_layers,
)
from fpgaflow.compress.new_weights import reset_weights
from fpgaflow.compress.outcome import Candidate, Outcome
from fpgaflow.compress.plan import BlockStep
from fpgaflow.compress.record import FusedRow, Record
from fpgaflow.compress.training_settings import TrainSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class FuseSettings:
    """Every choice of layer fusion; the defaults are the paper's.

    Attributes:
        rules: when to stop.
        choice: which long result is the command's.
        distil: whether the network as given teaches.
        short: whether the carrier is tuned after each removal.
        from_scratch: train what is left from new random weights instead, without short tuning.
        short_epochs: of a short tuning, before the budget.
        long_epochs: of a long tuning, before the budget.
        tuning: everything else of both.
    """

    rules: FusionRules
    choice: Choice = "accuracy"
    distil: bool = True
    short: bool = True
    from_scratch: bool = False
    short_epochs: int = 50
    long_epochs: int = 200
    tuning: TrainSettings

    def epochs(self, count: int) -> TrainSettings:
        """Return the settings of a tuning of so many epochs: one cosine, and the budget."""
        return replace(self.tuning, epochs=count, restart_epochs=None).scaled(self.tuning.budget)


class _Tunings:
    """What happens after a removal and after a few."""

    def __init__(self, start: nn.Module, bench: Bench, settings: FuseSettings) -> None:
        self._bench = bench
        self._settings = settings
        self._teacher = start if settings.distil else None

    def short(self, network: nn.Module, removal: Removal, number: int) -> None:
        """Tune the carrier alone."""
        self._bench.tune(
            network,
            f"fuse-{number:02}-short",
            self._settings.epochs(self._settings.short_epochs),
            teacher=self._teacher,
            trainable=[removal.carrier],
        )

    def long(self, network: nn.Module, number: int) -> float:
        """Tune everything."""
        if self._settings.from_scratch:
            reset_weights(network, self._settings.tuning.seed)
        history = self._bench.tune(
            network,
            f"fuse-{number:02}-long",
            self._settings.epochs(self._settings.long_epochs),
            teacher=self._teacher,
        )
        return history.best_accuracy


def fuse_network(
    module: nn.Module, accuracy: float, bench: Bench, settings: FuseSettings
) -> Outcome:
    """Fuse layers of a network.

    Args:
        module: the network, which is not changed.
        accuracy: of it on the validation images, from 0 to 1.
        bench: data, and a place for checkpoints.
        settings: every choice.

    Raises:
        InputRefused: the network has no block that can be removed.
        ToolFailed: a training diverged, or the disk is full.
    """
    tunings = _Tunings(module, bench, settings)
    results = fuse_layers(
        module,
        accuracy,
        settings.rules,
        long=tunings.long,
        short=tunings.short if settings.short and not settings.from_scratch else None,
        watch=lambda fused: bench.say(
            f"{len(fused.removals)} block{'s' * (len(fused.removals) > 1)} fused: "
            f"accuracy {fused.accuracy:.2%}"
            f"{'' if fused.within else ', which is too low'}"
        ),
    )
    chosen = choose(results, settings.choice)
    rows = tuple(_row(module, fused, fused is chosen, bench) for fused in results)
    others = tuple(
        Candidate(
            name=f"fused{len(fused.removals):02}",
            network=fused.network,
            accuracy=fused.accuracy,
            steps=_steps(fused),
        )
        for fused in results
        if fused is not chosen
    )
    if chosen is None:
        warning = (
            f"already {len(results[0].removals)} removals cost more than "
            f"{100 * settings.rules.max_drop:g} points, so nothing was fused: allow a larger "
            "--max-drop, more epochs, or fewer removals with --long-every"
        )
        return Outcome(
            network=module,
            accuracy=accuracy,
            steps=(),
            record=Record(fused=rows, fused_from=accuracy),
            others=others,
            warnings=(warning,),
        )
    return Outcome(
        network=chosen.network,
        accuracy=chosen.accuracy,
        steps=_steps(chosen),
        record=Record(fused=rows, fused_from=accuracy),
        others=others,
    )


def _steps(fused: Fused) -> tuple[BlockStep, ...]:
    return tuple(
        BlockStep(
            block=removal.material,
            why=f"fewest channels ({removal.channels}); {removal.carrier} takes over",
        )
        for removal in fused.removals
    )


def _row(start: nn.Module, fused: Fused, chosen: bool, bench: Bench) -> FusedRow:
    figures = bench.figures(fused.network, fused.accuracy)
    return FusedRow(
        blocks=len(fused.removals),
        convolutions=_convolutions(start) - _convolutions(fused.network),
        macs=figures.macs,
        parameters=figures.parameters,
        accuracy=fused.accuracy,
        within=fused.within,
        chosen=chosen,
    )


def _convolutions(network: nn.Module) -> int:
    return sum(isinstance(layer, nn.Conv2d) for layer in network.modules())
