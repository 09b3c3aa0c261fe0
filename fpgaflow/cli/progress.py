"""Shows the steps of a compilation on standard error."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from fpgaflow.cli.errors import printable


class ShownProgress:
    """One line for each finished step, and a bar for the current one on a terminal.

    Args:
        quiet: show warnings alone.
        time_left: show how long the rest of a step will take, instead of how long it has taken.
    """

    def __init__(self, *, quiet: bool = False, time_left: bool = False) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._quiet = quiet
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[count]}"),
            TimeRemainingColumn() if time_left else TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=quiet or not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, count="", visible=False)

    def __enter__(self) -> ShownProgress:
        """Start to show."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave a clean terminal, whatever happened."""
        self._bar.stop()

    def begin(self, step: str) -> None:
        """Show the new step."""
        self._bar.reset(self._task, total=None, description=escape(step), count="", visible=True)

    def update(self, done: int, total: int) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=done, total=total, count=f"{done}/{total}")

    def note(self, text: str) -> None:
        """Show what the step is at, beside the bar."""
        self._bar.update(self._task, count=escape(printable(text))[:48])

    def end(self, step: str, seconds: float) -> None:
        """Write the step's line."""
        self._bar.update(self._task, visible=False)
        if not self._quiet:
            self._console.print(f"  {escape(step):<28} {seconds:6.1f} s")

    def say(self, line: str) -> None:
        """Write a line."""
        if not self._quiet:
            self._console.print(escape(printable(line)))

    def warn(self, message: str) -> None:
        """Write a warning."""
        self._console.print(f"[bold yellow]warning:[/] {escape(printable(message))}")
