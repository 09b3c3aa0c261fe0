"""`fpgaflow inspect`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from fpgaflow.cli.options import arch_option, input_shape_option, json_option


@click.command("inspect", short_help="Show what is in a model file.")
@click.argument("model")
@arch_option
@input_shape_option
@json_option
def command(
    model: str, arch: str | None, input_shape: tuple[int, ...] | None, as_json: bool
) -> None:
    """Show what is in a model file: architecture, layers, shapes, MACs, parameters.

    Shapes are channels last. MACs are multiply-accumulates of convolutions and fully connected
    layers for one image. The names are those that --layers of `fpgaflow compile` takes.

    \b
    Examples:
      fpgaflow inspect resnet20.th
      fpgaflow inspect weights.pt --arch nets:small_resnet --input-shape 3,32,32
      fpgaflow inspect model.onnx --json
    """
    from fpgaflow.api.packages import require_packages

    require_packages("fpgaflow inspect")

    from fpgaflow.api.inspection import inspect_model
    from fpgaflow.cli.errors import printable
    from fpgaflow.cli.table import format_table
    from fpgaflow.report.numbers import format_count

    found = inspect_model(model, arch=arch, input_shape=input_shape)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
        return
    size = "x".join(str(extent) for extent in found.input_shape)
    click.echo(printable(f"{found.file}: {found.architecture}"))
    click.echo(f"input {size}, {found.parameters} parameters, {found.macs} MACs")
    click.echo(f"sha256 {found.sha256}\n")
    rows = [
        (
            layer.name,
            layer.operation,
            "x".join(str(extent) for extent in layer.shape),
            format_count(layer.macs) if layer.macs else "",
            str(layer.parameters) if layer.parameters else "",
            layer.source,
        )
        for layer in found.layers
    ]
    header = ("layer", "operation", "output", "MACs", "parameters", "source")
    click.echo(format_table(header, rows, right=(3, 4)))
