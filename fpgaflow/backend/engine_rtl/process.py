"""The simulated engine as a process: its registers, its memory, its clock.

What goes over the two pipes is described in rtl/sim/wire.h and rtl/sim/server.cpp.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import struct
import subprocess
import tempfile
import time
from dataclasses import dataclass
from enum import IntEnum
from typing import IO

from fpgaflow.backend.children import TAIL_LINES, Job, failure, limited, said
from fpgaflow.backend.engine_rtl.compile import RtlModel
from fpgaflow.backend.engine_rtl.timing import Access, MemoryTiming
from fpgaflow.errors import ToolFailed, ToolMissing, VerificationFailed

LABEL = "RTL simulation of the engine"
_REMEDY = "see its messages above"
_END_S = 5.0
_PIECE_BYTES = 1 << 24
_PIECE_CYCLES = 1 << 17
"""What one request holds at most, so that each is answered within seconds."""


class _Command(IntEnum):
    """The first byte of a request; rtl/sim/server.cpp has the same."""

    RESET = 1
    WRITE_REGISTER = 2
    READ_REGISTER = 3
    WRITE_MEMORY = 4
    READ_MEMORY = 5
    ADVANCE = 6
    SET_TIMING = 7
    ALLOW = 8
    FAIL = 9
    CLEAR_RANGES = 10
    LOOK = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What went over a port's channels since the start.

    Attributes:
        outstanding: bursts that are not answered to their end.
        bursts: addresses taken.
        beats: of data, 8 bytes each.
    """

    outstanding: int
    bursts: int
    beats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the bench sees.

    Attributes:
        cycle: clock cycles since the start.
        interrupt: of the engine.
        program: reads of the program.
        data_read: reads of maps.
        data_write: writes of maps.
    """

    cycle: int
    interrupt: bool
    program: Traffic
    data_read: Traffic
    data_write: Traffic


@dataclass(slots=True, kw_only=True)
class _Child:
    process: subprocess.Popen[bytes]
    requests: int
    answers: int
    log: IO[bytes]


class RtlEngine:
    """The engine's RTL with the processor's side of its registers and the memory on its buses.

    It starts in reset for 16 cycles, with an empty memory that answers as `MemoryTiming()` says.

    Args:
        model: what `compile_engine` made.
        seed: of what memories, and registers without a reset, hold at first.
        request_s: seconds for one request: at most 131,072 cycles or 16 MB.
        memory_mb: of the process, in units of 2^20 bytes.

    Raises:
        ToolMissing: the program is not there.
    """

    def __init__(
        self, model: RtlModel, *, seed: int = 1, request_s: float = 300.0, memory_mb: int = 4000
    ) -> None:
        """Start the process and reset the engine."""
        self.model = model
        self._request_s = request_s
        self._job = Job(
            label=LABEL,
            command=(str(model.program), str(seed)),
            folder=model.program.parent,
            total_s=request_s,
            silent_s=request_s,
            memory_mb=memory_mb,
            remedy=_REMEDY,
        )
        self._child: _Child | None = _start(self._job)
        self.reset()

    def __enter__(self) -> RtlEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reset(self, cycles: int = 16) -> None:
        """Hold the reset; bursts under way are dropped, the memory keeps its bytes."""
        self._ask(_Command.RESET, struct.pack("<I", cycles))

    def write(self, address: int, value: int) -> None:
        """Write a register of 32 bits."""
        self._ask(_Command.WRITE_REGISTER, struct.pack("<II", address, value))

    def read(self, address: int) -> int:
        """Return a register of 32 bits."""
        return struct.unpack("<I", self._ask(_Command.READ_REGISTER, struct.pack("<I", address)))[0]

    def write_memory(self, address: int, data: bytes) -> None:
        """Put bytes into the memory, in no time."""
        for at in range(0, len(data), _PIECE_BYTES):
            piece = data[at : at + _PIECE_BYTES]
            self._ask(_Command.WRITE_MEMORY, struct.pack("<Q", address + at) + piece)

    def read_memory(self, address: int, size: int) -> bytes:
        """Return bytes of the memory, in no time."""
        pieces = [
            self._ask(
                _Command.READ_MEMORY,
                struct.pack("<QI", address + at, min(_PIECE_BYTES, size - at)),
            )
            for at in range(0, size, _PIECE_BYTES)
        ]
        return b"".join(pieces)

    def advance(self, cycles: int, *, until_interrupt: bool = False) -> bool:
        """Let the clock run.

        Args:
            cycles: at most so many.
            until_interrupt: stop as soon as the interrupt shows.

        Returns:
            Whether the interrupt shows.

        Raises:
            VerificationFailed: the engine broke a rule of a bus.
        """
        shows = False
        for at in range(0, cycles, _PIECE_CYCLES):
            some = min(_PIECE_CYCLES, cycles - at)
            answer = self._ask(_Command.ADVANCE, struct.pack("<QB", some, until_interrupt))
            shows = bool(answer[0])
            if shows and until_interrupt:
                break
        return shows

    def set_timing(self, timing: MemoryTiming) -> None:
        """Change how the memory answers from now on."""
        self._ask(
            _Command.SET_TIMING,
            struct.pack(
                "<IIIIQ",
                timing.latency,
                timing.extra_latency,
                timing.pause_scaled,
                timing.rate_scaled,
                timing.seed,
            ),
        )

    def allow(self, begin: int, end: int, access: Access) -> None:
        """Let the engine reach [begin, end); once there is a range, all else is a violation."""
        self._ask(_Command.ALLOW, struct.pack("<QQB", begin, end, access))

    def fail(self, begin: int, end: int, access: Access, response: int = 2) -> None:
        """Answer with an error in [begin, end): 2 is SLVERR, 3 is DECERR."""
        self._ask(_Command.FAIL, struct.pack("<QQBB", begin, end, access, response))

    def clear_ranges(self) -> None:
        """Forget what `allow` and `fail` said."""
        self._ask(_Command.CLEAR_RANGES, b"")

    def look(self) -> Look:
        """Return the clock and what moved on the buses."""
        cycle, interrupt, *ports = struct.unpack("<QB9Q", self._ask(_Command.LOOK, b""))
        program, data_read, data_write = (
            Traffic(outstanding=ports[i], bursts=ports[i + 1], beats=ports[i + 2])
            for i in (0, 3, 6)
        )
        return Look(
            cycle=cycle,
            interrupt=bool(interrupt),
            program=program,
            data_read=data_read,
            data_write=data_write,
        )

    def close(self) -> None:
        """End the process."""
        child, self._child = self._child, None
        if child is None:
            return
        os.close(child.requests)
        os.close(child.answers)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        child.log.close()

    def _ask(self, command: _Command, arguments: bytes) -> bytes:
        child = self._child
        if child is None:
            raise ToolFailed(f"{LABEL} has ended", remedy="start it again")
        deadline = time.monotonic() + self._request_s
        try:
            data = struct.pack("<IB", 1 + len(arguments), command) + arguments
            self._send(child, data, deadline)
            (size,) = struct.unpack("<I", self._receive(child, 4, deadline))
            answer = self._receive(child, size, deadline)
            if answer[0] != 0:
                raise VerificationFailed(
                    f"{LABEL}: {answer[1:].decode(errors='replace')}",
                    accepted="an engine that keeps the rules of its buses",
                )
        except BaseException:
            # A request that was broken off leaves bytes behind that answer no other.
            self.close()
            raise
        return answer[1:]

    def _send(self, child: _Child, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(child, child.requests, selectors.EVENT_WRITE, deadline)
            try:
                rest = rest[os.write(child.requests, rest) :]
            except BrokenPipeError:
                raise self._ended(child) from None

    def _receive(self, child: _Child, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait(child, child.answers, selectors.EVENT_READ, deadline)
            more = os.read(child.answers, size - len(data))
            if not more:
                raise self._ended(child)
            data += more
        return bytes(data)

    def _wait(self, child: _Child, pipe: int, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, event)
            if selector.select(max(0.0, deadline - time.monotonic())):
                return
        raise ToolFailed(
            f"{LABEL} answered nothing for {self._request_s:g} s{said(_tail(child))}",
            remedy="allow more time",
        )

    def _ended(self, child: _Child) -> ToolFailed:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(_END_S)
        code = child.process.poll()
        return failure(self._job, -signal.SIGKILL if code is None else code, _tail(child))


def _start(job: Job) -> _Child:
    log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
    their_requests, requests = os.pipe()
    answers, their_answers = os.pipe()
    try:
        process = subprocess.Popen(
            limited(job),
            cwd=job.folder,
            stdin=their_requests,
            stdout=their_answers,
            stderr=log,
            start_new_session=True,
        )
    except OSError as error:
        for pipe in (requests, answers):
            os.close(pipe)
        log.close()
        raise ToolMissing(f"{LABEL}: cannot start: {error}", remedy=job.remedy) from error
    finally:
        os.close(their_requests)
        os.close(their_answers)
    for pipe in (requests, answers):
        os.set_blocking(pipe, False)
    return _Child(process=process, requests=requests, answers=answers, log=log)


def _tail(child: _Child) -> list[str]:
    # The child writes at the offset that both share: reading must not move it.
    size = os.fstat(child.log.fileno()).st_size
    return os.pread(child.log.fileno(), size, 0).decode(errors="replace").splitlines()[-TAIL_LINES:]
