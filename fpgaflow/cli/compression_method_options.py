"""Options of pruning and of layer fusion, which `compress` has both of."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from fpgaflow.cli.compression_options import limit_options

if TYPE_CHECKING:
    from fpgaflow.compress.fusing import FuseSettings
    from fpgaflow.compress.pruning import PruneSettings
    from fpgaflow.compress.training_settings import TrainSettings

Command = Callable[..., None]


def prune_options(function: Command) -> Command:
    """Give a command the options of pruning; `pruning` makes settings of those of the training."""

    @functools.wraps(function)
    def run(
        *,
        target_drop: float,
        iterations: int,
        upper_threshold: float,
        lower_threshold: float,
        tolerance: float,
        limits: Any,
        **values: Any,
    ) -> None:
        def pruning(tuning: TrainSettings) -> PruneSettings:
            from fpgaflow.compress.dynamic_pruning import first_bracket
            from fpgaflow.compress.pruning import PruneSettings

            return PruneSettings(
                target_drop=target_drop / 100,
                iterations=iterations,
                bracket=first_bracket(
                    upper=upper_threshold, lower=lower_threshold, tolerance=tolerance
                ),
                limits=limits,
                tuning=tuning,
            )

        function(pruning=pruning, **values)

    options = (
        click.option(
            "--target-drop",
            type=float,
            default=0.5,
            show_default=True,
            metavar="POINTS",
            help="How much accuracy a trial may cost against MODEL, in percentage points.",
        ),
        click.option(
            "--iterations",
            type=int,
            default=3,
            show_default=True,
            metavar="N",
            help="Search N times, each on the last one's result.",
        ),
        click.option(
            "--upper-threshold",
            type=float,
            default=1.0,
            show_default=True,
            metavar="R",
            help="Search the threshold, a part of zeros, between this (Pu) ...",
        ),
        click.option(
            "--lower-threshold",
            type=float,
            default=0.5,
            show_default=True,
            metavar="R",
            help="... and this (Pl). A lower threshold removes more.",
        ),
        click.option(
            "--tolerance",
            type=float,
            default=0.03,
            show_default=True,
            metavar="R",
            help="Search until Pu - Pl is below this.",
        ),
    )
    wrapped: Command = limit_options(run)
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def fuse_options(function: Command) -> Command:
    """Give a command the options of fusion; `fusing` makes settings of those of the training."""

    @functools.wraps(function)
    def run(
        *,
        max_drop: float,
        max_blocks: int | None,
        long_every: int,
        short_epochs: int,
        long_epochs: int,
        choose: Any,
        no_distillation: bool,
        no_short: bool,
        from_scratch: bool,
        **values: Any,
    ) -> None:
        def fusing(tuning: TrainSettings) -> FuseSettings:
            from fpgaflow.compress.fusing import FuseSettings
            from fpgaflow.compress.layer_fusion import FusionRules

            return FuseSettings(
                rules=FusionRules(every=long_every, max_drop=max_drop / 100, max_blocks=max_blocks),
                choice=choose,
                distil=not no_distillation,
                short=not no_short,
                from_scratch=from_scratch,
                short_epochs=short_epochs,
                long_epochs=long_epochs,
                tuning=tuning,
            )

        function(fusing=fusing, **values)

    options = (
        click.option(
            "--max-drop",
            type=float,
            default=3.0,
            show_default=True,
            metavar="POINTS",
            help="Go on until fusion has cost more than this, in percentage points.",
        ),
        click.option(
            "--max-blocks",
            type=int,
            metavar="N",
            help="Remove N blocks at most.  [default: as many as there are]",
        ),
        click.option(
            "--long-every",
            type=int,
            default=4,
            show_default=True,
            metavar="N",
            help="Tune the whole network after every N removals.",
        ),
        click.option(
            "--short-epochs",
            type=int,
            default=50,
            show_default=True,
            metavar="N",
            help="Of tuning the carrier alone, after each removal.",
        ),
        click.option(
            "--long-epochs",
            type=int,
            default=200,
            show_default=True,
            metavar="N",
            help="Of tuning the whole network.",
        ),
        click.option(
            "--choose",
            type=click.Choice(["accuracy", "compression"]),
            default="accuracy",
            show_default=True,
            help="Which long result within --max-drop is NAME: the most accurate or the smallest.",
        ),
        click.option("--no-distillation", is_flag=True, help="Ablation: no teacher."),
        click.option("--no-short", is_flag=True, help="Ablation: no tuning of the carrier alone."),
        click.option(
            "--from-scratch",
            is_flag=True,
            help="Ablation: train what is left from new random weights, without short tuning.",
        ),
    )
    wrapped: Command = run
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped
