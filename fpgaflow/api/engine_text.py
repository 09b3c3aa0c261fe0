"""Programs of the engine as text and back, file by file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from fpgaflow.engine.program import Program, read_program
from fpgaflow.engine.text import to_text, weights_by_digest
from fpgaflow.engine.text_parse import from_text
from fpgaflow.errors import InputRefused


def disassemble(path: Path, *, full: bool) -> str:
    """Return the text of a program's file.

    Args:
        path: the file that the engine reads.
        full: with every bias and weight; else with a digest of each instruction's.

    Raises:
        InputRefused: the file cannot be read, or the engine would refuse it.
    """
    return to_text(_program(path), full=full)


def assemble(path: Path, target: Path, *, weights: Path | None, force: bool) -> Program:
    """Write the program that a text says; the file appears whole or not at all.

    Args:
        path: the text.
        target: the program's file.
        weights: a program that has the weights whose digests the text has.
        force: replace a file that is there.

    Returns:
        The program.

    Raises:
        InputRefused: the text says no program, or a file cannot be read or written.
    """
    held = weights_by_digest(_program(weights)) if weights else None
    try:
        text = _read(path).decode()
    except UnicodeDecodeError as error:
        raise InputRefused(f"{path} is not a text in UTF-8") from error
    program = from_text(text, weights=held)
    _write(target, program.to_bytes(), force=force)
    return program


def _program(path: Path) -> Program:
    return read_program(_read(path))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputRefused(f"{path} cannot be read: {error.strerror}") from error


def _write(target: Path, data: bytes, *, force: bool) -> None:
    if os.path.lexists(target) and not (force and target.is_file() and not target.is_symlink()):
        raise InputRefused(
            f"the output {target} exists already",
            accepted="a file that does not exist yet",
            remedy="name another one with -o, or replace a file with --force",
        )
    aside: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.absolute().parent)
        aside = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        aside.chmod(0o644)
        aside.replace(target)
    except OSError as error:
        raise InputRefused(
            f"the output {target} cannot be written: {error.strerror or error}",
            remedy="free some space, or name another file with -o",
        ) from error
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)
