"""`fpgaflow train`."""

from __future__ import annotations

import json

import click

from fpgaflow.cli.options import DATA, json_option, mean_option, std_option


@click.command(
    "train",
    short_help="Train a network on images, for compile and for compression.",
    epilog=f"{DATA} Defaults of the training are those of Li, Li, Meng, Electronics 2023, 12, "
    "1208. Several GPUs or machines: torchrun --nproc-per-node N -m fpgaflow train ...; the batch "
    "is that of all processes together.",
)
@click.option(
    "--arch",
    metavar="NAME|MODULE:FUNCTION",
    help="An architecture of the zoo, e.g. resnet20, or your own function that returns the module "
    "(its code runs).",
)
@click.option("--init", metavar="FILE", help="A model file whose weights to begin with.")
@click.option("--data", required=True, metavar="DATA", help="Images with labels.")
@click.option(
    "--validation",
    metavar="DATA",
    help="Images that tell which epoch is the best.  [default: the data set's test part; where "
    "there is none, every tenth image, which is not trained on]",
)
@click.option("-o", "--output", required=True, metavar="FILE.safetensors", help="The model file.")
@click.option("--force", is_flag=True, help="Replace the output.")
@click.option(
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Go on where an interrupted training of this output was, or begin anew.",
)
@click.option("--epochs", type=int, default=320, show_default=True, metavar="N")
@click.option(
    "--restart",
    type=int,
    metavar="N",
    help="The learning rate's cosine starts again after N epochs; 0 never.  [default: half of "
    "--epochs]",
)
@click.option(
    "--patience",
    type=int,
    default=20,
    show_default=True,
    metavar="N",
    help="Stop after N epochs without a new best; 0 never.",
)
@click.option(
    "--budget",
    type=float,
    default=1.0,
    show_default=True,
    metavar="FRACTION",
    help="Train for this part of --epochs and --restart, for a small machine.",
)
@click.option("--batch", type=int, default=64, show_default=True, metavar="N")
@click.option("--learning-rate", type=float, default=0.01, show_default=True, metavar="R")
@click.option("--momentum", type=float, default=0.9, show_default=True, metavar="R")
@click.option("--nesterov", is_flag=True, help="Let the momentum look ahead.")
@click.option("--weight-decay", type=float, default=1e-4, show_default=True, metavar="R")
@click.option(
    "--augment",
    type=click.Choice(["none", "crop", "crop-flip"]),
    help="Move images by up to an eighth of their size; mirror half of them.  [default: crop-flip "
    "for cifar10 and folders of images or frames, else none]",
)
@click.option(
    "--bn-l2", type=float, default=0.0, metavar="R", help="Penalty R * sum(gamma^2) on batch norms."
)
@click.option(
    "--bn-l1", type=float, default=0.0, metavar="R", help="Penalty R * sum(|gamma|) on batch norms."
)
@click.option("--teacher", metavar="FILE", help="A model file to distil from.")
@click.option(
    "--temperature", type=float, default=4.0, show_default=True, help="Of the distillation."
)
@click.option(
    "--distillation",
    type=float,
    default=1.0,
    show_default=True,
    metavar="R",
    help="Weight of the teacher's part of the loss.",
)
@mean_option
@std_option
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--amp",
    type=click.Choice(["float32", "bf16", "fp16"]),
    default="float32",
    show_default=True,
    help="What the network is computed in; weights stay in float32.",
)
@click.option("--device", default="cpu", show_default=True, metavar="cpu|cuda|cuda:N")
@json_option
@click.option("-q", "--quiet", is_flag=True, help="Show errors alone.")
def command(
    *,
    arch: str | None,
    init: str | None,
    data: str,
    validation: str | None,
    output: str,
    force: bool,
    resume: bool,
    epochs: int,
    restart: int | None,
    patience: int,
    budget: float,
    batch: int,
    learning_rate: float,
    momentum: float,
    nesterov: bool,
    weight_decay: float,
    augment: str | None,
    bn_l2: float,
    bn_l1: float,
    teacher: str | None,
    temperature: float,
    distillation: float,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    seed: int,
    amp: str,
    device: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Train a network with stochastic gradient descent and keep its best weights.

    A checkpoint is written after every epoch: a training that was killed goes on when the same
    command is given again, and on the CPU ends with the same bits. Beside the model file the
    folder OUTPUT.training holds history.json and the learning curves.

    \b
    Examples:
      fpgaflow train --arch resnet20 --data digits --epochs 3 --seed 0 -o m.safetensors
      fpgaflow train --arch resnet20 --data cifar10:data/cifar10 --mean 0.485,0.456,0.406 \\
          --std 0.229,0.224,0.225 --learning-rate 0.1 --device cuda -o resnet20.safetensors
      fpgaflow train --init m.safetensors --data digits --budget 0.1 -o n.safetensors
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow train")

    from fpgaflow.api.training import default_augmentation, train_model
    from fpgaflow.cli.training_progress import ShownTraining
    from fpgaflow.compress.training_settings import TrainSettings

    settings = TrainSettings(
        epochs=epochs,
        restart_epochs=-(-epochs // 2) if restart is None else restart or None,
        patience=patience or None,
        batch=batch,
        learning_rate=learning_rate,
        momentum=momentum,
        nesterov=nesterov,
        weight_decay=weight_decay,
        augment=default_augmentation(data) if augment is None else augment,  # pyright: ignore[reportArgumentType] - click has checked it
        seed=seed,
        amp=amp,  # pyright: ignore[reportArgumentType]
        device=device,
        batch_norm_l2=bn_l2,
        batch_norm_l1=bn_l1,
        temperature=temperature,
        distillation=distillation,
    ).scaled(budget)
    with ShownTraining(quiet=quiet) as progress:
        trained = train_model(
            data,
            output,
            settings,
            arch=arch,
            init=init,
            validation=validation,
            mean=mean,
            std=std,
            teacher=teacher,
            resume=resume,
            force=force,
            progress=progress,
        )
    if not trained.team.leads:
        return
    if as_json:
        click.echo(json.dumps(trained.as_json(), indent=2))
    if as_json or quiet:
        return
    history, held_out = trained.history, trained.data.validation
    click.echo(
        f"{trained.output}: {trained.architecture}, {history.best_accuracy:.2%} on "
        f"{len(held_out)} {held_out.noun} in epoch {history.best_epoch} of "
        f"{len(history.rows)}; learning curves in {trained.folder}"
    )
