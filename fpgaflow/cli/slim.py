"""`fpgaflow slim`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fpgaflow.cli.compression_options import Shared, limit_options, shared_options
from fpgaflow.cli.options import DATA, numbers

if TYPE_CHECKING:
    from fpgaflow.compress.selection import Limits


@click.command(
    "slim",
    short_help="Remove channels whose batch-norm scales training makes small.",
    epilog=f"{DATA} Liu et al., Learning Efficient Convolutional Networks through Network "
    "Slimming, 2017; LeanNet, Sensors 2021, 21, 3620.",
)
@shared_options(epochs=160)
@click.option(
    "--penalty",
    type=click.Choice(["ridge", "lasso"]),
    default="ridge",
    show_default=True,
    help="lambda * sum(gamma^2) as in LeanNet, or lambda * sum(|gamma|).",
)
@click.option(
    "--lambda",
    "strength",
    type=float,
    default=1e-4,
    show_default=True,
    metavar="R",
    help="Strength of the penalty.",
)
@click.option(
    "--ratio",
    type=float,
    default=0.4,
    show_default=True,
    metavar="R",
    help="Remove this part of all channels, those below the global quantile.",
)
@click.option(
    "--stage-ratios",
    type=numbers,
    metavar="R,R,...",
    help="Remove this part of each stage's channels instead: a number for each run of layers "
    "whose outputs are equally large, or one for all.",
)
@click.option(
    "--rounds",
    type=int,
    default=1,
    show_default=True,
    metavar="N",
    help="1 is one-shot; more repeat all, each time removing so much that it adds up to --ratio.",
)
@click.option(
    "--tune-epochs",
    type=int,
    metavar="N",
    help="Of each fine-tuning, under one cosine.  [default: --epochs, like the training before it]",
)
@limit_options
def command(
    *,
    shared: Shared,
    penalty: str,
    strength: float,
    ratio: float,
    stage_ratios: tuple[float, ...] | None,
    rounds: int,
    tune_epochs: int | None,
    limits: Limits,
) -> None:
    """Slim MODEL, a file of weights with batch norm.

    The network is trained with a penalty on its batch-norm scales; the channels of the smallest
    scales go; the rest is fine-tuned. Each training takes --epochs at most. NAME.safetensors comes
    with NAME.plan.json (what was removed and why), NAME.history.json and a page, NAME.html; all
    appear at once. A command that was killed goes on when it is given again.

    \b
    Examples:
      fpgaflow slim vgg.safetensors --data mnist:data/mnist --ratio 0.6 -o slim.safetensors
      fpgaflow slim m.safetensors --data digits --penalty lasso --rounds 3 --budget 0.1
    """
    from fpgaflow.api.compression_methods import slim_file
    from fpgaflow.compress.slimming import SlimSettings

    job = shared.job("slim")
    settings = SlimSettings(
        penalty=penalty,  # pyright: ignore[reportArgumentType] - click has checked it
        strength=strength,
        ratio=ratio,
        stage_ratios=stage_ratios or (),
        rounds=rounds,
        tune_epochs=tune_epochs,
        limits=limits,
        tuning=job.tuning,
    )
    with shared.watch() as viewer:
        done = slim_file(job, settings, viewer)
    shared.show(done)
