"""The engine's registers as the processor uses them (docs/engine.md, "Registers")."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.engine.registers import ABORT, COUNTERS, VERSION, Register
from fpgaflow.errors import DeviceFailed
from fpgaflow.runtime.control import DONE, IDLE, START
from fpgaflow.runtime.manifest import EngineEntry
from fpgaflow.runtime.platform import Words
from fpgaflow.runtime.waiting import Deadline

COUNTER_NAMES = tuple("frames_done" if one == "frames" else one for one in COUNTERS)
"""Names of the counters' registers, in their order: `frames` is how many images a run takes."""

ABORT_S = 1.0
"""The longest wait for an abort: bursts that are under way end within microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A buffer: its physical address and its bytes."""

    address: int
    bytes: int


class EngineControl:
    """Starts and stops an engine, and reads what it says.

    Args:
        words: its registers.
    """

    def __init__(self, words: Words) -> None:
        """Write nothing yet."""
        self._words = words

    def check(self, engine: EngineEntry) -> None:
        """Hold the engine on the board against the one that a program is for.

        Raises:
            DeviceFailed: the bitstream is of another configuration.
        """
        version = self._words.read(Register.VERSION)
        lanes, memory = self._words.read(Register.LANES), self._words.read(Register.MEMORY)
        found = (
            *(lanes >> shift & 0xFF for shift in (0, 8, 16)),
            *(memory >> shift & 0xFFFF for shift in (0, 16)),
        )
        wanted = (engine.lanes_k, engine.lanes_o, engine.lanes_p, engine.act_lines, engine.w_rows)
        if version != VERSION or engine.version != VERSION or found != wanted:
            raise DeviceFailed(
                f"the bitstream on the board is {_configuration(version, found)}",
                accepted=f"{_configuration(engine.version, wanted)}, which the program is for",
                remedy="load the bundle again, so that its own bitstream is loaded, or compile the "
                "network for this board",
            )

    def place(self, program: Region, spill: Region) -> None:
        """Say where the program and its spill buffer are; the next start checks the program."""
        self._region(Register.PROGRAM_ADDRESS, Register.PROGRAM_BYTES, program)
        self._region(Register.SPILL_ADDRESS, Register.SPILL_BYTES, spill)

    def start(self, frames: int, images: Region, scores: Region) -> None:
        """Start a run.

        Args:
            frames: how many.
            images: where they are, one after the other.
            scores: where results go, likewise.
        """
        self._words.write(Register.FRAMES, frames)
        self._region(Register.INPUT_ADDRESS, Register.INPUT_BYTES, images)
        self._region(Register.OUTPUT_ADDRESS, Register.OUTPUT_BYTES, scores)
        self._words.write(Register.CTRL, START)

    def done(self) -> bool:
        """Whether the run has ended; reading clears the hardware's own bit."""
        return bool(self._words.read(Register.CTRL) & (DONE | IDLE))

    def abort(self) -> None:
        """Stop what runs, and wait until it has.

        Raises:
            DeviceFailed: it does not stop.
        """
        self._words.write(Register.CTRL, ABORT)
        Deadline(ABORT_S).wait(
            lambda: bool(self._words.read(Register.CTRL) & IDLE), lambda: "aborting a run"
        )

    @property
    def status(self) -> int:
        """Why the last run ended."""
        return self._words.read(Register.STATUS)

    @property
    def where(self) -> int:
        """The row of the program that is executed, or was when the run ended."""
        return self._words.read(Register.WHERE)

    @property
    def frames_done(self) -> int:
        """Frames of this run that are done; the low word, for watching."""
        return self._words.read(Register.COUNTERS + 8 * COUNTERS.index("frames"))

    def counters(self) -> dict[str, int]:
        """Return every counter by name, while nothing runs."""
        return {
            name: self._wide(Register.COUNTERS + 8 * index)
            for index, name in enumerate(COUNTER_NAMES)
        }

    def _wide(self, offset: int) -> int:
        return self._words.read(offset) | self._words.read(offset + 4) << 32

    def _region(self, address: Register, size: Register, region: Region) -> None:
        self._words.write(address, region.address & 0xFFFFFFFF)
        self._words.write(address + 4, region.address >> 32)
        self._words.write(size, region.bytes)


def _configuration(version: int, sizes: tuple[int, ...]) -> str:
    lanes_k, lanes_o, lanes_p, act_lines, w_rows = sizes
    return (
        f"an engine of version {version} with {lanes_k} x {lanes_o} x {lanes_p} lanes, "
        f"{act_lines} lines and {w_rows} rows"
    )
