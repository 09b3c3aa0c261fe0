"""Layer fusion of a model file."""

from __future__ import annotations

from torch import nn

from fpgaflow.api.compression import Compressed, Job, Viewer, compress_file
from fpgaflow.compress.bench import Bench
from fpgaflow.compress.fusing import FuseSettings, fuse_network
from fpgaflow.compress.outcome import Outcome
from fpgaflow.compress.plan import Setting


def fuse_file(job: Job, settings: FuseSettings, viewer: Viewer | None = None) -> Compressed:
    """Fuse layers of a model file; see `compress_file`."""

    def run(module: nn.Module, accuracy: float, bench: Bench) -> Outcome:
        return fuse_network(module, accuracy, bench, settings)

    return compress_file(job, "fuse", run, fuse_json(settings), viewer)


def fuse_json(settings: FuseSettings) -> dict[str, Setting]:
    """Return the settings of fusion for the plan."""
    return {
        "max_drop": settings.rules.max_drop,
        "max_blocks": settings.rules.max_blocks,
        "long_every": settings.rules.every,
        "choose": settings.choice,
        "distil": settings.distil,
        "short": settings.short,
        "from_scratch": settings.from_scratch,
        "short_epochs": settings.short_epochs,
        "long_epochs": settings.long_epochs,
    }
