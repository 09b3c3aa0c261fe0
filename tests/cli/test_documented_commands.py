"""The commands that the pages on boards show have these names, options and arguments."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from fpgaflow.cli.group import cli

ROOT = Path(__file__).resolve().parents[2]
SHOWN = re.compile(r"^ *(fpgaflow [^\n#]+)|`(fpgaflow [a-z]+ [^`]+)`", re.MULTILINE)
PAGES = {
    name: sorted({one or other for one, other in SHOWN.findall((ROOT / name).read_text())})
    for name in ("docs/board.md", "docs/boards.md")
}


@pytest.mark.parametrize(
    ("page", "line"), [(page, line) for page, lines in PAGES.items() for line in lines]
)
def test_a_documented_command_is_understood(page: str, line: str) -> None:
    _, name, *arguments = shlex.split(line)
    command = cli.get_command(click.Context(cli), name)
    assert command is not None, f"{page}: {line}"
    with command.make_context(name, arguments):
        pass


def test_commands_were_found() -> None:
    assert len(PAGES["docs/board.md"]) >= 8
    assert len(PAGES["docs/boards.md"]) >= 3
