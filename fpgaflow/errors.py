"""Every exception that fpgaflow raises on purpose; each class carries its exit code.

A message says where, what was found, what is accepted and what to do next. The command line
prints it as it is and leaves with the class's exit code; it never shows a traceback for these.
"""

from __future__ import annotations

from typing import ClassVar


class FpgaflowError(Exception):
    """Root of all errors.

    Args:
        found: the place (file, node, option) and what was found there, one sentence.
        accepted: what would have been accepted; may be empty.
        remedy: what the user can do next; may be empty.
    """

    exit_code: ClassVar[int] = 1
    kind: ClassVar[str] = "error"

    def __init__(self, found: str, *, accepted: str = "", remedy: str = "") -> None:
        """Build the message from its three parts."""
        self.found = found
        self.accepted = accepted
        self.remedy = remedy
        lines = [found]
        if accepted:
            lines.append(f"  accepted: {accepted}")
        if remedy:
            lines.append(f"  what to do: {remedy}")
        super().__init__("\n".join(lines))


class InputRefused(FpgaflowError):
    """A file, option or array given by the user cannot be used."""

    exit_code = 3
    kind = "input refused"


class UnsupportedOperator(FpgaflowError):
    """The network holds an operation that the graph has no node for."""

    exit_code = 4
    kind = "unsupported operator"


class DoesNotFit(FpgaflowError):
    """The design needs more of a resource than the board has."""

    exit_code = 5
    kind = "does not fit"


class ToolMissing(FpgaflowError):
    """A program or package that this step needs was not found."""

    exit_code = 6
    kind = "tool missing"


class ToolFailed(FpgaflowError):
    """A program ran and failed, crashed, or went over its time or memory."""

    exit_code = 7
    kind = "tool failed"


class VerificationFailed(FpgaflowError):
    """Two computations that must give the same integers did not."""

    exit_code = 8
    kind = "verification failed"


class DeviceFailed(FpgaflowError):
    """The board, or its emulation, reported an error."""

    exit_code = 9
    kind = "device failed"
