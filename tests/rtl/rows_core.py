"""What the core of tests/rtl/rows_core/ computes, and its cycles with the rules of docs/engine.md.

The bus rules here are the page's section "Cycles: the buses", burst by burst.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fpgaflow.backend.engine_rtl.compile import RtlModel
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array, End, Load, Region, Store
from fpgaflow.engine.program import Operation, Program
from tests.rtl.models import compiled

_RTL = Path(__file__).parents[2] / "rtl"
_CORE = Path(__file__).parent / "rows_core" / "engine_core.sv"
_FILES = (
    *("engine_pkg", "engine", "registers", "run_control", "counters", "counter_memory"),
    *("burst_reader", "burst_writer", "program_check", "program_ring", "mover"),
)
UNTOUCHED = 0xA5
"""What `run_program` leaves where nothing is written."""
_BURST = 16
_OUTSTANDING = 8
_RING_LATENCY = 3


def compiled_buses(folder: Path, config: EngineConfig, address_bits: int = 32) -> RtlModel:
    """The engine with the core that only sums rows."""
    for name in _FILES:
        shutil.copy(_RTL / f"{name}.sv", folder)
    shutil.copy(_CORE, folder)
    return compiled(config, rtl=folder, address_bits=address_bits)


def array_operation(
    rng: np.random.Generator, config: EngineConfig, *, groups: int, steps: int, positions: int
) -> Operation:
    """An `ARRAY` with random rows, whose sum goes to bank 0."""
    array = Array(
        groups=groups,
        last_channels=1,
        shift=0,
        low=0,
        high=0,
        tiles=steps,
        last_lanes=1,
        row_address=0,
        row_pitch=8,
        row_step=8,
        band_bytes=8,
        band_rows=1,
        last_lane=0,
        last_rows=1,
        column_step=0,
        rows_out=1,
        columns_out=positions,
        out_address=8 * int(rng.integers(0, 16)),
        out_row_pitch=0,
        out_pixel_pitch=0,
        out_last_lane=0,
        out_last_rows=1,
    )
    shape = (groups, steps, config.lanes_o, config.lanes_k)
    return Operation(
        instruction=array,
        biases=rng.integers(-(2**31), 2**31, (groups, config.lanes_o), np.int64),
        weights=rng.integers(-128, 128, shape, np.int8),
    )


def random_program(seed: int, config: EngineConfig, *, arrays: int, steps: int) -> Program:
    """Loads, arrays, a spill and its way back, a store."""
    rng = np.random.default_rng(seed)
    banks = int(rng.integers(1, config.lanes_p + 1))
    size = 8 * int(rng.integers(1, 40))
    into, spilled = 8 * int(rng.integers(0, 20)), 8 * int(rng.integers(0, 20))
    frame = {"region": Region.FRAME, "banks": banks, "address": 0, "bank_bytes": size}
    spill = {"region": Region.SPILL, "banks": banks, "bank_bytes": size, "offset": spilled}
    middle = [
        array_operation(
            rng,
            config,
            groups=int(rng.integers(1, 5)),
            steps=int(rng.integers(1, steps)),
            positions=int(rng.choice([1, 1, 2, 9, 40])),
        )
        for _ in range(arrays)
    ]
    operations = (
        Operation(instruction=Load(**frame, offset=into)),
        *middle,
        Operation(instruction=Store(**spill, address=8)),
        Operation(instruction=Load(**spill, address=16)),
        Operation(instruction=Store(**frame, offset=0)),
        Operation(instruction=End()),
    )
    return Program(
        config=config,
        operations=operations,
        input_bytes=banks * size + into,
        output_bytes=banks * size + 8 * int(rng.integers(0, 3)),
        spill_bytes=banks * size + spilled,
    )


def expected_outputs(program: Program, frames: np.ndarray, untouched: int) -> np.ndarray:
    """What the regions of all frames hold, [frames, output_bytes]; banks begin as zeros."""
    config = program.config
    banks = np.zeros((config.lanes_p, config.bank_bytes), np.uint8)
    spill = np.zeros(program.spill_bytes, np.uint8)
    outputs = np.full((len(frames), program.output_bytes), untouched, np.uint8)
    for frame, output in zip(frames, outputs, strict=True):
        for operation in program.operations:
            one = operation.instruction
            if isinstance(one, Array):
                data = np.frombuffer(_row_sum(config, operation).to_bytes(8, "little"), np.uint8)
                banks[0, one.out_address : one.out_address + 8] = data
            elif isinstance(one, Load | Store):
                load = isinstance(one, Load)
                region = spill if one.region == Region.SPILL else frame if load else output
                size = one.banks * one.bank_bytes
                memory = region[one.offset : one.offset + size].reshape(one.banks, -1)
                inside = banks[: one.banks, one.address : one.address + one.bank_bytes]
                if load:
                    inside[...] = memory
                else:
                    memory[...] = inside
    return outputs


def _row_sum(config: EngineConfig, operation: Operation) -> int:
    array = operation.instruction
    assert isinstance(array, Array)
    assert operation.biases is not None
    assert operation.weights is not None
    total = 0
    for biases, weights in zip(operation.biases, operation.weights, strict=True):
        rows = np.zeros((1 + len(weights), config.row_bytes), np.uint8)
        rows[0, : 4 * config.lanes_o] = biases.astype("<i4").view(np.uint8)
        rows[1:] = weights.view(np.uint8).reshape(len(weights), -1)
        folded = np.bitwise_xor.reduce(rows.view("<u8"), axis=1).tolist()
        for value in (folded[0], *(folded[1:] * array.positions)):
            total = ((total << 1 | total >> 63) & 0xFFFF_FFFF_FFFF_FFFF) ^ value
    return total


@dataclass(slots=True, kw_only=True)
class ProgramStream:
    """When the rows of all frames come, by the rule for each burst.

    Attributes:
        config: the engine.
        rows: of a frame.
        frames: that are read; 1 for a resident program.
        start: the run's first cycle.
        latency: of the memory.
    """

    config: EngineConfig
    rows: int
    frames: int
    start: int
    latency: int
    bursts: int = 0
    _beats: int = 0
    _row_cycles: list[int] = field(default_factory=list)
    _freed: list[tuple[int, int]] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)
    _address: int = 0
    _sizes: Iterator[int] | None = None

    def available(self, rows: int) -> int:
        """Return the first cycle in which so many rows of the run, from its start on, are there."""
        while len(self._row_cycles) < rows:
            self._burst()
        return self._row_cycles[rows - 1]

    def free(self, cycle: int, rows: int) -> None:
        """The core is done with rows in a cycle."""
        before = self._freed[-1][1] if self._freed else 0
        self._freed.append((cycle, before + rows))

    def finish(self) -> None:
        """Take the bursts that are asked for before the end."""
        self.available(self.rows * self.frames)

    def _burst(self) -> None:
        if self._sizes is None:
            self._sizes = self._all_sizes()
        beats = next(self._sizes)
        columns = self.config.row_bytes // 8
        # One cycle after the last, with room for all its beats, at most eight under way.
        address = self.start + 2 if self.bursts == 0 else self._address + 1
        if self.bursts >= _OUTSTANDING:
            address = max(address, self._ends[self.bursts - _OUTSTANDING] + 2)
        lacking = self._beats + beats - self.config.w_rows * columns
        if lacking > 0:
            address = max(
                address, next(c for c, rows in self._freed if rows * columns >= lacking) + 3
            )
        first = max(address + self.latency, self._ends[-1] + 1 if self._ends else 0)
        for beat in range(beats):
            self._beats += 1
            if self._beats % columns == 0:
                self._row_cycles.append(first + beat + 2)
        self._ends.append(first + beats - 1)
        self._address = address
        self.bursts += 1

    def _all_sizes(self) -> Iterator[int]:
        header = self.config.instruction_rows * self.config.row_bytes // 8
        total = self.rows * self.config.row_bytes // 8
        for _ in range(self.frames):
            at = header
            while at < header + total:
                beats = min(_BURST - at % _BURST, header + total - at)
                yield beats
                at += beats


def move_cycles(move: Load | Store, latency: int) -> int:
    """Cycles from the start of a move (not counted) to its end."""
    beats = move.banks * move.bank_bytes // 8
    return beats + latency + (13 if isinstance(move, Load) else 17)


def expected_cycles(program: Program, frames: int, latency: int) -> dict[str, int]:
    """The counters of cycles and of the program's bursts, without stalls."""
    counts = dict.fromkeys(("steps", "wait_program", "load", "store", "decode", "drain"), 0)
    rows = program.rows
    stream = ProgramStream(
        config=program.config,
        rows=rows,
        frames=1 if program.resident else frames,
        start=0,
        latency=latency,
    )
    now = 0
    for frame in range(frames):
        base = 0 if program.resident else frame * rows
        now = _frame(program.operations, stream, (base, now), counts)
    stream.finish()
    return {
        "cycles": now,
        **{f"cycles_{name}": count for name, count in counts.items()},
        "bursts_program": stream.bursts,
    }


