"""Dynamic pruning of a network: the search, with statistics, surgery and fine-tuning.

Li, Li, Meng, Electronics 2023, 12(5), 1208, section 3.2. A channel's sparsity is the mean part of
zeros of its feature map over the validation images.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from fpgaflow.compress.bench import Bench
from fpgaflow.compress.channel_scores import group_sparsity, prunable_groups
from fpgaflow.compress.dynamic_pruning import Bracket, Trial, first_bracket, search
from fpgaflow.compress.outcome import Outcome
from fpgaflow.compress.plan import ChannelStep, channel_step
from fpgaflow.compress.record import Record, SparsityRow, TrialRow
from fpgaflow.compress.selection import Keep, Limits, keep_not_sparse, removed
from fpgaflow.compress.surgery import keep_channels
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused
from fpgaflow.zoo import count_macs


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneSettings:
    """Every choice of dynamic pruning; the defaults are the paper's.

    Attributes:
        target_drop: by how much the accuracy may fall against the network as given, from 0 to 1.
        iterations: searches, each on the last one's result.
        bracket: the search before its first trial.
        limits: what every group keeps.
        tuning: of each trial.

    Raises:
        InputRefused: the drop is not from 0 to below 1.
    """

    target_drop: float = 0.005
    iterations: int = 3
    bracket: Bracket
    limits: Limits
    tuning: TrainSettings

    def __post_init__(self) -> None:
        """Refuse a drop that is none."""
        if not 0 <= self.target_drop < 1:
            raise InputRefused(
                f"--target-drop is {100 * self.target_drop:g} points",
                accepted="from 0 to below 100 points",
            )


def paper_settings() -> PruneSettings:
    """Return the paper's settings."""
    return PruneSettings(bracket=first_bracket(), limits=Limits(), tuning=TrainSettings())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _State:
    """A network on its way, and how it came there."""

    network: nn.Module
    accuracy: float
    steps: tuple[ChannelStep, ...] = ()


class _Trials:
    """What a trial does: prune at a threshold, fine-tune."""

    def __init__(self, bench: Bench, settings: PruneSettings) -> None:
        self._bench = bench
        self._settings = settings
        self._sparsity: Mapping[str, Tensor] = {}
        self._done: dict[tuple[tuple[str, tuple[int, ...]], ...], _State] = {}
        self.first_sparsity: tuple[SparsityRow, ...] = ()
        self.rows: list[TrialRow] = []
        self._removed = 0

    def attempt(
        self, start: _State, iteration: int, number: int, threshold: float
    ) -> tuple[_State, float]:
        """Prune the iteration's starting network at a threshold and fine-tune it."""
        if number == 1:
            self._begin(start)
        keep = keep_not_sparse(self._sparsity, threshold, self._settings.limits)
        self._removed = removed(keep, {name: len(zeros) for name, zeros in self._sparsity.items()})
        if not keep:
            return start, start.accuracy
        # Two thresholds with no channel's sparsity between them ask for the same network.
        key = tuple(sorted(keep.items()))
        if key not in self._done:
            self._bench.say(
                f"iteration {iteration}, trial {number}: threshold {threshold:.4f} removes "
                f"{self._removed} channels"
            )
            why = f"zero in more than {threshold:.2%} of the feature map (iteration {iteration})"
            self._done[key] = self._prune(start, keep, why, f"prune-{iteration}-{number:02}")
        found = self._done[key]
        return found, found.accuracy

    def _begin(self, start: _State) -> None:
        bench, tuning = self._bench, self._settings.tuning
        self._done = {}
        self._sparsity = group_sparsity(start.network, bench, tuning)
        if not self.first_sparsity:
            self.first_sparsity = tuple(
                SparsityRow(group=name, zeros=tuple(zeros.tolist()))
                for name, zeros in self._sparsity.items()
            )

    def _prune(self, start: _State, keep: Keep, why: str, name: str) -> _State:
        bench = self._bench
        network = keep_channels(start.network, bench.input_shape, keep)
        history = bench.tune(network, name, self._settings.tuning)
        channels = {group: len(zeros) for group, zeros in self._sparsity.items()}
        step = channel_step(keep, channels, why)
        return _State(network=network, accuracy=history.best_accuracy, steps=(*start.steps, step))

    def watch(self, trial: Trial[_State]) -> None:
        """Keep the trial's row."""
        bracket = trial.bracket
        self._bench.say(
            f"iteration {trial.iteration}, trial {trial.number}: threshold "
            f"{bracket.threshold:.4f} of [{bracket.lower:.4f}, {bracket.upper:.4f}], "
            f"{self._removed} channels removed, accuracy {trial.accuracy:.2%}, target "
            f"{'reached' if trial.reached else 'missed'}"
        )
        self.rows.append(
            TrialRow(
                iteration=trial.iteration,
                number=trial.number,
                upper=bracket.upper,
                lower=bracket.lower,
                threshold=bracket.threshold,
                removed=self._removed,
                macs=count_macs(trial.network.network, self._bench.input_shape),
                accuracy=trial.accuracy,
                reached=trial.reached,
            )
        )


def prune_network(
    module: nn.Module, accuracy: float, bench: Bench, settings: PruneSettings
) -> Outcome:
    """Prune a network dynamically.

    Args:
        module: the network, which is not changed.
        accuracy: of it on the validation images, from 0 to 1.
        bench: data, and a place for checkpoints.
        settings: every choice.

    Raises:
        InputRefused: the network has no channels that can be pruned.
        ToolFailed: a training diverged, or the disk is full.
    """
    prunable_groups(module, bench.input_shape)
    trials = _Trials(bench, settings)
    target = accuracy - settings.target_drop
    bench.say(f"searching the lowest threshold that keeps an accuracy of {target:.2%}")
    result, _ = search(
        _State(network=module, accuracy=accuracy),
        trials.attempt,
        target=target,
        bracket=settings.bracket,
        iterations=settings.iterations,
        watch=trials.watch,
    )
    return Outcome(
        network=result.network,
        accuracy=result.accuracy,
        steps=result.steps,
        record=Record(target=target, sparsity=trials.first_sparsity, trials=tuple(trials.rows)),
        warnings=() if result.steps else (_why_nothing(trials.rows, target),),
    )


def _why_nothing(rows: Sequence[TrialRow], target: float) -> str:
    """Say why no channel was removed."""
    if any(row.removed for row in rows):
        return (
            f"no trial that removed channels reached {target:.2%}, so nothing was pruned: allow a "
            "larger --target-drop, or more epochs"
        )
    lowest = min(row.threshold for row in rows)
    return (
        f"no channel that may go is zero in more than {lowest:.2%} of its feature map, so nothing "
        "was pruned: search from a smaller --lower-threshold"
    )
