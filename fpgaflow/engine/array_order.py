"""Whether an `Array` reads a byte that it wrote before.

The engine's pipeline does not order such a read after the write, and the functional model reads
everything first; a program must not do it. Reading a byte in the position that then writes it, or
before, is allowed: an addition may write over its operand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.array_reads import ReadTable
from fpgaflow.engine.array_writes import WriteTable
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array
from fpgaflow.engine.program import Operation
from fpgaflow.errors import VerificationFailed

_NEVER = np.iinfo(np.int64).max


class ReadOrder:
    """When each byte of the banks is written: groups, rows and columns are counted through."""

    def __init__(
        self, config: EngineConfig, operation: Operation, reads: ReadTable, writes: WriteTable
    ) -> None:
        """Note the time of each write, unless no read can meet one."""
        assert isinstance(operation.instruction, Array)
        assert operation.weights is not None
        self.operation = operation
        self.array = operation.instruction
        self.weights = operation.weights
        self.written: NDArray[np.int64] | None = None
        if _may_meet(self.array, reads, writes):
            self.written = _written(config, self.array, writes)

    def require_unwritten(self, index: NDArray[np.int64], groups: slice, rows: slice) -> None:
        """Refuse reads of what was written at an earlier position.

        Args:
            index: bytes read, [rows, columns, lanes_p, phases, kernel_rows, taps, tiles, lanes_k].
            groups: that read them.
            rows: output rows.

        Raises:
            VerificationFailed: there is one whose weight is not zero.
        """
        if self.written is None:
            return
        flat = index.reshape(*index.shape[:3], -1, index.shape[-1])
        columns, positions = index.shape[1], self.array.positions
        row = np.arange(rows.start, rows.stop)[:, None]
        position = (row * columns + np.arange(columns))[:, :, None, None, None]
        last = self._last_use(groups)
        if np.any(self.written[flat] < np.where(last < 0, -1, last * positions + position)):
            raise VerificationFailed(
                f"engine: {self.operation.layer or 'an ARRAY'} reads a byte that it wrote before",
                accepted="outputs apart from the inputs, or each over its own operand",
            )

    def _last_use(self, groups: slice) -> NDArray[np.int64]:
        """Return the last of the groups with a weight for a byte, or -1, [steps, lanes_k]."""
        used = (self.weights[groups] != 0).any(axis=2)
        number = np.arange(groups.start, groups.stop)[:, None, None]
        return np.max(np.where(used, number, -1), axis=0)


def _may_meet(array: Array, reads: ReadTable, writes: WriteTable) -> bool:
    rows = reads.address[
        np.broadcast_to(np.logical_or.reduce(reads.inside, axis=2)[:, None, :], reads.address.shape)
    ]
    if not rows.size:
        return False
    return bool(
        rows.min() <= writes.address.max() and writes.address.min() < rows.max() + array.row_pitch
    )


def _written(config: EngineConfig, array: Array, writes: WriteTable) -> NDArray[np.int64]:
    when = np.full(config.lanes_p * config.bank_bytes + 1, _NEVER)
    bank = np.arange(config.lanes_p)[:, None] * config.bank_bytes
    places = writes.address[:, :, :, None, :] + bank
    exists = np.broadcast_to(writes.exists[:, :, None], places.shape)
    time = np.arange(array.groups * array.positions)
    time = time.reshape(array.groups, array.rows_out, array.columns_out, 1, 1)
    when[places[exists]] = np.broadcast_to(time, places.shape)[exists]
    return when