def _frame(
    operations: Sequence[Operation],
    stream: ProgramStream,
    begin: tuple[int, int],
    counts: dict[str, int],
) -> int:
    """Return the cycle after a frame that begins with a row and in a cycle."""
    head_rows = stream.config.instruction_rows
    at, now = begin
    now += 2
    counts["decode"] += 2
    for operation in operations:
        one = operation.instruction
        ready = max(now, stream.available(at + head_rows))
        counts["wait_program"] += ready - now
        # See that they are there, read them, wait for the last, act.
        taken = 1 + head_rows + _RING_LATENCY + 1 + 1
        counts["decode"] += taken
        now = ready + taken
        at += head_rows
        stream.free(now - 2, head_rows)
        if isinstance(one, Array):
            for _ in range(one.groups):
                ready = max(now, stream.available(at + one.group_rows))
                counts["wait_program"] += ready - now
                counts["decode"] += 1
                steps = 1 + one.positions * one.steps
                counts["steps"] += steps
                now = ready + 1 + steps
                at += one.group_rows
                stream.free(now - 1, one.group_rows)
            counts["drain"] += _RING_LATENCY + 2
            now += _RING_LATENCY + 2
        elif not isinstance(one, End):
            cycles = move_cycles(one, stream.latency)
            counts["load" if isinstance(one, Load) else "store"] += cycles
            now += cycles
    return now


