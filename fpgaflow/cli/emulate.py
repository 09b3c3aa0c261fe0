"""`fpgaflow emulate`."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from fpgaflow.cli.options import (
    DATA,
    board_file_option,
    csim_limits,
    json_option,
    limit_option,
    memory_limit_option,
    time_limit_option,
)

if TYPE_CHECKING:
    from fpgaflow.api.emulated_board import CoreName
    from fpgaflow.api.emulation import Emulation
    from fpgaflow.api.progress import Progress

SHOWN = 10
CORES = {
    "interpreter": "the exact interpreter",
    "csim": "the C-simulation",
    "rtl": "the engine's RTL",
}
FAULTS = (
    "dma-halt",
    "short-packet",
    "stale-hwh",
    "missing-flush",
    "bit-flip",
    "slow-consumer",
    "bus-error",
    "stuck",
    "other-engine",
)


@click.command("emulate", short_help="Classify images on an emulated board.", epilog=DATA)
@click.argument("build_or_bundle")
@click.option("--images", metavar="DATA", help="[default: the images that the bundle holds]")
@limit_option
@click.option(
    "--fault",
    "faults",
    type=click.Choice(FAULTS),
    multiple=True,
    help="Let something go wrong, to see how it is told; may be given again.",
)
@board_file_option
@click.option(
    "--core",
    type=click.Choice(tuple(CORES)),
    default="interpreter",
    show_default=True,
    help="What computes and counts inside the board: the exact interpreter (of an engine: its "
    "functional model), the compiled C-simulation of the accelerator (of a build, not of a bundle; "
    "compiling takes minutes), or an engine's RTL in Verilator.",
)
@click.option(
    "--work", metavar="DIR", help="Keep the compiled C-simulation here, and use it the next time."
)
@time_limit_option
@memory_limit_option
@json_option
def command(
    *,
    build_or_bundle: str,
    images: str | None,
    limit: int | None,
    faults: tuple[str, ...],
    board: str | None,
    core: CoreName,
    work: str | None,
    time_limit: float | None,
    memory_limit: int,
    as_json: bool,
) -> None:
    """Classify images on an emulated board, and count what moves.

    The emulated board has the DMA's and the accelerator's registers and a memory of its own; the
    runtime drives it as it drives a real one, through pynq where that is installed. The exact
    interpreter computes for it, or the accelerator's C++, or an engine's RTL, and every score is
    compared with the interpreter's. The RTL alone has a clock: else counters of cycles stay zero.

    \b
    Examples:
      fpgaflow emulate model-pynq-z2
      fpgaflow emulate model-pynq-z2.fpgaflow.zip --images digits --limit 100
      fpgaflow emulate model-pynq-z2 --fault dma-halt
      fpgaflow emulate model-pynq-z2 --core csim --work csim
    """
    from fpgaflow.api.emulation import emulate

    with _shown(core) as progress:
        found = emulate(
            build_or_bundle,
            images,
            limit=limit,
            faults=faults,
            board=board,
            core=core,
            work=work,
            limits=csim_limits(time_limit, memory_limit),
            progress=progress,
        )
    click.echo(json.dumps(_json(found), indent=2) if as_json else _text(found))


def _shown(core: CoreName) -> AbstractContextManager[Progress | None]:
    """Show that the C-simulation is compiled; a base installation has nothing to show it with."""
    if core == "interpreter" or find_spec("rich") is None:
        return nullcontext()
    from fpgaflow.cli.progress import ShownProgress

    return ShownProgress()


def _text(found: Emulation) -> str:
    from fpgaflow.cli.table import format_table

    count, labels = len(found.images), found.images.labels
    classes = found.predictions.classes
    rows = [
        (
            str(image),
            "" if labels is None else found.predictions.name(int(labels[image])),
            found.predictions.name(int(classes[image])),
        )
        for image in range(min(count, SHOWN))
    ]
    known = "" if labels is None else f", accuracy {found.predictions.accuracy(labels):.2%}"
    counters = [
        (
            row.name,
            row.unit,
            "" if row.predicted is None else f"{row.predicted:,}",
            f"{row.counted:,}{'' if row.equal else ' !'}",
        )
        for row in found.counters.rows
    ]
    verdict = "as predicted" if found.counters.equal else "those marked ! are not as predicted"
    return "\n".join(
        [
            f"{found.board}, {found.achieved_mhz:g} MHz ({found.asked_mhz:g} asked)",
            format_table(("image", "label", "class"), rows, right=(0,)),
            *([f"... and {count - SHOWN} more; --json shows all"] if count > SHOWN else []),
            f"{count} images, {_computed(found.core)}{known}",
            "",
            format_table(("counter", "unit", "predicted", "counted"), counters, right=(2, 3)),
            f"counters: {verdict}",
        ]
    )


def _computed(core: CoreName) -> str:
    if core == "interpreter":
        return "every score equal to the exact interpreter's"
    return f"computed by {CORES[core]}, every score equal to the exact interpreter's"


def _json(found: Emulation) -> dict[str, object]:
    labels = found.images.labels
    return {
        "board": found.board,
        "core": found.core,
        "asked_mhz": found.asked_mhz,
        "achieved_mhz": found.achieved_mhz,
        "images": len(found.images),
        "accuracy": None if labels is None else found.predictions.accuracy(labels),
        "classes": found.predictions.classes.tolist(),
        "counters_equal": found.counters.equal,
        "counters": [
            {
                "name": row.name,
                "unit": row.unit,
                "predicted": row.predicted,
                "counted": row.counted,
            }
            for row in found.counters.rows
        ],
    }
