"""`fpgaflow disassemble`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("disassemble", short_help="Show a program of the engine as text.")
@click.argument("program")
@click.option("--full", is_flag=True, help="Every bias and weight, not a digest of them.")
def command(*, program: str, full: bool) -> None:
    """Show a program of the engine as text, one line an instruction.

    PROGRAM is the engine.bin of a build. Fields that have their defaults are left out;
    docs/engine.md says what each of them means.

    \b
    Examples:
      fpgaflow disassemble model-pynq-z2/engine.bin
      fpgaflow disassemble model-pynq-z2/engine.bin --full > program.txt
    """
    from fpgaflow.api.engine_text import disassemble
    from fpgaflow.cli.errors import printable

    text = disassemble(Path(program), full=full)
    click.echo("\n".join(printable(line) for line in text.splitlines()))