def expected_traffic(program: Program, frames: int) -> dict[str, int]:
    """The counters that stalls do not change, but those of bursts on the data's buses."""
    config = program.config
    ones = [operation.instruction for operation in program.operations]
    arrays = [one for one in ones if isinstance(one, Array)]
    steps = frames * sum(one.groups * one.positions * one.steps for one in arrays)
    weights = sum(one.groups * one.group_rows for one in arrays)
    read = 1 if program.resident else frames

    def moved(kind: type[Load | Store], region: Region) -> int:
        moves = [one for one in ones if isinstance(one, kind) and one.region == region]
        return frames * sum(one.banks * one.bank_bytes for one in moves)

    return {
        "frames": frames,
        "cycles_steps": steps + frames * sum(one.groups for one in arrays),
        "macs_issued": steps * config.macs_per_step,
        "macs_useful": steps * (config.macs_per_step - 1),
        "read_program_bytes": read * (program.rows - weights) * config.row_bytes,
        "read_weight_bytes": read * weights * config.row_bytes,
        "read_input_bytes": moved(Load, Region.FRAME),
        "read_feature_map_bytes": moved(Load, Region.SPILL),
        "write_output_bytes": moved(Store, Region.FRAME),
        "write_feature_map_bytes": moved(Store, Region.SPILL),
        "chip_feature_map_reads": steps * 4 * config.lanes_p,
        "chip_weight_reads": steps + frames * sum(one.groups for one in arrays),
        "chip_feature_map_writes": 8 * frames * len(arrays),
    }
