"""Shows a compression on standard error."""

from __future__ import annotations

from rich.markup import escape

from fpgaflow.cli.errors import printable
from fpgaflow.cli.training_progress import ShownTraining


class ShownCompression(ShownTraining):
    """The trainings, and a line for everything that begins or comes out.

    Args:
        quiet: show warnings alone.
    """

    def __enter__(self) -> ShownCompression:
        """Start to show."""
        super().__enter__()
        return self

    def begin(self, name: str) -> None:
        """Name the training in the bar."""
        self._name = f"{escape(printable(name))}, "

    def say(self, line: str) -> None:
        """Write a line."""
        if not self._quiet:
            self._console.print(escape(printable(line)))

    def warn(self, message: str) -> None:
        """Write a warning."""
        self._console.print(f"[bold yellow]warning:[/] {escape(printable(message))}")
