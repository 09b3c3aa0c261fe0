"""A task with the addresses that hold while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fpgaflow.backend.engine.network import Layer
from fpgaflow.backend.engine.tasks import Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A task, or a move of a buffer that left the chip for a while.

    Attributes:
        work: what is done.
        addresses: in-bank, of the buffers that it needs at least.
    """

    work: Layer | Move
    addresses: Mapping[str, int]
