"""What an engine's cycles are spent on, as pictures and tables show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fpgaflow.report.schema_engine import EngineLayer


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A kind of cycles.

    Attributes:
        key: the class of its mark in pictures.
        words: what it is called.
        part: of a layer's cycles, in [0, 1].
    """

    key: str
    words: str
    part: Callable[[EngineLayer], float]


def _of(count: Callable[[EngineLayer], int]) -> Callable[[EngineLayer], float]:
    return lambda layer: count(layer) / layer.total_cycles if layer.total_cycles else 0.0


CAUSES = (
    Cause(key="en-work", words="at work for the network", part=lambda layer: layer.at_work),
    Cause(key="en-idle", words="idle lanes, biases", part=lambda layer: layer.idle),
    Cause(key="en-element", words="pools, sums and copies", part=lambda layer: layer.elementwise),
    Cause(
        key="en-wait",
        words="waiting for the program",
        part=_of(lambda layer: layer.cycles.wait_program),
    ),
    Cause(
        key="en-move",
        words="loading and storing",
        part=_of(lambda layer: layer.cycles.load + layer.cycles.store),
    ),
    Cause(
        key="en-turn",
        words="decoding and draining",
        part=_of(lambda layer: layer.cycles.decode + layer.cycles.drain),
    ),
)
"""In the order of a layer's bar; they add up to 1."""

STYLE = """.pl .pl-en-work { fill: #0072b2; }
.pl .pl-en-idle { fill: #0072b2; fill-opacity: .25; }
.pl .pl-en-element { fill: #cc79a7; }
.pl .pl-en-wait { fill: #d55e00; }
.pl .pl-en-move { fill: #009e73; }
.pl .pl-en-turn { fill: var(--soft, #5c6778); fill-opacity: .55; }
@media screen and (prefers-color-scheme: dark) {
.pl .pl-en-work { fill: #56b4e9; }
.pl .pl-en-idle { fill: #56b4e9; fill-opacity: .25; }
}
"""
