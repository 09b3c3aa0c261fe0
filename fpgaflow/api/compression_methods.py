"""Pruning, slimming, and pruning followed by fusion, of a model file."""

from __future__ import annotations

from dataclasses import replace

from torch import nn

from fpgaflow.api.compression import Compressed, Job, Viewer, compress_file
from fpgaflow.api.compression_fuse import fuse_json
from fpgaflow.compress.bench import Bench
from fpgaflow.compress.fusing import FuseSettings, fuse_network
from fpgaflow.compress.outcome import Candidate, Outcome
from fpgaflow.compress.plan import Setting
from fpgaflow.compress.pruning import PruneSettings, prune_network
from fpgaflow.compress.slimming import SlimSettings, slim_network


def prune_file(job: Job, settings: PruneSettings, viewer: Viewer | None = None) -> Compressed:
    """Prune a model file dynamically; see `compress_file`."""

    def run(module: nn.Module, accuracy: float, bench: Bench) -> Outcome:
        return prune_network(module, accuracy, bench, settings)

    return compress_file(job, "prune", run, _prune_json(settings), viewer)


def slim_file(job: Job, settings: SlimSettings, viewer: Viewer | None = None) -> Compressed:
    """Slim a model file; see `compress_file`."""

    def run(module: nn.Module, accuracy: float, bench: Bench) -> Outcome:
        return slim_network(module, bench, settings)

    return compress_file(job, "slim", run, _slim_json(settings), viewer)


def prune_and_fuse_file(
    job: Job, prune: PruneSettings, fuse: FuseSettings, viewer: Viewer | None = None
) -> Compressed:
    """Prune a model file, then fuse layers of what came out; see `compress_file`."""

    def run(module: nn.Module, accuracy: float, bench: Bench) -> Outcome:
        pruned = prune_network(module, accuracy, bench, prune)
        fused = fuse_network(pruned.network, pruned.accuracy, bench, fuse)
        return _joined(pruned, fused)

    settings = {**_prune_json(prune), **fuse_json(fuse)}
    return compress_file(job, "compress", run, settings, viewer)


def _joined(pruned: Outcome, fused: Outcome) -> Outcome:
    """Return both methods' outcome as one; the pruned network is kept beside the result."""
    before = Candidate(
        name="pruned", network=pruned.network, accuracy=pruned.accuracy, steps=pruned.steps
    )
    others = tuple(replace(other, steps=(*pruned.steps, *other.steps)) for other in fused.others)
    kept = (before, *others) if fused.steps else others
    return Outcome(
        network=fused.network,
        accuracy=fused.accuracy,
        steps=(*pruned.steps, *fused.steps),
        record=replace(pruned.record, fused=fused.record.fused, fused_from=fused.record.fused_from),
        others=kept,
        warnings=(*pruned.warnings, *fused.warnings),
    )


def _prune_json(settings: PruneSettings) -> dict[str, Setting]:
    return {
        "target_drop": settings.target_drop,
        "iterations": settings.iterations,
        "upper_threshold": settings.bracket.upper,
        "lower_threshold": settings.bracket.lower,
        "tolerance": settings.bracket.tolerance,
        "min_channels": settings.limits.min_channels,
        "round_channels": settings.limits.round_channels,
    }


def _slim_json(settings: SlimSettings) -> dict[str, Setting]:
    return {
        "penalty": settings.penalty,
        "lambda": settings.strength,
        "ratio": None if settings.stage_ratios else settings.ratio,
        "stage_ratios": ",".join(f"{ratio:g}" for ratio in settings.stage_ratios) or None,
        "rounds": settings.rounds,
        "tune_epochs": settings.tune_epochs,
        "min_channels": settings.limits.min_channels,
        "round_channels": settings.limits.round_channels,
    }
