"""What would fit where a design does not: every line is a design that was planned and fits.

Each way of giving something up is searched for the least of it: the candidates of a way stand in
order, from hardly any change to the most that is thought of, and the first that fits is found by
halving. A candidate is planned anew, foldings and FIFO depths too, by the user's own wish, and
asked by the same verdict (`advice_try`). The ways:

- a folding that the wish kept out: the network stays as it is;
- fewer bits for weights and activations, down to `FEWEST_BITS`;
- fewer channels of all layers that `fpgaflow prune` may take from, down to `LEAST_WIDTH`;
- fewer blocks, in the order in which `fpgaflow fuse` removes them;
- two or all three of these, where none alone is enough;
- another board.

Sizes alone are known here: what a change does to the accuracy has to be tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fpgaflow.hardware.advice_change import WIDTH_STEPS, Change, Changes
from fpgaflow.hardware.advice_shortage import Shortage, find_shortages
from fpgaflow.hardware.advice_try import Design, Trials, least_lacking
from fpgaflow.hardware.boards import list_boards, load_board
from fpgaflow.hardware.plan import FoldingPlan, Planner, Wish
from fpgaflow.ir.graph import Graph

FEWEST_BITS = 4
"""Advice stops here: below, a network has to be trained for its quantization."""

LEAST_WIDTH = 2
"""The narrowest width, in steps of 1 / `WIDTH_STEPS`."""

Kind = Literal["folding", "bits", "channels", "blocks", "combined", "board"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One thing that would fit.

    Attributes:
        kind: the way.
        what: what is given up.
        how: the option or command for it.
        design: that fits.
        graph: of that design.
        wish: that it came from.
    """

    kind: Kind
    what: str
    how: str
    design: Design
    graph: Graph
    wish: Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a design that does not fit is short of, and what would fit.

    Attributes:
        shortages: the resources that it needs more of than there is.
        remedies: what would fit: the network as it is first, then by how few of the weights' bits
            go, other boards at the end.
        nothing: why no change of the network fits, where none does.
    """

    shortages: tuple[Shortage, ...]
    remedies: tuple[Remedy, ...]
    nothing: str


def advise(planner: Planner, plan: FoldingPlan, wish: Wish) -> Advice:
    """Return what would fit.

    Args:
        planner: of the network and the board.
        plan: a design that does not fit.
        wish: that it came from.
    """
    adviser = _Adviser(planner, wish)
    kept, changed = adviser.folded(), adviser.changed()
    return Advice(
        shortages=find_shortages(plan.fit),
        remedies=(*kept, *changed, *adviser.elsewhere()),
        nothing="" if kept or changed else adviser.why_nothing(),
    )


class _Adviser:
    """Searches the ways."""

    def __init__(self, planner: Planner, wish: Wish) -> None:
        self._graph = planner.graph
        self._board = planner.board
        self._wish = wish
        self._trials = Trials(confidence=planner.confidence, calibration=planner.calibration)
        self._changes = Changes(planner.graph)
        self._known: dict[Change, Design | None] = {}
        widest = max(self._changes.weight_bits, self._changes.value_bits)
        self._bits = [Change(weight_bits=b, value_bits=b) for b in _down(widest - 1, FEWEST_BITS)]
        self._widths = _down(WIDTH_STEPS - 1, LEAST_WIDTH) if self._changes.can_narrow else []
        self._blocks = list(range(1, self._changes.blocks + 1))

    def folded(self) -> tuple[Remedy, ...]:
        """Return the network as it is, in a design that the wish kept out."""
        wishes = [
            ("may fill the board", "--max-utilization 1", replace(self._wish, max_utilization=1.0)),
            (
                "as fast as it can be and no faster",
                "without --target-fps",
                replace(self._wish, target_fps=None),
            ),
        ]
        found: list[Remedy] = []
        for what, how, wish in wishes:
            design = None
            if wish != self._wish:
                design = self._trials.design(self._graph, self._board, wish)
            if design is not None:
                found.append(
                    Remedy(
                        kind="folding",
                        what=f"the same network; the design {what}",
                        how=how,
                        design=design,
                        graph=self._graph,
                        wish=wish,
                    )
                )
        return tuple(found)

    def changed(self) -> tuple[Remedy, ...]:
        """Return changes of the network, the one that loses the fewest bits of weights first."""
        ways: list[tuple[Kind, Change | None]] = [
            ("bits", self._fewer_bits()),
            ("channels", self._first([Change(width=width) for width in self._widths])),
            ("blocks", self._first([Change(blocks=count) for count in self._blocks])),
        ]
        if all(change is None for _, change in ways):
            ways = [("combined", change) for change in self._both()]
        if all(change is None for _, change in ways):
            ways = [("combined", self._all_three())]
        found = [self._remedy(kind, change) for kind, change in ways if change is not None]
        return tuple(sorted(found, key=lambda remedy: -remedy.design.weight_bits))

    def elsewhere(self) -> tuple[Remedy, ...]:
        """Return other boards, the smallest first."""
        boards = [load_board(name) for name in list_boards() if name != self._board.name]
        found: list[Remedy] = []
        for board in sorted(boards, key=lambda board: (board.resources.lut, board.name)):
            design = self._trials.design(self._graph, board, self._wish)
            if design is not None:
                found.append(
                    Remedy(
                        kind="board",
                        what=f"the same network on the {board.title}",
                        how=f"--board {board.name}",
                        design=design,
                        graph=self._graph,
                        wish=self._wish,
                    )
                )
        return tuple(found)

    def why_nothing(self) -> str:
        """Return what not even the smallest network that is thought of has room for."""
        smallest = Change(
            weight_bits=FEWEST_BITS,
            value_bits=FEWEST_BITS,
            width=LEAST_WIDTH if self._widths else WIDTH_STEPS,
            blocks=self._changes.blocks,
        )
        parts = [f"{FEWEST_BITS} bits"]
        if self._widths:
            parts.append(f"{LEAST_WIDTH}/{WIDTH_STEPS} of the channels that pruning may take from")
        if self._blocks:
            parts.append(f"without the {self._changes.blocks} blocks that fusion may take")
        lacking = least_lacking(self._changes.apply(smallest), self._board)
        return f"no smaller network fits, not even with {' and '.join(parts)}: {lacking}"

    def _fewer_bits(self) -> Change | None:
        """Return the most bits; first as many for both, then more for one of the two."""
        both = self._first(self._bits)
        if both is None or both.weight_bits is None:
            return both
        more = both.weight_bits + 1
        wider = self._first(
            [replace(both, weight_bits=b) for b in _down(self._changes.weight_bits, more)]
        ) or self._first(
            [replace(both, value_bits=b) for b in _down(self._changes.value_bits, more)]
        )
        return wider or both

    def _both(self) -> list[Change | None]:
        """Return two changes together: the most bits with which the other one is enough."""
        return [
            self._with_bits([Change(width=width) for width in self._widths]),
            self._with_bits([Change(blocks=count) for count in self._blocks]),
        ]

    def _with_bits(self, others: Sequence[Change]) -> Change | None:
        for bits in self._bits:
            found = self._first(
                [replace(bits, width=other.width, blocks=other.blocks) for other in others]
            )
            if found is not None:
                return found
        return None

    def _all_three(self) -> Change | None:
        """Return the most bits, and the widest network, with which the fewest blocks are enough."""
        fewest = self._changes.blocks
        if not fewest:
            return None
        return self._with_bits([Change(width=width, blocks=fewest) for width in self._widths])

    def _first(self, changes: Sequence[Change]) -> Change | None:
        """Return the first change that fits, taking those behind it to fit too."""
        if not changes or self._design(changes[-1]) is None:
            return None
        low, high = 0, len(changes) - 1
        while low < high:
            middle = (low + high) // 2
            if self._design(changes[middle]) is not None:
                high = middle
            else:
                low = middle + 1
        return changes[high]

    def _design(self, change: Change) -> Design | None:
        if change not in self._known:
            graph = self._changes.apply(change)
            self._known[change] = self._trials.design(graph, self._board, self._wish)
        return self._known[change]

    def _remedy(self, kind: Kind, change: Change) -> Remedy:
        design = self._design(change)
        assert design is not None, "only what fits is advised"
        what, how = self._changes.describe(change)
        return Remedy(
            kind=kind,
            what=what,
            how=how,
            design=design,
            graph=self._changes.apply(change),
            wish=self._wish,
        )


def _down(first: int, last: int) -> list[int]:
    return list(range(first, last - 1, -1))
