"""`fpgaflow prune`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpgaflow.cli.compression_method_options import prune_options
from fpgaflow.cli.compression_options import Shared, shared_options
from fpgaflow.cli.options import DATA

if TYPE_CHECKING:
    from fpgaflow.compress.pruning import PruneSettings
    from fpgaflow.compress.training_settings import TrainSettings


@click.command(
    "prune",
    short_help="Remove sparse channels, as many as an accuracy allows.",
    epilog=f"{DATA} Defaults are those of Li, Li, Meng, Electronics 2023, 12, 1208.",
)
@shared_options()
@prune_options
@click.option(
    "--replay",
    metavar="FILE.plan.json",
    help="Remove from MODEL, the original, what this plan removed; nothing is trained.",
)
def command(
    *,
    shared: Shared,
    pruning: Callable[[TrainSettings], PruneSettings],
    replay: str | None,
) -> None:
    """Prune MODEL, a file of weights, dynamically.

    A channel's sparsity is the mean part of zeros of its feature map over the validation images.
    Channels sparser than a threshold go, and the network is fine-tuned; the threshold is searched
    so that the accuracy just stays within --target-drop. In residual networks the channels between
    a block's two convolutions are pruned, in densely connected ones those that each convolution
    adds. NAME.safetensors comes with NAME.plan.json (what was removed and why), NAME.history.json
    and a page, NAME.html; all appear at once. A command that was killed goes on when it is given
    again.

    \b
    Examples:
      fpgaflow prune m.safetensors --data digits --target-drop 0.5 -o pruned.safetensors
      fpgaflow prune resnet20.th --data cifar10:data/cifar10 --mean 0.485,0.456,0.406 \\
          --std 0.229,0.224,0.225 --round-channels 4 --budget 0.1
      fpgaflow prune resnet20.th --replay resnet20-pruned.plan.json -o again.safetensors
    """
    from fpgaflow.api.compression_methods import prune_file

    if replay is not None:
        from fpgaflow.api.compression_replay import replay_file

        done = replay_file(
            Path(shared.model),
            Path(replay),
            shared.output_file("replayed"),
            arch=shared.arch,
            force=shared.force,
        )
        click.echo(done.text())
        return
    job = shared.job("pruned")
    settings = pruning(job.tuning)
    with shared.watch() as viewer:
        done = prune_file(job, settings, viewer)
    shared.show(done)
