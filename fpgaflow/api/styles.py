"""Chooses between the two styles: a stage for each layer, or a program of the board's engine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from fpgaflow.api.engine_design import EngineDesign, design_engine
from fpgaflow.errors import DoesNotFit, FpgaflowError, InputRefused, UnsupportedOperator
from fpgaflow.hardware.advice import Advice, advise
from fpgaflow.hardware.advice_text import require_fit
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.boards import list_boards, load_board
from fpgaflow.hardware.calibration import Calibration
from fpgaflow.hardware.plan import MAX_UTILIZATION, FoldingPlan, Planner, Wish
from fpgaflow.hardware.plan_uniform import UniformPlan, plan_uniform
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build_parts import round_figure
from fpgaflow.report.numbers import format_count
from fpgaflow.report.schema_engine import StyleChoice, StyleName, StyleOption

Style = Literal["spatial", "engine", "auto"]
STYLES: tuple[Style, ...] = ("spatial", "engine", "auto")

Step = Callable[[str], AbstractContextManager[None]]

_UNUSABLE = (InputRefused, UnsupportedOperator, DoesNotFit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a design is to be.

    Attributes:
        style: the style, or `auto` for the faster one that fits.
        board: with the clock that the design gets.
        wish: how fast, and how much of the board; of the engine's style only how fast.
        confidence: which end of the bands has to fit.
        calibration: measured designs that move them.
    """

    style: Style
    board: Board
    wish: Wish
    confidence: Confidence
    calibration: Calibration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spatial:
    """A stage for each layer.

    Attributes:
        plan: the folding, whether it fits or not.
        uniform: what one reuse factor for all would give.
        advice: what would fit, where it does not.
    """

    plan: FoldingPlan
    uniform: UniformPlan | None = None
    advice: Advice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Styled:
    """The design that was chosen: one of the two.

    Attributes:
        choice: both styles, and what was chosen.
        spatial: where that was chosen; None else.
        engine: likewise.
    """

    choice: StyleChoice
    spatial: Spatial | None
    engine: EngineDesign | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """Both designs, and why there is none."""

    planner: Planner
    plan: FoldingPlan | None
    uniform: UniformPlan | None
    engine: EngineDesign | None
    no_plan: FpgaflowError | None
    no_engine: FpgaflowError | None


def check_style(style: str, board: Board, wish: Wish) -> Style:
    """Return the style.

    Raises:
        InputRefused: there is no such style, the board has no engine, or the wish is one that the
            engine, which has one size, cannot follow.
    """
    found: Style | None = next((known for known in STYLES if known == style), None)
    if found is None:
        raise InputRefused(f'--style: "{style}"', accepted=", ".join(STYLES))
    if found == "engine" and board.engine is None:
        raise _no_engine(board, "--style engine: ")
    if found == "engine" and wish.max_utilization != MAX_UTILIZATION:
        raise InputRefused(
            f"--max-utilization {wish.max_utilization:g} with --style engine: an engine has one "
            "size",
            accepted="--style spatial or auto, whose folding it bounds",
            remedy="give smaller sizes in the [engine] of a board.toml of your own "
            "(docs/engine.md)",
        )
    return found


def choose_style(graph: Graph, asked: Asked, step: Step) -> Styled:
    """Return the design of the style that was asked for, or of the faster one that fits.

    Args:
        graph: a legal fixed-point graph.
        asked: what it is to be.
        step: makes a step that is watched, by its name.

    Raises:
        InputRefused: the network or the wish cannot be met in the style that was asked for.
        UnsupportedOperator: the engine cannot compute a layer, and nothing else was asked for.
        DoesNotFit: no design of the style that was asked for fits.
    """
    with step("fold and fit"):
        tried = _try_both(graph, asked)
    chosen = _chosen(tried, asked)
    choice = StyleChoice(asked=asked.style, chosen=chosen, options=_options(tried, asked))
    if chosen == "engine":
        if tried.engine is None:
            assert tried.no_engine is not None, "there is a design or a reason"
            raise tried.no_engine
        _require_engine(tried.engine, asked)
        return Styled(choice=choice, spatial=None, engine=tried.engine)
    if tried.plan is None:
        assert tried.no_plan is not None, "there is a design or a reason"
        raise tried.no_plan
    spatial = _spatial(tried, tried.plan, asked, choice, step)
    return Styled(choice=choice, spatial=spatial, engine=None)


