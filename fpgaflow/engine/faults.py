"""How a run on the functional model ends when the engine would stop it."""

from __future__ import annotations

from fpgaflow.engine.registers import Status
from fpgaflow.errors import DeviceFailed


class EngineFault(DeviceFailed):
    """The engine would stop with a status other than OK.

    Attributes:
        status: what STATUS would hold.
        where: the instruction's first row in the program, header rows included.
    """

    def __init__(self, status: Status, where: int, found: str) -> None:
        """Say what was found at which row."""
        self.status = status
        self.where = where
        super().__init__(
            f"engine: {status.name} at row {where} of the program: {found}",
            accepted="what docs/engine.md says of the instruction",
        )
