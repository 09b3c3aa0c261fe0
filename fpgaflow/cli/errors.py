"""The one place where errors become messages and exit codes."""

from __future__ import annotations

import errno
import os
import platform
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

from fpgaflow.errors import FpgaflowError, ToolFailed
from fpgaflow.version import __version__

TRACEBACK = "FPGAFLOW_TRACEBACK"
INTERRUPTED = 130
TERMINATED = 143


class _Terminated(BaseException):
    """SIGTERM arrived; like an interrupt, it must pass every handler of ordinary errors."""


@contextmanager
def one_place_for_errors(ctx: click.Context) -> Generator[None]:
    """Turn whatever ends a command into a message and an exit code."""
    try:
        with _termination_as_exception():
            yield
    except FpgaflowError as error:
        _show_traceback_if_wanted()
        click.echo(printable(f"error: {error}"), err=True)
        ctx.exit(error.exit_code)
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        ctx.exit(INTERRUPTED)
    except _Terminated:
        click.echo("terminated", err=True)
        ctx.exit(TERMINATED)
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except MemoryError:
        _show_traceback_if_wanted()
        click.echo("error: there is not enough memory", err=True)
        click.echo("  what to do: use fewer images, or a smaller network", err=True)
        ctx.exit(ToolFailed.exit_code)
    except Exception as error:  # the command line's last resort
        if isinstance(error, OSError) and error.errno == errno.EPIPE:
            raise  # whoever read our output has left; click ends quietly
        click.echo(_internal_error(error), err=True)
        ctx.exit(1)


def printable(text: str) -> str:
    """Return text without control characters: names in a model file may hold terminal codes."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def _show_traceback_if_wanted() -> None:
    if os.environ.get(TRACEBACK) == "1":
        click.echo(traceback.format_exc(), err=True)


def _internal_error(error: Exception) -> str:
    _show_traceback_if_wanted()
    first = f"{type(error).__name__}: {error}".splitlines()[0][:500]
    hint = _write_report() or f"set {TRACEBACK}=1 to see the traceback"
    return printable(f"internal error: {first}\n  this is a bug of fpgaflow, not of yours; {hint}")


def _write_report() -> str:
    """Write the traceback to a file; return where it is, or nothing where it cannot be written."""
    lines = [
        f"fpgaflow {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"arguments: {sys.argv[1:]}",
        traceback.format_exc(),
    ]
    try:
        handle, path = tempfile.mkstemp(prefix="fpgaflow-error-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write("\n".join(lines))
    except OSError:
        return ""
    return f"please report it with {path}"


@contextmanager
def _termination_as_exception() -> Generator[None]:
    """Let SIGTERM unwind the program as an interrupt does, so that nothing half-made is left."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def terminate(number: int, frame: FrameType | None) -> NoReturn:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