def _try_both(graph: Graph, asked: Asked) -> _Tried:
    board = asked.board
    planner = Planner(graph, board, confidence=asked.confidence, calibration=asked.calibration)
    plan, uniform, engine, no_plan, no_engine = None, None, None, None, None
    try:
        plan = planner.plan(asked.wish)
        if asked.style != "engine" and (plan.fit.fits or asked.wish.allow_oversize):
            uniform = plan_uniform(planner, plan, asked.wish.max_utilization)
    except _UNUSABLE as error:
        no_plan = error
    try:
        if board.engine is None:
            raise _no_engine(board)
        engine = design_engine(graph, board, board.engine, asked.confidence)
    except _UNUSABLE as error:
        no_engine = error
    return _Tried(
        planner=planner,
        plan=plan,
        uniform=uniform,
        engine=engine,
        no_plan=no_plan,
        no_engine=no_engine,
    )


def _chosen(tried: _Tried, asked: Asked) -> StyleName:
    if asked.style != "auto":
        return asked.style
    plan, engine = tried.plan, tried.engine
    if engine is None or not engine.fit.fits or not _quick_enough(engine, asked.wish):
        return "spatial"
    if plan is None or not plan.fit.fits:
        return "engine"
    if asked.wish.target_fps is not None:
        return "spatial"  # the smallest that is quick enough; the engine has one size
    return "engine" if engine.cycles_per_image < plan.interval else "spatial"


def _options(tried: _Tried, asked: Asked) -> tuple[StyleOption, ...]:
    plan, engine, hz = tried.plan, tried.engine, asked.board.clock_mhz * 1e6
    return (
        StyleOption(
            style="spatial",
            fits=plan is not None and plan.fit.fits,
            images_per_second=None if plan is None else round_figure(hz / plan.interval),
            why_not=None if tried.no_plan is None else tried.no_plan.found,
        ),
        StyleOption(
            style="engine",
            fits=engine is not None and engine.fit.fits,
            images_per_second=None if engine is None else round_figure(engine.images_per_second),
            why_not=None if tried.no_engine is None else tried.no_engine.found,
        ),
    )


def _spatial(
    tried: _Tried, plan: FoldingPlan, asked: Asked, choice: StyleChoice, step: Step
) -> Spatial:
    wish, advice = asked.wish, None
    if not plan.fit.fits:
        with step("look for what would fit"):
            advice = advise(tried.planner, plan, wish)
    also = _no_engine_either(choice) if asked.style == "auto" else _engine_instead(choice)
    require_fit(plan.fit, advice, allow_oversize=wish.allow_oversize, also=also)
    return Spatial(plan=plan, uniform=tried.uniform, advice=advice)


def _engine_instead(choice: StyleChoice) -> tuple[str, ...]:
    """Return what the engine would do, where it could."""
    option = next(one for one in choice.options if one.style == "engine")
    if not option.fits or option.images_per_second is None:
        return ()
    rate = format_count(option.images_per_second)
    return (f"--style engine runs the network as it is on this board: {rate} images/s, modelled",)


def _no_engine_either(choice: StyleChoice) -> tuple[str, ...]:
    """Return why the engine is no way out, where that is known."""
    option = next(one for one in choice.options if one.style == "engine")
    return () if option.why_not is None else (f"nor --style engine: {option.why_not}",)


def _require_engine(engine: EngineDesign, asked: Asked) -> None:
    fit, wish, board = engine.fit, asked.wish, asked.board
    if not fit.fits and not wish.allow_oversize:
        use = fit.uses[fit.limiting]
        assert use is not None, "what limits is known"
        raise DoesNotFit(
            f"the engine does not fit {board.name} ({board.part}): {use.at(fit.confidence)} "
            f"{fit.limiting.upper()}",
            accepted=f"at most {use.available} {fit.limiting.upper()}",
            remedy="give smaller sizes in the [engine] of a board.toml of your own",
        )
    if not _quick_enough(engine, wish):
        rate = engine.images_per_second
        raise DoesNotFit(
            f"--target-fps {wish.target_fps:g}: the engine on {board.name} gives {rate:.4g} images "
            f"a second at {board.clock_mhz:g} MHz",
            accepted=f"at most {rate:.4g} images a second",
            remedy="a network with fewer multiply-accumulates, or a board with a larger engine",
        )


def _quick_enough(engine: EngineDesign, wish: Wish) -> bool:
    return wish.target_fps is None or engine.images_per_second >= wish.target_fps


def _no_engine(board: Board, place: str = "") -> InputRefused:
    names = [name for name in list_boards() if load_board(name).engine is not None]
    return InputRefused(
        f"{place}no engine is made for {board.name}",
        accepted=", ".join(names),
        remedy="name one of these boards, or give an [engine] in a board.toml of your own "
        "(docs/engine.md)",
    )
