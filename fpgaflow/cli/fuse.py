"""`fpgaflow fuse`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from fpgaflow.cli.compression_method_options import fuse_options
from fpgaflow.cli.compression_options import Shared, shared_options
from fpgaflow.cli.options import DATA

if TYPE_CHECKING:
    from fpgaflow.compress.fusing import FuseSettings
    from fpgaflow.compress.training_settings import TrainSettings


@click.command(
    "fuse",
    short_help="Let blocks take over the work of thin neighbours, which go.",
    epilog=f"{DATA} Defaults are those of Li, Li, Meng, Electronics 2023, 12, 1208.",
)
@shared_options(epochs=None, distils=True)
@fuse_options
def command(*, shared: Shared, fusing: Callable[[TrainSettings], FuseSettings]) -> None:
    """Fuse layers of MODEL, a file of weights of residual blocks or dense layers.

    The block with the fewest channels is removed; its neighbour alone is tuned, MODEL teaching it;
    after every few removals the whole network is. This goes on until the accuracy has fallen by
    more than --max-drop. NAME.safetensors is the long result that --choose asks for; the others
    are kept beside it as NAME-fusedNN.safetensors. NAME.plan.json (what was removed and why),
    NAME.history.json and a page, NAME.html, come with it; all appear at once. A command that was
    killed goes on when it is given again.

    \b
    Examples:
      fpgaflow fuse pruned.safetensors --data digits -o fused.safetensors
      fpgaflow fuse pruned.safetensors --data digits --choose compression --no-distillation
    """
    from fpgaflow.api.compression_fuse import fuse_file

    job = shared.job("fused")
    settings = fusing(job.tuning)
    with shared.watch() as viewer:
        done = fuse_file(job, settings, viewer)
    shared.show(done)
