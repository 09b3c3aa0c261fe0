"""What the compression commands share: their options, and what they print."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fpgaflow.cli.options import (
    arch_option,
    json_option,
    mean_option,
    quiet_option,
    std_option,
)

if TYPE_CHECKING:
    from fpgaflow.api.compression import Compressed, Job
    from fpgaflow.cli.compression_progress import ShownCompression
    from fpgaflow.compress.selection import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The values of the shared options."""

    model: str
    data: str | None
    validation: str | None
    output: str | None
    force: bool
    resume: bool
    arch: str | None
    mean: tuple[float, ...] | None
    std: tuple[float, ...] | None
    epochs: int
    restart: int
    patience: int
    budget: float
    batch: int
    learning_rate: float
    momentum: float
    weight_decay: float
    augment: str | None
    temperature: float
    seed: int
    amp: str
    device: str
    as_json: bool
    quiet: bool

    def job(self, ending: str) -> Job:
        """Return the job that the options ask for.

        Args:
            ending: what the default output's name adds to the model's.
        """
        from fpgaflow.api.compression import Job
        from fpgaflow.api.training import default_augmentation
        from fpgaflow.compress.training_settings import TrainSettings

        if self.data is None:
            raise click.UsageError("Missing option '--data'.")
        augment = default_augmentation(self.data) if self.augment is None else self.augment
        tuning = TrainSettings(
            epochs=self.epochs,
            restart_epochs=self.restart or None,
            patience=self.patience or None,
            batch=self.batch,
            learning_rate=self.learning_rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            augment=augment,  # pyright: ignore[reportArgumentType] - click has checked it
            temperature=self.temperature,
            seed=self.seed,
            amp=self.amp,  # pyright: ignore[reportArgumentType]
            device=self.device,
        ).scaled(self.budget)
        return Job(
            model=Path(self.model),
            data=self.data,
            validation=self.validation,
            output=self.output_file(ending),
            force=self.force,
            resume=self.resume,
            arch=self.arch,
            mean=self.mean,
            std=self.std,
            tuning=tuning,
        )

    def output_file(self, ending: str) -> Path:
        """Return where the result goes."""
        return Path(self.output or f"{Path(self.model).stem}-{ending}.safetensors")

    def watch(self) -> AbstractContextManager[ShownCompression]:
        """Return who shows the work."""
        from fpgaflow.cli.compression_progress import ShownCompression

        return ShownCompression(quiet=self.quiet)

    def show(self, done: Compressed) -> None:
        """Print what came out."""
        show_compressed(done, as_json=self.as_json, quiet=self.quiet)


def show_compressed(done: Compressed, *, as_json: bool, quiet: bool = False) -> None:
    """Print what came of a compression; without the table of layers where it should be quiet."""
    from fpgaflow.report.compression_terminal import render_layers

    if as_json:
        click.echo(json.dumps(done.as_json(), indent=2))
        return
    before, after = done.plan.before, done.plan.after
    click.echo(f"accuracy    {before.accuracy:.2%} -> {after.accuracy:.2%}")
    for name, old, new in (
        ("MACs", before.macs, after.macs),
        ("parameters", before.parameters, after.parameters),
    ):
        click.echo(f"{name:<11} {old} -> {new} ({1 - new / old:.1%} gone)")
    if not quiet:
        click.echo(render_layers(done.record), nl=False)
    for path in done.files:
        click.echo(str(path))


Option = Callable[[Callable[..., None]], Callable[..., None]]


