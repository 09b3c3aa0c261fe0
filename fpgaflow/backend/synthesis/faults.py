"""What went wrong in a stage, said so that one knows what to do; read from the tool's own lines."""

from __future__ import annotations

import errno
import os
import re
import signal
from collections.abc import Iterable
from pathlib import Path

from fpgaflow.backend.synthesis.execution import Ended
from fpgaflow.backend.synthesis.stages import StageCommand
from fpgaflow.errors import DoesNotFit, FpgaflowError, ToolFailed

RESUME = "then run fpgaflow synthesize again: it goes on after the last finished stage"

_LICENSE = re.compile(
    r"\[Common 17-345\] A valid license was not found for feature '([^']+)'"
    r"(?: and/or device '([^']+)')?"
)
_BOARD_PART = re.compile(r"\[Board 49-71\] The board_part definition was not found for (\S+?)\. ")
_PART = re.compile(
    r"\[HLS 200-1023\] Part '([^']+)' is not installed|\[Coretcl 2-106\] Specified part could not"
)
_TOO_LARGE = re.compile(
    r"\[(?:DRC UTLZ-1\] Resource utilization: (.+?) over-utilized"
    r"|Place 30-640\] Place Check : This design requires more (.+?) cells than are available)"
)
_CRASH = re.compile(r"Abnormal program termination \((\S+)\)")
_ERROR = re.compile(r"^\s*(?:CRITICAL )?ERROR: ?(.+)")
_DISK = os.strerror(errno.ENOSPC)
_SHOWN = 8


def explain(command: StageCommand, ended: Ended, missing: Iterable[str]) -> FpgaflowError | None:
    """Return the error of a stage; None where it ended well.

    Args:
        command: what was run.
        ended: how it ended.
        missing: files that it should have left and did not.
    """
    lost = tuple(missing)
    if ended.code == 0 and not lost:
        return None
    text = "\n".join(_read(path) for path in (*_run_logs(command.folder, ended), ended.log))
    who = f"{command.stage.title} ({command.tool.release})"
    return (
        _known(command, who, text, ended.log)
        or _crash(who, text, ended)
        or _unknown(who, text, ended, lost)
    )


def _run_logs(folder: Path, ended: Ended) -> tuple[Path, ...]:
    """Return the logs of Vivado's runs since the stage began: not all of it reaches the output.

    Two seconds allow for file systems with coarse times.
    """
    logs = folder.glob("vivado/*.runs/*/runme.log")
    return tuple(sorted(path for path in logs if path.stat().st_mtime > ended.began - 2))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _known(command: StageCommand, who: str, text: str, log: Path) -> FpgaflowError | None:
    if _DISK in text:
        return ToolFailed(
            f"{who}: the disk is full; see {log}",
            remedy=f"free some space (a design takes a few GB), {RESUME}",
        )
    if found := _LICENSE.search(text):
        device = f" for the device {found[2]}" if found[2] else ""
        return ToolFailed(
            f"{who}: there is no license for {found[1]}{device}; see {log}",
            accepted="a license that covers the device; the free Standard edition of Vivado ML "
            "does not have every one",
            remedy=f"set XILINXD_LICENSE_FILE to the license, {RESUME}",
        )
    if found := _BOARD_PART.search(text):
        return ToolFailed(
            f"{who}: Vivado does not know the board {found[1]}; see {log}",
            remedy="install the board's files: in Vivado, Tools > Vivado Store > Boards; or put "
            f"them into the installation's data/boards/board_files; {RESUME}",
        )
    if found := _PART.search(text):
        return ToolFailed(
            f"{who}: the device {found[1] or 'of the board'} is not installed; see {log}",
            remedy=f"add the device's family with the installer of {command.tool.name}, {RESUME}",
        )
    if found := _TOO_LARGE.search(text):
        return DoesNotFit(
            f"{who}: the design needs more {found[1] or found[2]} than the device has; see {log}",
            remedy="compile with fewer bits, a compressed network, or for a larger board",
        )
    return None


def _crash(who: str, text: str, ended: Ended) -> FpgaflowError | None:
    found = _CRASH.search(text)
    number = -ended.code if ended.code < 0 else ended.code - 128
    if found is None and number not in {item.value for item in signal.Signals}:
        return None
    if number == signal.SIGKILL:
        return ToolFailed(
            f"{who} was killed (SIGKILL); see {ended.log}",
            remedy="most often the computer ran out of memory: close other programs, use --jobs 1, "
            f"{RESUME}",
        )
    if found:
        signal_name = found[1] if not found[1].isdigit() else _signal_name(int(found[1]))
    else:
        signal_name = _signal_name(number)
    return ToolFailed(
        f"{who} crashed with {signal_name}; see {ended.log}",
        remedy="run fpgaflow synthesize again; where it crashes again, try another version of the "
        "tool",
    )


def _signal_name(number: int) -> str:
    known = {item.value: item.name for item in signal.Signals}
    return known.get(number, f"signal {number}")


def _unknown(who: str, text: str, ended: Ended, missing: tuple[str, ...]) -> FpgaflowError:
    how = f"failed with exit code {ended.code}" if ended.code else f"left no {missing[0]}"
    lines = [found[1] for line in text.splitlines() if (found := _ERROR.match(line))]
    said = (
        list(dict.fromkeys(lines))[:_SHOWN]
        or [line for line in text.splitlines() if line.strip()][-_SHOWN:]
    )
    shown = "".join(f"\n    {line.strip()}" for line in said)
    return ToolFailed(
        f"{who} {how}; see {ended.log}" + (f"; it said:{shown}" if shown else ""),
        remedy=f"correct the cause, {RESUME}",
    )
