"""The folding of a whole design: the fastest that fits a board, or the smallest fast enough.

All stages work at once, so a pipeline is as fast as its slowest stage, and what decides is one
number, the interval. Within an interval each layer may take any of its legal foldings that is quick
enough, and a longer interval leaves more of them: whether a design fits can only change once from
no to yes as the interval grows. So the shortest one is found by halving, and for each interval
`plan_choice` says exactly whether some choice of foldings fits all resources together.

The interval is the shortest of the model, provided that

- the resource model's sum over the layers decides, each resource taken at the ratio that the
  verdict's number has to the likely one (`fit`), and
- the FIFOs take what those of the design that is returned take: their depths follow from it.

Both depend on the choice, so the search is done again with those of its own answer until they
agree. A resource that even the smallest design needs more of than there is cannot be helped by
folding: the design takes a tenth more of it than the least at most, is the fastest by the others,
and `fit` says that it does not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fpgaflow.errors import DoesNotFit, InputRefused
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.calibration import Calibration
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.fifo_depths import planned_streams
from fpgaflow.hardware.fit import FitReport, check_fit
from fpgaflow.hardware.folding import Folding, LayerFolding, all_foldings
from fpgaflow.hardware.plan_choice import Amounts, choose
from fpgaflow.hardware.plan_needs import (
    RESOURCES,
    Needs,
    as_folding,
    available,
    count_needs,
    decided,
    likely_amounts,
    stream_needs,
    total,
)
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.hardware.streams import Stream
from fpgaflow.ir.graph import Graph

MAX_UTILIZATION = 0.9
"""The part of each resource that a design may take by default: routing wants some room."""

_ROUNDS = 6
_BEYOND = 1.1
_ABOUT = 1.02
_WITHOUT_BOUND = 1 << 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a design should be.

    Attributes:
        target_fps: images a second that are enough: the design is the smallest that reaches them;
            None for the fastest that fits.
        max_utilization: the part of each resource that it may take, in (0, 1].
        allow_oversize: whether a design that reaches the target may take more than that.
    """

    target_fps: float | None = None
    max_utilization: float = MAX_UTILIZATION
    allow_oversize: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers that no design can have."""
        if not 0 < self.max_utilization <= 1:
            raise InputRefused(
                f"--max-utilization is {self.max_utilization:g}",
                accepted="above 0, and 1 at the most",
            )
        if self.target_fps is not None and not 0 < self.target_fps < float("inf"):
            raise InputRefused(
                f"--target-fps is {self.target_fps:g}", accepted="images a second, above 0"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldingPlan:
    """A folding, and what is known of it. All modelled.

    Attributes:
        folding: of every convolution and fully connected layer.
        fit: the verdict on it, with the depths of its FIFOs.
        interval: clock cycles of the slowest stage, layers without weights among them.
        proven: whether no shorter interval fits, or with a target, no cheaper choice.
        beyond: resources that no folding can bring within bounds.
    """

    folding: Folding
    fit: FitReport
    interval: int
    proven: bool
    beyond: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to.

    Attributes:
        layers: a folding of each layer; none where nothing fits.
        needs: what they need together, of each resource; empty where nothing fits.
        proven: as in `FoldingPlan`.
    """

    layers: Mapping[str, LayerFolding]
    needs: Amounts
    proven: bool


def plan_folding(graph: Graph, board: Board, wish: Wish | None = None) -> FoldingPlan:
    """Return the best folding of a fixed-point graph for a board; see this module's text.

    Args:
        graph: a legal fixed-point graph.
        board: with the clock that the design gets.
        wish: by default, the fastest design that leaves a tenth of each resource.

    Raises:
        InputRefused: a design would have to be faster than its slowest stage can be.
        DoesNotFit: the smallest design that is fast enough does not fit; says how fast one that
            fits can be.
    """
    return Planner(graph, board).plan(wish or Wish())


