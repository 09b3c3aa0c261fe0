"""`fpgaflow evaluate`."""

from __future__ import annotations

import json

import click

from fpgaflow.cli.options import (
    DATA,
    arch_option,
    json_option,
    limit_option,
    mean_option,
    std_option,
)


@click.command(
    "evaluate",
    short_help="Measure accuracy on labelled images, class by class.",
    epilog=f"{DATA} Where they do not, the test part is taken.",
)
@click.argument("build_or_model")
@click.option("--data", required=True, metavar="DATA", help="Images with labels.")
@limit_option
@mean_option
@std_option
@arch_option
@click.option("--batch", type=click.IntRange(min=1), default=256, show_default=True, metavar="N")
@click.option(
    "--device",
    default="cpu",
    show_default=True,
    metavar="cpu|cuda|cuda:N",
    help="Where weights are computed; builds, ONNX and .pt2 always run on the CPU.",
)
@json_option
def command(
    *,
    build_or_model: str,
    data: str,
    limit: int | None,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    arch: str | None,
    batch: int,
    device: str,
    as_json: bool,
) -> None:
    """Measure top-1 accuracy: in all and for each class; with --json, the confusion matrix too.

    A build folder is computed exactly, as its hardware does; a model file in floating point. The
    matrix has a row for each label and a column for each class that the network gives.

    \b
    Examples:
      fpgaflow evaluate m.safetensors --data digits
      fpgaflow evaluate resnet20.th --data cifar10:data/cifar10 --mean 0.485,0.456,0.406 \\
          --std 0.229,0.224,0.225
      fpgaflow evaluate model-pynq-z2 --data digits --limit 100 --json
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow evaluate")

    from fpgaflow.api.scoring import score
    from fpgaflow.cli.table import format_table

    found = score(
        build_or_model,
        data,
        limit=limit,
        mean=mean,
        std=std,
        arch=arch,
        batch=batch,
        device=device,
    )
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
        return
    rows = [
        (
            one.name,
            str(one.images),
            str(one.right),
            f"{one.right / one.images:.2%}" if one.images else "",
            one.mistaken_for or "",
        )
        for one in found.classes
    ]
    header = ("class", "images", "right", "accuracy", "mostly mistaken for")
    click.echo(format_table(header, rows, right=(1, 2, 3)))
    click.echo(
        f"{found.images} {found.noun} of {found.data}, {found.arithmetic}, "
        f"accuracy {found.accuracy:.2%}"
    )