def _options() -> tuple[Option, ...]:
    return (
        click.argument("model"),
        click.option("--data", metavar="DATA", help="Images with labels."),
        click.option(
            "--validation",
            metavar="DATA",
            help="Images for statistics and accuracy.  [default: the data set's test part; where "
            "there is none, every tenth image, which is not trained on]",
        ),
        click.option(
            "-o",
            "--output",
            metavar="FILE.safetensors",
            help="The compressed model; the other files are called after it.  [default: MODEL and "
            "what was done to it, here]",
        ),
        click.option("--force", is_flag=True, help="Replace earlier outputs."),
        click.option(
            "--resume/--no-resume",
            default=True,
            show_default=True,
            help="Go on where an interrupted command with this output was, or begin anew.",
        ),
        click.option(
            "--patience",
            type=int,
            default=20,
            show_default=True,
            metavar="N",
            help="Stop a training after N epochs without a new best; 0 never.",
        ),
        click.option(
            "--budget",
            type=float,
            default=1.0,
            show_default=True,
            metavar="FRACTION",
            help="Train for this part of all epochs, for a small machine.",
        ),
        click.option("--batch", type=int, default=64, show_default=True, metavar="N"),
        click.option("--learning-rate", type=float, default=0.01, show_default=True, metavar="R"),
        click.option("--momentum", type=float, default=0.9, show_default=True, metavar="R"),
        click.option("--weight-decay", type=float, default=1e-4, show_default=True, metavar="R"),
        click.option(
            "--augment",
            type=click.Choice(["none", "crop", "crop-flip"]),
            help="Move images by up to an eighth of their size; mirror half of them.  [default: "
            "crop-flip for cifar10 and folders of images or frames, else none]",
        ),
        mean_option,
        std_option,
        arch_option,
        click.option("--seed", type=int, default=0, show_default=True),
        click.option(
            "--amp",
            type=click.Choice(["float32", "bf16", "fp16"]),
            default="float32",
            show_default=True,
            help="What the network is computed in; weights stay in float32.",
        ),
        click.option("--device", default="cpu", show_default=True, metavar="cpu|cuda|cuda:N"),
        json_option,
        quiet_option,
    )


def _epoch_options(epochs: int) -> tuple[Option, ...]:
    return (
        click.option(
            "--epochs",
            type=int,
            default=epochs,
            show_default=True,
            metavar="N",
            help="Of a training at most, before --budget.",
        ),
        click.option(
            "--restart",
            type=int,
            default=160,
            show_default=True,
            metavar="N",
            help="The learning rate's cosine starts again after N epochs; 0 never.",
        ),
    )


def shared_options(*, epochs: int | None = 320, distils: bool = False) -> Option:
    """Give a command the shared options; it gets their values as one argument, `shared`.

    Args:
        epochs: the default of --epochs; None where there is neither --epochs nor --restart.
        distils: whether the command distils, and has --temperature.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(**values: Any) -> None:
            from fpgaflow.api.packages import require_packages

            require_packages(f"fpgaflow {click.get_current_context().info_name}")
            # What a command does not offer has no effect on it.
            values = {"temperature": 4.0, "epochs": 1, "restart": 0, **values}
            own = {name: values.pop(name) for name in Shared.__dataclass_fields__}
            function(shared=Shared(**own), **values)

        wrapped: Callable[..., None] = run
        own_options = () if epochs is None else _epoch_options(epochs)
        for option in reversed((*_options(), *own_options)):
            wrapped = option(wrapped)
        if distils:
            wrapped = click.option(
                "--temperature",
                type=float,
                default=4.0,
                show_default=True,
                metavar="T",
                help="Of the distillation.",
            )(wrapped)
        return wrapped

    return decorate


def limit_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command --min-channels and --round-channels; it gets them as `limits`."""

    @functools.wraps(function)
    def run(min_channels: int, round_channels: int, **values: Any) -> None:
        function(limits=_limits(min_channels, round_channels), **values)

    wrapped = click.option(
        "--round-channels",
        type=int,
        default=1,
        show_default=True,
        metavar="N",
        help="Keep multiples of N channels, rounded up: counts that hardware likes.",
    )(run)
    return click.option(
        "--min-channels",
        type=int,
        default=1,
        show_default=True,
        metavar="N",
        help="No layer falls below N channels.",
    )(wrapped)


def _limits(min_channels: int, round_channels: int) -> Limits:
    from fpgaflow.compress.selection import Limits

    return Limits(min_channels=min_channels, round_channels=round_channels)
