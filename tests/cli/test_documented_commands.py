"""The commands that the pages and the help show have these names, options and arguments."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import torch

from fpgaflow.api.explore_design import Planning, plan_design
from fpgaflow.cli.group import cli
from fpgaflow.data import load_images
from fpgaflow.frontend.torch_export import import_module
from fpgaflow.hardware.boards import load_board
from fpgaflow.ir.graph import Graph
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import Settings, quantize
from fpgaflow.zoo.registry import build

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^ +(fpgaflow [^\n#>]+)", re.MULTILINE)
INLINE = re.compile(r"`(fpgaflow [a-z]+ [^`]+)`")
# Elsewhere names in a line of text stand for what a user fills in, such as N.
PAGES_OF_INLINE = ("docs/board.md", "docs/boards.md")


def help_of(name: str) -> str:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return command.help or ""


def shown(text: str) -> set[str]:
    """Return the commands of the indented lines, continued ones joined."""
    return {line.strip() for line in BLOCK.findall(re.sub(r"\\\n *", "", text))}


def documented() -> dict[str, set[str]]:
    """Return the commands that each page, and each command's help, shows."""
    pages = ("README.md", *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md")))
    texts = {page: (ROOT / page).read_text() for page in sorted(pages)}
    found = {page: shown(text) for page, text in texts.items()}
    for page in PAGES_OF_INLINE:
        found[page] |= set(INLINE.findall(texts[page]))
    names = cli.list_commands(click.Context(cli))
    found |= {f"fpgaflow {name} --help": shown(help_of(name)) for name in names}
    return found | {"fpgaflow --help": shown(cli.help or "")}


PAGES = documented()


def parse(line: str) -> click.Context:
    _, name, *arguments = shlex.split(line)
    command = cli.get_command(click.Context(cli), name)
    assert command is not None, line
    return command.make_context(name, arguments)


@pytest.mark.parametrize(
    ("page", "line"), [(page, line) for page, lines in PAGES.items() for line in sorted(lines)]
)
def test_a_documented_command_is_understood(page: str, line: str) -> None:
    with parse(line):
        pass


def test_commands_were_found() -> None:
    assert len(PAGES["README.md"]) >= 6
    assert len(PAGES["docs/board.md"]) >= 8
    assert len(PAGES["docs/boards.md"]) >= 3
    assert [
        page for page, lines in PAGES.items() if page.startswith("fpgaflow") and not lines
    ] == []


@pytest.fixture(scope="module")
def digits_resnet20() -> Graph:
    """The network that the README compresses, before it is trained."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = build("resnet20", in_channels=1).eval()
    graph = canonicalize(import_module(module, (1, 8, 8), name="digits"))
    return quantize(graph, load_images("digits", limit=8).images, Settings())


@pytest.mark.parametrize("page", ["README.md", "fpgaflow compile --help"])
def test_what_is_compressed_from_digits_fits_its_board_however_little_went(
    page: str, digits_resnet20: Graph
) -> None:
    (line,) = (line for line in PAGES[page] if line.startswith("fpgaflow compile c.safetensors"))
    with parse(line) as context:
        board = load_board(context.params["board"])
    assert plan_design(digits_resnet20, board, board.clock_mhz, Planning()).fits
