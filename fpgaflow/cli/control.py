"""`fpgaflow control`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fpgaflow.cli.compression_options import limit_options, show_compressed
from fpgaflow.cli.options import DATA, arch_option, json_option, numbers, quiet_option

if TYPE_CHECKING:
    from fpgaflow.compress.selection import Limits

_RECORDED = "[default: as in COMPRESSED's plan]"


@click.command(
    "control",
    short_help="What the same training gives without a compression's method.",
    epilog=f"{DATA} scratch: Liu et al., Rethinking the Value of Network Pruning, 2019; l1: Li et "
    "al., Pruning Filters for Efficient ConvNets, 2017.",
)
@click.argument("model")
@click.option(
    "--like",
    required=True,
    metavar="COMPRESSED.safetensors",
    help="What prune, slim, fuse or compress made of MODEL, with its plan and history beside it.",
)
@click.option(
    "--kind",
    type=click.Choice(["scratch", "random", "l1"]),
    required=True,
    help="Which experiment: see above.",
)
@click.option("--data", required=True, metavar="DATA", help="Images with labels.")
@click.option(
    "--validation",
    metavar="DATA",
    help="Images for the accuracy.  [default: the data set's test part; where there is none, every "
    "tenth image, which is not trained on]",
)
@click.option(
    "-o", "--output", metavar="FILE.safetensors", help="The model.  [default: COMPRESSED-KIND]"
)
@click.option("--force", is_flag=True, help="Replace earlier outputs.")
@click.option(
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Go on where an interrupted command with this output was, or begin anew.",
)
@click.option(
    "--epochs",
    type=int,
    metavar="N",
    help="Of the one training, under one cosine.  [default: the sum over all trainings in "
    "COMPRESSED's history, those that were thrown away included]",
)
@click.option(
    "--patience",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Stop after N epochs without a new best; 0 never, so that the cosine ends.",
)
@click.option("--batch", type=int, metavar="N", help=_RECORDED)
@click.option(
    "--learning-rate",
    type=float,
    metavar="R",
    help="[default: as in COMPRESSED's plan; for scratch 0.1, the usual start of a residual "
    "network's new weights at batch 128, in proportion less for smaller batches: the rate of a "
    "fine-tuning is too small to begin with]",
)
@click.option("--momentum", type=float, metavar="R", help=_RECORDED)
@click.option("--weight-decay", type=float, metavar="R", help=_RECORDED)
@click.option(
    "--augment",
    type=click.Choice(["none", "crop", "crop-flip"]),
    help=f"As for train.  {_RECORDED}",
)
@click.option(
    "--mean",
    type=numbers,
    metavar="R,G,B",
    help=f"Mean of the input normalisation, on pixels from 0 to 1.  {_RECORDED}",
)
@click.option(
    "--std", type=numbers, metavar="R,G,B", help=f"Standard deviation of it.  {_RECORDED}"
)
@arch_option
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Of new weights or drawn channels, and of the training.",
)
@click.option(
    "--amp",
    type=click.Choice(["float32", "bf16", "fp16"]),
    help=f"What the network is computed in.  {_RECORDED}",
)
@click.option("--device", default="cpu", show_default=True, metavar="cpu|cuda|cuda:N")
@json_option
@quiet_option
@limit_options
def command(
    *,
    model: str,
    like: str,
    kind: str,
    data: str,
    validation: str | None,
    output: str | None,
    force: bool,
    resume: bool,
    epochs: int | None,
    patience: int,
    batch: int | None,
    learning_rate: float | None,
    momentum: float | None,
    weight_decay: float | None,
    augment: str | None,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    arch: str | None,
    seed: int,
    amp: str | None,
    device: str,
    as_json: bool,
    quiet: bool,
    limits: Limits,
) -> None:
    """Run a control experiment of a compression of MODEL, the file that COMPRESSED was made from.

    \b
    scratch  COMPRESSED's architecture, trained from new random weights
    random   one fraction of every group's channels, drawn at random, fine-tuned
    l1       the same fraction, the channels of the largest sum of |w|, fine-tuned

    random and l1 have the most MACs that are not above COMPRESSED's, in the groups that its method
    may prune. Where no width of these is small enough, as after removed blocks, all groups narrow,
    stage widths included; the plan says so. Nothing is distilled. NAME.safetensors comes with
    NAME.plan.json (what was removed and why), NAME.history.json and a page, NAME.html; all appear
    at once. A command that was killed goes on when it is given again.

    \b
    Examples:
      fpgaflow control m.safetensors --like pruned.safetensors --kind l1 --data digits
      fpgaflow control m.safetensors --like c.safetensors --kind scratch \\
          --data cifar10:data/cifar10 --device cuda -o scratch.safetensors
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow control")

    from fpgaflow.api.compression_control import ControlJob, control_file
    from fpgaflow.cli.compression_progress import ShownCompression

    job = ControlJob(
        model=Path(model),
        like=Path(like),
        kind=kind,  # pyright: ignore[reportArgumentType] - click has checked it
        data=data,
        validation=validation,
        output=Path(output or f"{Path(like).stem}-{kind}.safetensors"),
        force=force,
        resume=resume,
        arch=arch,
        mean=mean,
        std=std,
        limits=limits,
        epochs=epochs,
        patience=patience or None,
        learning_rate=learning_rate,
        batch=batch,
        momentum=momentum,
        weight_decay=weight_decay,
        augment=augment,  # pyright: ignore[reportArgumentType]
        amp=amp,  # pyright: ignore[reportArgumentType]
        seed=seed,
        device=device,
    )
    with ShownCompression(quiet=quiet) as viewer:
        done = control_file(job, viewer)
    show_compressed(done, as_json=as_json, quiet=quiet)
