"""An engine by its functional model: what it computes and counts, without time."""

from __future__ import annotations

from fpgaflow.engine.config import BEAT_BYTES, PROGRAM_ALIGNMENT, EngineConfig
from fpgaflow.engine.faults import EngineFault
from fpgaflow.engine.isa import Load, Region, Store
from fpgaflow.engine.machine import Machine
from fpgaflow.engine.program import Program, operation_rows
from fpgaflow.engine.registers import ABORT, COUNTERS, VERSION, Register, Status
from fpgaflow.runtime.control import DONE, IDLE, START
from fpgaflow.runtime.emulation.engine_check import check_program
from fpgaflow.runtime.emulation.engine_counting import Places, count_frame
from fpgaflow.runtime.emulation.engine_device import DeviceMemory
from fpgaflow.runtime.emulation.memory import BusError

READY = 1 << 3
_AT_ONCE = 8
"""Frames computed between two looks at CTRL."""
_PROGRAM = range(Register.PROGRAM_ADDRESS, Register.FRAMES)
_WRITABLE = range(Register.PROGRAM_ADDRESS, Register.STATUS)
_INTERRUPT = (Register.GIER, Register.IER, Register.ISR)


class FunctionalEngine:
    """The engine's registers, and its functional model behind them.

    Args:
        config: the engine.
    """

    def __init__(self, config: EngineConfig) -> None:
        """Wait for a memory."""
        self._config = config
        # What a memory held before is no zero: a program that relies on it is wrong.
        self._machine = Machine(config, fill=0xA5)
        self._lanes = config.lanes_k | config.lanes_o << 8 | config.lanes_p << 16
        self._memories = config.act_lines | config.w_rows << 16

    def load(self, memory: DeviceMemory) -> None:
        """Start anew on this memory."""
        self._memory = memory
        self._values: dict[int, int] = {}
        self._counters: dict[str, int] = dict.fromkeys(COUNTERS, 0)
        self._status, self._where = Status.OK, 0
        self._running = self._done = False
        self._frame = 0
        self._checked: Program | None = None

    def read(self, offset: int) -> int:
        """Return a word; reading CTRL lets frames be computed, and clears the bit of the end."""
        if offset == Register.CTRL:
            word = (START if self._running else IDLE) | (DONE | READY if self._done else 0)
            self._done = False
            if self._running:
                self._advance()
            return word
        index, high = divmod(offset - Register.COUNTERS, 8)
        if 0 <= index < len(COUNTERS):
            return self._counters[COUNTERS[index]] >> 8 * high & 0xFFFFFFFF
        found = {
            Register.STATUS: self._status,
            Register.WHERE: self._where,
            Register.LANES: self._lanes,
            Register.MEMORY: self._memories,
            Register.VERSION: VERSION,
        }
        return int(found.get(offset, self._values.get(offset, 0)))  # pyright: ignore

    def write(self, offset: int, value: int) -> None:
        """Write a word; while a run is on, only an abort and the interrupts' words count."""
        if offset == Register.CTRL:
            if value & ABORT:
                self._checked = None
                if self._running:
                    self._end(Status.ABORTED, self._where)
            elif value & START and not self._running:
                self._start()
        elif offset == Register.ISR:
            self._values[offset] = self._values.get(offset, 0) ^ (value & 1)
        elif offset in _INTERRUPT or (offset in _WRITABLE and not self._running):
            self._values[offset] = value
            if offset in _PROGRAM:
                self._checked = None

    @property
    def interrupt(self) -> bool:
        """The level of the interrupt wire."""
        return all(self._values.get(one, 0) & 1 for one in _INTERRUPT)

    def _start(self) -> None:
        self._counters = dict.fromkeys(COUNTERS, 0)
        self._status, self._where = Status.OK, 0
        self._running, self._done = True, False
        self._frame = 0

    def _end(self, status: Status, where: int) -> None:
        self._status, self._where = status, where
        self._running, self._done = False, True
        self._values[Register.ISR] = 1
        if status != Status.OK:
            self._checked = None

    def _advance(self) -> None:
        try:
            program = self._checked = self._checked or self._check()
            frames = min(_AT_ONCE, self._value(Register.FRAMES) - self._frame)
            if frames > 0:
                self._compute(program, frames)
        except EngineFault as fault:
            self._end(fault.status, fault.where)
            return
        if self._frame == self._value(Register.FRAMES):
            self._end(Status.OK, program.rows)

    def _check(self) -> Program:
        address, size = self._wide(Register.PROGRAM_ADDRESS), self._value(Register.PROGRAM_BYTES)
        others = (Register.INPUT_ADDRESS, Register.OUTPUT_ADDRESS, Register.SPILL_ADDRESS)
        if address % PROGRAM_ALIGNMENT or any(self._wide(one) % BEAT_BYTES for one in others):
            raise EngineFault(Status.ALIGNMENT, 0, "an address")
        return check_program(self._fetch(address, size, Status.PROGRAM_READ, 0), self._config)

    def _compute(self, program: Program, frames: int) -> None:
        into, out = program.input_bytes, program.output_bytes
        first, last = self._frame, self._frame + frames
        read, written = _first_move(program, Load), _first_move(program, Store)
        self._within(last * into, Register.INPUT_BYTES, read)
        self._within(last * out, Register.OUTPUT_BYTES, written)
        self._within(program.spill_bytes, Register.SPILL_BYTES, read)
        start = self._wide(Register.INPUT_ADDRESS) + first * into
        images = self._fetch(start, frames * into, Status.DATA_READ, read)
        scores = self._machine.run(program, images).tobytes()
        for frame in range(first, last):
            places = self._places(program, frame)
            data = scores[(frame - first) * out : (frame - first + 1) * out]
            try:
                self._memory.write(places.output, data)
            except BusError as error:
                raise EngineFault(Status.DATA_WRITE, written, str(error)) from error
            for name, count in count_frame(program, places, first=frame == 0).items():
                self._counters[name] += count
        self._frame = last

    def _places(self, program: Program, frame: int) -> Places:
        return Places(
            program=self._wide(Register.PROGRAM_ADDRESS),
            input=self._wide(Register.INPUT_ADDRESS) + frame * program.input_bytes,
            output=self._wide(Register.OUTPUT_ADDRESS) + frame * program.output_bytes,
            spill=self._wide(Register.SPILL_ADDRESS),
        )

    def _fetch(self, address: int, size: int, status: Status, where: int) -> bytes:
        try:
            return self._memory.read(address, size)
        except BusError as error:
            raise EngineFault(status, where, str(error)) from error

    def _within(self, wanted: int, register: Register, where: int) -> None:
        if wanted > self._value(register):
            raise EngineFault(Status.REGION, where, f"{wanted} bytes of {register.name}")

    def _value(self, register: int) -> int:
        return self._values.get(register, 0)

    def _wide(self, register: Register) -> int:
        return self._value(register) | self._value(register + 4) << 32


def _first_move(program: Program, kind: type[Load] | type[Store]) -> int:
    """Return the row of the first instruction that moves a frame's bytes."""
    row = program.config.instruction_rows
    for one in program.operations:
        move = one.instruction
        if isinstance(move, kind) and move.region == Region.FRAME:
            return row
        row += operation_rows(program.config, move)
    return row
