"""The command line: `fpgaflow COMMAND`. One file for each command; nothing is computed here."""

from __future__ import annotations

from fpgaflow.cli.group import cli


def main() -> None:
    """Run the command line and leave with its exit code."""
    cli(prog_name="fpgaflow")


__all__ = ["cli", "main"]
