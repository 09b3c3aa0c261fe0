"""The boards that fpgaflow ships, found by name."""

from __future__ import annotations

import difflib
from pathlib import Path

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.board import Board, BoardFamily, BoardResources, BoardSources
from fpgaflow.hardware.board_file import load_board_file
from fpgaflow.resources import share_dir

__all__ = [
    "Board",
    "BoardFamily",
    "BoardResources",
    "BoardSources",
    "list_boards",
    "load_board",
    "load_board_file",
]


def list_boards() -> tuple[str, ...]:
    """Return the names of the boards that fpgaflow ships, sorted."""
    return tuple(sorted(path.parent.name for path in share_dir("boards").glob("*/board.toml")))


def load_board(name: str) -> Board:
    """Return the board called `name`, or the one described by the file `name` if it ends in .toml.

    Raises:
        InputRefused: no board has that name (the message gives the nearest ones), or its file is
            not a board description.
    """
    if name.endswith(".toml"):
        return load_board_file(Path(name))
    names = list_boards()
    if name not in names:
        near = difflib.get_close_matches(name.lower().replace("_", "-"), names, n=3, cutoff=0.5)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise InputRefused(
            f'no board is called "{name}"{hint}',
            accepted=", ".join(names),
            remedy="name one of these, or give the path of a board.toml of your own",
        )
    return load_board_file(share_dir("boards") / name / "board.toml")
