from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from fpgaflow.cli.group import cli
from tests.engine.test_machine import BACK, COPY, MOVE, operation, program


@pytest.fixture
def block(tmp_path: Path) -> Path:
    path = tmp_path / "engine.bin"
    path.write_bytes(program(MOVE, operation(COPY), BACK).to_bytes())
    return path


def run(*arguments: str | Path) -> tuple[int, str]:
    found = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    return found.exit_code, found.output


@pytest.mark.parametrize("full", [True, False])
def test_a_program_comes_back_from_its_text(block: Path, full: bool) -> None:
    code, text = run("disassemble", block, *(["--full"] if full else []))
    assert code == 0
    written, made = block.with_name("engine.txt"), block.with_name("made.bin")
    written.write_text(text)
    weights = () if full else ("--weights", block)
    code, said = run("assemble", written, "-o", made, *weights)
    assert (code, said) == (0, f"program: {made} (336 bytes, 4 instructions)\n")
    assert made.read_bytes() == block.read_bytes()


def test_nothing_is_replaced_unless_asked(block: Path) -> None:
    written = block.with_name("engine.txt")
    written.write_text(run("disassemble", block, "--full")[1])
    code, said = run("assemble", written, "-o", block)
    assert code == 3
    assert said == (
        f"error: the output {block} exists already\n"
        "  accepted: a file that does not exist yet\n"
        "  what to do: name another one with -o, or replace a file with --force\n"
    )
    assert run("assemble", written, "-o", block, "--force")[0] == 0
    assert sorted(path.name for path in block.parent.iterdir()) == ["engine.bin", "engine.txt"]


def test_files_that_cannot_be_used_are_named(block: Path) -> None:
    missing = block.with_name("none")
    expected = (3, f"error: {missing} cannot be read: No such file or directory\n")
    assert run("disassemble", missing) == expected
    assert run("assemble", missing, "-o", "x") == expected
    code, said = run("assemble", block, "-o", "x")
    assert (code, said) == (3, f"error: {block} is not a text in UTF-8\n")
    damaged = block.with_name("damaged")
    damaged.write_bytes(block.read_bytes()[:-8])
    assert run("disassemble", damaged) == (
        3,
        "error: engine program: 328 bytes, its header says 336\n  accepted: the whole program\n",
    )
    beyond = block.with_name("none") / "x"
    written = block.with_name("engine.txt")
    written.write_text(run("disassemble", block, "--full")[1])
    assert run("assemble", written, "-o", beyond) == (
        3,
        f"error: the output {beyond} cannot be written: No such file or directory\n"
        "  what to do: free some space, or name another file with -o\n",
    )
