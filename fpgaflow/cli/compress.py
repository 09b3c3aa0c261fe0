"""`fpgaflow compress`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from fpgaflow.cli.compression_method_options import fuse_options, prune_options
from fpgaflow.cli.compression_options import Shared, shared_options
from fpgaflow.cli.options import DATA

if TYPE_CHECKING:
    from fpgaflow.compress.fusing import FuseSettings
    from fpgaflow.compress.pruning import PruneSettings
    from fpgaflow.compress.training_settings import TrainSettings


@click.command(
    "compress",
    short_help="Prune, then fuse layers of what came out.",
    epilog=f"{DATA} Defaults are those of Li, Li, Meng, Electronics 2023, 12, 1208.",
)
@shared_options(distils=True)
@prune_options
@fuse_options
def command(
    *,
    shared: Shared,
    pruning: Callable[[TrainSettings], PruneSettings],
    fusing: Callable[[TrainSettings], FuseSettings],
) -> None:
    """Compress MODEL, a file of weights: what `prune` does, then what `fuse` does.

    The pruned network teaches while layers are fused, and is kept beside the result as
    NAME-pruned.safetensors. NAME.plan.json holds both methods' steps; `fpgaflow prune --replay`
    does them again. --epochs and --restart are those of a trial of pruning.

    \b
    Examples:
      fpgaflow compress m.safetensors --data digits -o c.safetensors
      fpgaflow compress m.safetensors --data cifar10:data/cifar10 --target-drop 0.5 --budget 0.05
    """
    from fpgaflow.api.compression_methods import prune_and_fuse_file

    job = shared.job("compressed")
    prune, fuse = pruning(job.tuning), fusing(job.tuning)
    with shared.watch() as viewer:
        done = prune_and_fuse_file(job, prune, fuse, viewer)
    shared.show(done)
