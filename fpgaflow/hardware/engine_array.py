"""When the engine's sequencer does what (docs/engine.md, "Cycles: the array").

It fetches an instruction's rows once they are in the program memory, one in each cycle, and
dispatches it some cycles later, when the array's pipeline is empty. An `ARRAY` then takes a row of
biases for each group, once all of the group's rows are there, and a step in each cycle.
"""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array
from fpgaflow.hardware.engine_ring import Ring

_ARRIVE = 5
"""Cycles from the last row's read to the dispatch."""

_DRAIN = 18
"""Cycles from the last step to the dispatch at the earliest."""

_BEGIN = 2
"""Cycles from an `ARRAY`'s dispatch to its first row of biases."""

END_GAP = 4
"""Cycles from an `END`'s dispatch to the next frame's fetch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleParts:
    """Clock cycles by what they are counted as.

    Attributes:
        steps: a step or a row of biases entered the array.
        wait_program: the next rows had not come.
        load: of LOAD.
        store: of STORE.
        decode: of reading an instruction and beginning it.
        drain: waiting for the array's pipeline to run empty.
    """

    steps: int = 0
    wait_program: int = 0
    load: int = 0
    store: int = 0
    decode: int = 0
    drain: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.steps + self.wait_program + self.load + self.store + self.decode + self.drain


@dataclass(slots=True)
class Sequencer:
    """The sequencer's place in time.

    Attributes:
        config: the engine.
        ring: the program memory.
        cycle: the first one of the next fetch.
        rows: that were used, through all frames.
        last_step: the cycle of the last step.
    """

    config: EngineConfig
    ring: Ring
    cycle: int
    rows: int = 0
    last_step: int = -_DRAIN

    def dispatch(self) -> CycleParts:
        """Fetch the next instruction and dispatch it; `cycle` is then that of the dispatch."""
        count = self.config.instruction_rows
        self.rows += count
        fetch = max(self.cycle, self.ring.available(self.rows) + 1)
        self.ring.free(fetch + count - 1, count)
        arrived = fetch + count + _ARRIVE
        dispatched = max(arrived, self.last_step + _DRAIN)
        parts = CycleParts(
            wait_program=fetch - self.cycle,
            decode=count + _ARRIVE + 1,
            drain=dispatched - arrived,
        )
        self.cycle = dispatched
        return parts

    def run_array(self, array: Array) -> CycleParts:
        """Execute an `ARRAY` that was dispatched; `cycle` is then that of the next fetch."""
        steps = array.positions * array.steps
        first = bias = self.cycle + _BEGIN
        waited = 0
        for _ in range(array.groups):
            self.rows += array.group_rows
            ready = max(bias, self.ring.available(self.rows) + 1)
            waited += ready - bias
            bias = ready + steps + 1
            self.ring.free(bias - 1, array.group_rows)
        self.cycle = bias
        self.last_step = bias - 1
        return CycleParts(steps=bias - first - waited, wait_program=waited, decode=_BEGIN - 1)
