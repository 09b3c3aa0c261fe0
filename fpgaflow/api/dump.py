"""Writes the graph as text after each pass."""

from __future__ import annotations

from pathlib import Path

from fpgaflow.errors import InputRefused
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.text import to_text


class PassDump:
    """Writes NN-PASS.txt for each pass that it is told of.

    Args:
        folder: made where it does not exist; files of these names are overwritten.
    """

    def __init__(self, folder: Path) -> None:
        """Raise InputRefused when the folder cannot be made."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputRefused(
                f"--dump-passes {folder}: {error.strerror}", accepted="a folder"
            ) from error
        self._folder = folder
        self._count = 0

    def __call__(self, name: str, graph: Graph) -> None:
        """Write one graph; raise InputRefused when the disk does not take it."""
        path = self._folder / f"{self._count:02}-{name}.txt"
        try:
            path.write_text(to_text(graph), encoding="utf-8")
        except OSError as error:
            raise InputRefused(
                f"--dump-passes: {path} cannot be written: {error.strerror}",
                remedy="free some space, or name another folder",
            ) from error
        self._count += 1