class Planner:
    """What a search needs to know of a network and a board, counted once."""

    def __init__(
        self,
        graph: Graph,
        board: Board,
        *,
        confidence: Confidence = "likely",
        calibration: Calibration | None = None,
    ) -> None:
        """Count what every folding of every layer needs.

        Args:
            graph: a legal fixed-point graph.
            board: with the clock that the design gets.
            confidence: of the verdict; see `hardware.fit`.
            calibration: measured designs that move the verdict.
        """
        self.graph = graph
        self.board = board
        self.confidence: Confidence = confidence
        self.calibration = calibration
        self.options = all_foldings(graph)
        self.needs: Needs = count_needs(graph, self.options, board.family)
        self.unfolded, self.unfolded_stage = self._unfolded()
        self.price = 1 / np.maximum(available(board), 1)

    def plan(self, wish: Wish) -> FoldingPlan:
        """Return the best folding; see `plan_folding`."""
        budget = self.budget(wish.max_utilization)
        longest = self._longest(wish)
        ratio, fifos = np.ones(len(RESOURCES)), np.zeros(len(RESOURCES), np.int64)
        best: FoldingPlan | None = None
        seen: set[tuple[tuple[int, str], ...]] = set()
        for _ in range(_ROUNDS):
            limit = np.floor(budget / ratio).astype(np.int64) - self.needs.rest - fifos
            found, beyond = self.find(limit, longest)
            key = tuple((one.reuse_factor, one.strategy) for one in found.layers.values())
            if key in seen:
                break
            seen.add(key)
            plan, fifos = self._judge(found, beyond)
            if best is None or self._rank(plan, budget) > self._rank(best, budget):
                best = plan
            ratio = np.maximum(decided(plan.fit) / np.maximum(likely_amounts(plan.fit), 1), 1e-6)
        assert best is not None, "no choice of foldings is left"
        if longest is not None and best.beyond and not wish.allow_oversize:
            raise self._too_fast(wish)
        return best

    def budget(self, max_utilization: float) -> Amounts:
        """Return what a design may take."""
        return np.floor(available(self.board) * max_utilization).astype(np.int64)

    def beyond(self, plan: FoldingPlan) -> Amounts:
        """Return what a like design may take of what no folding brings within bounds.

        That is a tenth more than this one takes; nothing of the other resources.
        """
        over = np.array([name in plan.beyond for name in RESOURCES])
        return np.where(over, np.ceil(decided(plan.fit) * _BEYOND), 0).astype(np.int64)

    def may_fit(
        self, plan: FoldingPlan, layers: Mapping[str, LayerFolding], bounds: Amounts
    ) -> bool:
        """Return whether a design is about within bounds: FIFOs and ratios taken from another."""
        likely = likely_amounts(plan.fit)
        ratio = decided(plan.fit) / np.maximum(likely, 1)
        needs = self._needs_of(layers) - self._needs_of(plan.folding.layers) + likely
        return bool((needs * ratio <= bounds * _ABOUT).all())

    def _needs_of(self, layers: Mapping[str, LayerFolding]) -> Amounts:
        return total(
            [self.needs.layers[name][self.options[name].index(one)] for name, one in layers.items()]
        )

    def _judge(self, found: Found, beyond: tuple[str, ...]) -> tuple[FoldingPlan, Amounts]:
        folding = as_folding(found.layers)
        streams = planned_streams(self.graph, folding)
        plan = FoldingPlan(
            folding=folding,
            fit=self.check(folding, streams),
            interval=max(folding.interval, self.unfolded),
            proven=found.proven,
            beyond=beyond,
        )
        return plan, stream_needs(self.graph, folding, self.board.family, streams)

    def _rank(self, plan: FoldingPlan, budget: Amounts) -> tuple[int, int, int]:
        """Return a tuple that is larger for a better design: what fits, then what is fast."""
        over = decided(plan.fit) > budget
        bounded = np.array([name not in plan.beyond for name in RESOURCES])
        return -len(plan.beyond), -int((over & bounded).sum()), -plan.interval

    def check(self, folding: Folding, streams: tuple[Stream, ...]) -> FitReport:
        """Return the verdict on a design."""
        return check_fit(
            self.graph,
            folding,
            self.board,
            streams=streams,
            confidence=self.confidence,
            calibration=self.calibration,
        )

    def _unfolded(self) -> tuple[int, str]:
        """Return the cycles and the name of the slowest stage that no folding changes."""
        folding = as_folding({name: choices[0] for name, choices in self.options.items()})
        stages = [
            (process.busy, process.name)
            for process in make_dataflow(self.graph, folding).processes
            if process.role != "layer" or process.layer not in self.options
        ]
        return max(stages)

    def intervals(self) -> list[int]:
        """Return the intervals that designs can have, ascending."""
        least = max(
            [self.unfolded, *(min(o.interval for o in each) for each in self.options.values())]
        )
        every = {one.interval for each in self.options.values() for one in each}
        return sorted({least, *(interval for interval in every if interval > least)})

    def _longest(self, wish: Wish) -> int | None:
        if wish.target_fps is None:
            return None
        longest = int(self.board.clock_mhz * 1e6 / wish.target_fps)
        least = self.intervals()[0]
        if longest >= least:
            return longest
        slowest = max(
            [
                (self.unfolded, self.unfolded_stage),
                *((min(o.interval for o in each), name) for name, each in self.options.items()),
            ]
        )
        raise InputRefused(
            f"--target-fps {wish.target_fps:g} means an image each {longest} clock cycles at "
            f"{self.board.clock_mhz:g} MHz; {slowest[1]} takes {least}, however it is folded",
            accepted=f"at most {self.board.clock_mhz * 1e6 / least:.4g} images a second",
        )

    def find(self, limit: Amounts, longest: int | None) -> tuple[Found, tuple[str, ...]]:
        """Return the fastest choice that fits, or the cheapest that is quick enough.

        Args:
            limit: of each resource, for the layers with weights.
            longest: an interval that is quick enough; None for the shortest.

        Returns:
            The choice, and the resources that no choice brings within the limit.
        """
        intervals = self.intervals() if longest is None else [longest]
        rows = [self._quick(name, intervals[-1])[1] for name in self.options]
        least = total([options.min(axis=0) for options in rows])
        beyond = tuple(name for name, over in zip(RESOURCES, least > limit, strict=True) if over)
        # What does not depend on the folding counts too: a tenth of the whole, not of a rest.
        slack = np.ceil(least * _BEYOND + self.needs.rest * (_BEYOND - 1)).astype(np.int64)
        limit = np.where(least > limit, slack, limit)
        low, high, best, proven = 0, len(intervals) - 1, None, True
        while low <= high:
            middle = (low + high) // 2
            found = self._at(intervals[middle], limit)
            if found.needs.size:
                best, high = found, middle - 1
            else:
                proven, low = proven and found.proven, middle + 1
        if best is None:
            # Each resource alone would do, all together do not.
            return self._at(intervals[-1], np.full_like(limit, _WITHOUT_BOUND)), RESOURCES
        sure = best.proven if longest is not None else proven
        return Found(layers=best.layers, needs=best.needs, proven=sure), beyond

    def _at(self, interval: int, limit: Amounts) -> Found:
        """Return a choice within an interval; one without needs where nothing fits."""
        quick = [self._quick(name, interval) for name in self.options]
        choice = choose([needs for _, needs in quick], limit, self.price)
        if choice.options is None:
            return Found(layers={}, needs=np.zeros(0, np.int64), proven=choice.proven)
        pairs = list(zip(quick, choice.options, strict=True))
        layers = [foldings[number] for (foldings, _), number in pairs]
        return Found(
            layers=dict(zip(self.options, layers, strict=True)),
            needs=total([needs[number] for (_, needs), number in pairs]),
            proven=choice.proven,
        )

    def _quick(self, name: str, interval: int) -> tuple[list[LayerFolding], Amounts]:
        """Return the foldings of a layer that are quick enough, and what they need."""
        choices = self.options[name]
        kept = [number for number, one in enumerate(choices) if one.interval <= interval]
        return [choices[number] for number in kept], self.needs.layers[name][kept]

    def _too_fast(self, wish: Wish) -> DoesNotFit:
        fastest = self.plan(Wish(max_utilization=wish.max_utilization))
        rate = self.board.clock_mhz * 1e6 / fastest.interval
        return DoesNotFit(
            f"no folding of {self.graph.name} that reaches {wish.target_fps or 0:g} images a "
            f"second fits {wish.max_utilization:.0%} of {self.board.name}",
            accepted=f"at most {rate:.4g} images a second, by the model"
            if fastest.fit.fits
            else "",
            remedy="a network with fewer multiply-accumulates, fewer bits, or a larger board",
        )
