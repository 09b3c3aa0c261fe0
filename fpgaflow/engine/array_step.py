"""What an `Array` does to the feature-map banks, for many frames at once.

The loops of docs/engine.md become index arithmetic: the bytes of many positions are gathered
into a matrix [positions, bytes of a phase], and a product of matrices in float64 gives their sums,
exactly: a sum has fewer than 2^53 / (255 * 128) terms.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fpgaflow.engine.array_order import ReadOrder
from fpgaflow.engine.array_reads import ReadTable
from fpgaflow.engine.array_writes import WriteTable
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array
from fpgaflow.engine.program import Operation
from fpgaflow.errors import VerificationFailed

_NO_TAP = -(1 << 24)
_ELEMENTS = 1 << 22
"""Bytes gathered at a time, which bounds the memory."""

Sums = NDArray[np.int64]


class ArrayStep:
    """One `Array`, ready to be executed.

    Args:
        config: the engine.
        operation: an `Array` with its biases and weights.
        reads: of the instruction, already checked.
        writes: likewise.
    """

    def __init__(
        self, config: EngineConfig, operation: Operation, reads: ReadTable, writes: WriteTable
    ) -> None:
        """Keep the tables."""
        assert isinstance(operation.instruction, Array)
        assert operation.biases is not None, "an Array has biases"
        assert operation.weights is not None, "an Array has weights"
        self.config = config
        self.operation = operation
        self.array = operation.instruction
        self.biases = operation.biases
        self.weights = operation.weights
        self.reads = reads
        self.writes = writes

    def execute(self, storage: NDArray[np.uint8]) -> None:
        """Change the banks.

        Args:
            storage: [frames, lanes_p * bank_bytes + 1], the banks one after the other; the last
                byte is zero: what lies outside a feature map is read there.

        Raises:
            VerificationFailed: a sum does not fit 32 bits, or a byte is read that the same
                instruction wrote before.
        """
        frames, outside = len(storage), storage.shape[1] - 1
        order = ReadOrder(self.config, self.operation, self.reads, self.writes)
        results = np.empty((frames, *self._destinations().shape), np.uint8)
        for groups in self._blocks():
            for rows in self._row_blocks(frames):
                index = self._index(groups, rows, outside)
                order.require_unwritten(index, groups, rows)
                result = self._finished(self._sums(storage, index, groups), groups)
                shape = (frames, *index.shape[:3], *result.shape[2:])
                results[:, groups, rows] = np.moveaxis(result.reshape(shape), 4, 1)
        self._write(storage, results)

    def _blocks(self) -> Iterator[slice]:
        """Groups that read the same bytes."""
        if self.array.group_step == 0:
            yield slice(0, self.array.groups)
            return
        for group in range(self.array.groups):
            yield slice(group, group + 1)

    def _row_blocks(self, frames: int) -> Iterator[slice]:
        array = self.array
        row = frames * array.columns_out * array.steps * self.config.lanes_k * self.config.lanes_p
        rows = max(1, _ELEMENTS // row)
        for start in range(0, array.rows_out, rows):
            yield slice(start, min(start + rows, array.rows_out))

    def _index(self, groups: slice, rows: slice, outside: int) -> NDArray[np.int64]:
        """Bytes of the storage: [rows, columns, lanes_p, phases, kernel_rows, taps, tiles, k]."""
        reads = self.reads
        column = reads.column + groups.start * self.array.group_step
        bank = reads.bank[rows].transpose(0, 2, 1)[:, None, :, None, :, None, None, None]
        inside = reads.inside[rows].transpose(0, 2, 1)[:, None, :, None, :, None, None, None]
        address = reads.address[rows][:, None, None, :, :, None, None, None]
        q = column[:, None, None, None, :, :, :]
        valid = inside & ((q >= 0) & (q < self.array.row_pitch))
        return np.where(valid, bank * self.config.bank_bytes + address + q, outside)

    def _sums(self, storage: NDArray[np.uint8], index: NDArray[np.int64], groups: slice) -> Sums:
        """Sums, or largest, int64 [frames, positions * lanes_p, groups, lanes_o]."""
        array, outside = self.array, storage.shape[1] - 1
        steps = array.steps // array.phases
        flat = index.reshape(-1, array.phases, steps, self.config.lanes_k)
        weights = self.weights[groups].reshape(-1, array.phases, steps, *self.weights.shape[2:])
        shape = (len(storage), len(flat), len(weights), self.config.lanes_o)
        total = np.full(shape, _NO_TAP if array.maximum else 0, np.int64)
        for phase in range(array.phases):
            if phase and array.shift_phases:
                total <<= 8
                self._require_32_bits(total)
            taken = storage[:, flat[:, phase]]
            if array.signed_phases >> phase & 1:
                taken = taken.view(np.int8)
            if array.maximum:
                counted = flat[:, phase, :, 0] != outside
                total = _largest(total, taken, weights[:, phase], counted)
            else:
                total += _products(taken, weights[:, phase])
            self._require_32_bits(total)
        return total

    def _finished(self, sums: Sums, groups: slice) -> NDArray[np.uint8]:
        array = self.array
        sums = sums + self.biases[groups]
        self._require_32_bits(sums)
        result = np.clip(sums >> array.shift, array.low, array.high)
        return ((result >> 8 if array.high_byte else result) & 0xFF).astype(np.uint8)

    def _require_32_bits(self, sums: Sums) -> None:
        if sums.size and (sums.max() >= 1 << 31 or sums.min() < -(1 << 31)):
            layer = self.operation.layer or "an ARRAY"
            raise VerificationFailed(
                f"engine: {layer}: sums from {sums.min()} to {sums.max()} do not fit 32 bits",
                accepted="sums that the compiler proved to fit",
            )

    def _destinations(self) -> NDArray[np.int64]:
        """Bytes of the storage, [groups, rows_out, columns_out, lanes_p, lanes_o]."""
        bank = np.arange(self.config.lanes_p)[:, None] * self.config.bank_bytes
        return self.writes.address[:, :, :, None, :] + bank

    def _write(self, storage: NDArray[np.uint8], results: NDArray[np.uint8]) -> None:
        destinations = self._destinations()
        exists = np.broadcast_to(self.writes.exists[:, :, None], destinations.shape)
        storage[:, destinations[exists]] = results[:, exists]


def _products(taken: NDArray[np.generic], weights: NDArray[np.int8]) -> Sums:
    """Sum taken [frames, n, steps, k] with weights [groups, steps, o, k] over steps and lanes."""
    groups, _, outputs, _ = weights.shape
    matrix = weights.transpose(1, 3, 0, 2).reshape(-1, groups * outputs).astype(np.float64)
    rows = taken.reshape(-1, matrix.shape[0]).astype(np.float64)
    return (rows @ matrix).astype(np.int64).reshape(*taken.shape[:2], groups, outputs)


def _largest(
    total: Sums,
    taken: NDArray[np.generic],
    weights: NDArray[np.int8],
    counted: NDArray[np.bool_],
) -> Sums:
    """Largest of `total` and each step's sum over lanes, where counted [n, steps]."""
    for step in range(weights.shape[1]):
        value = _products(taken[:, :, step : step + 1], weights[:, step : step + 1])
        total = np.where(counted[:, step, None, None], np.maximum(total, value), total)
    return total
