"""`fpgaflow run`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from fpgaflow.cli.options import (
    DATA,
    arch_option,
    input_shape_option,
    json_option,
    limit_option,
    mean_option,
    std_option,
)

if TYPE_CHECKING:
    from fpgaflow.api.trial import Trial

SHOWN = 20


@click.command("run", short_help="Classify images with a build or a model file.", epilog=DATA)
@click.argument("build_or_model")
@click.option("--images", metavar="DATA", help="[default: the images that the build keeps]")
@limit_option
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="N",
    help="Show the N best classes of each image.",
)
@mean_option
@std_option
@arch_option
@input_shape_option
@json_option
def command(
    *,
    build_or_model: str,
    images: str | None,
    limit: int | None,
    top: int,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    arch: str | None,
    input_shape: tuple[int, ...] | None,
    as_json: bool,
) -> None:
    """Classify images: class names, confidences, and accuracy where labels are known.

    A build folder is computed exactly, integer by integer as its hardware does; its normalisation
    is part of it. A model file is computed in floating point, with --mean and --std. Confidences
    are the softmax of the scores.

    \b
    Examples:
      fpgaflow run model-pynq-z2
      fpgaflow run model-pynq-z2 --images photos/ --json
      fpgaflow run model.pt --images cifar10:data/cifar10:test --mean 0.485,0.456,0.406 \\
          --std 0.229,0.224,0.225
    """
    from fpgaflow.api.trial import try_out
    from fpgaflow.cli.table import format_table

    trial = try_out(
        build_or_model,
        images,
        limit=limit,
        mean=mean,
        std=std,
        arch=arch,
        input_shape=input_shape,
    )
    if as_json:
        click.echo(json.dumps(_json(trial, top), indent=2))
        return
    count = len(trial.images)
    rows = [_row(trial, image, top) for image in range(min(count, SHOWN))]
    shown = min(top, trial.predictions.logits.shape[1])
    header = ("image", "label", *(["class", "confidence"] * shown))
    click.echo(format_table(header, rows, right=(0, *range(3, len(header), 2))))
    if count > SHOWN:
        click.echo(f"... and {count - SHOWN} more; --json shows all")
    accuracy = trial.accuracy
    known = "" if accuracy is None else f", accuracy {accuracy:.2%}"
    click.echo(f"{count} images, {trial.arithmetic}{known}")


def _row(trial: Trial, image: int, top: int) -> list[str]:
    found, labels = trial.predictions, trial.images.labels
    confidences = found.confidences[image]
    row = [str(image), "" if labels is None else found.name(int(labels[image]))]
    for number in found.top(image, top):
        row += [found.name(number), f"{confidences[number]:.1%}"]
    return row


def _json(trial: Trial, top: int) -> dict[str, object]:
    found, labels = trial.predictions, trial.images.labels
    confidences = found.confidences
    return {
        "arithmetic": trial.arithmetic,
        "images": len(trial.images),
        "accuracy": trial.accuracy,
        "predictions": [
            {
                "image": image,
                "label": None if labels is None else int(labels[image]),
                "top": [
                    {
                        "class": number,
                        "name": found.name(number),
                        "confidence": float(confidences[image, number]),
                    }
                    for number in found.top(image, top)
                ],
            }
            for image in range(len(trial.images))
        ],
    }
