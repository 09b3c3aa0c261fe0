"""`fpgaflow boards`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from fpgaflow.cli.options import json_option


@click.command("boards", short_help="List the boards that --board takes.")
@json_option
def command(as_json: bool) -> None:
    """List the boards that --board takes, with what their devices hold.

    BRAM36 are block RAMs of 36 Kbit. With --json each figure comes with its source.

    \b
    Examples:
      fpgaflow boards
      fpgaflow boards --json
    """
    from fpgaflow.cli.table import format_table
    from fpgaflow.hardware.boards import list_boards, load_board

    boards = [load_board(name) for name in list_boards()]
    if as_json:
        click.echo(json.dumps([asdict(board) for board in boards], indent=2))
        return
    header = ("name", "board", "device", "LUT", "FF", "BRAM36", "URAM", "DSP", "MHz")
    rows = [
        (
            board.name,
            board.title,
            board.part,
            *(
                str(number)
                for number in (
                    board.resources.lut,
                    board.resources.ff,
                    board.resources.bram36,
                    board.resources.uram,
                    board.resources.dsp,
                )
            ),
            f"{board.clock_mhz:g}",
        )
        for board in boards
    ]
    click.echo(format_table(header, rows, right=range(3, 9)))
