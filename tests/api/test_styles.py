"""The choice between the two styles."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pytest

from fpgaflow.api import styles
from fpgaflow.api.styles import Asked, Style, check_style, choose_style
from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import DoesNotFit, InputRefused, UnsupportedOperator
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.plan import Wish
from tests.api.engine_builds import fixed_network, small_board

LARGE = EngineConfig(w_rows=2048)  # no board has it, so no synthesis was kept
LUT_OF_A_SLOW_PIPELINE = 11_500


def asked(style: Style, board: Board, **wish: object) -> Asked:
    return Asked(
        style=style,
        board=board,
        wish=Wish(**wish),  # pyright: ignore
        confidence="likely",
        calibration=None,
    )


def cramped(board: Board) -> Board:
    """Room for the engine, whose look-up tables are not known, but for no pipeline."""
    return replace(board, resources=replace(board.resources, lut=500))


def step(_: str) -> nullcontext[None]:
    return nullcontext()


def test_auto_takes_the_faster_one_that_fits() -> None:
    found = choose_style(fixed_network(), asked("auto", small_board(LARGE)), step)
    spatial, engine = found.choice.options
    assert (spatial.style, engine.style) == ("spatial", "engine")
    assert (spatial.fits, engine.fits) == (True, True)
    assert spatial.images_per_second is not None
    assert engine.images_per_second is not None
    assert spatial.images_per_second > engine.images_per_second
    assert (found.choice.asked, found.choice.chosen) == ("auto", "spatial")
    assert found.spatial is not None
    assert found.engine is None


def test_auto_takes_the_engine_where_no_pipeline_fits() -> None:
    found = choose_style(fixed_network(), asked("auto", cramped(small_board(LARGE))), step)
    assert found.choice.chosen == "engine"
    assert found.choice.options[0].fits is False
    assert found.engine is not None
    assert found.spatial is None


def test_auto_takes_the_engine_where_it_is_faster() -> None:
    board = small_board(LARGE)
    tight = replace(board, resources=replace(board.resources, lut=LUT_OF_A_SLOW_PIPELINE))
    found = choose_style(fixed_network(), asked("auto", tight), step)
    spatial, engine = found.choice.options
    assert spatial.fits
    assert spatial.images_per_second is not None
    assert engine.images_per_second is not None
    assert engine.images_per_second > spatial.images_per_second
    assert found.choice.chosen == "engine"
    # What is quick enough is enough: the pipeline is the smallest that is.
    enough = asked("auto", tight, target_fps=spatial.images_per_second / 2)
    assert choose_style(fixed_network(), enough, step).choice.chosen == "spatial"


def test_a_board_without_an_engine_gets_a_pipeline_and_the_reason() -> None:
    board = small_board(None)
    found = choose_style(fixed_network(), asked("auto", board), step)
    assert found.choice.chosen == "spatial"
    assert found.choice.options[1].why_not == "no engine is made for small"
    with pytest.raises(InputRefused) as refused:
        check_style("engine", board, Wish())
    names = str(refused.value).split("accepted: ")[1].splitlines()[0]
    assert str(refused.value) == (
        "--style engine: no engine is made for small\n"
        f"  accepted: {names}\n"
        "  what to do: name one of these boards, or give an [engine] in a board.toml of your own "
        "(docs/engine.md)"
    )
    assert "pynq-z2" in names.split(", ")


def test_another_style_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        check_style("fast", small_board(), Wish())
    assert str(refused.value) == '--style: "fast"\n  accepted: spatial, engine, auto'


def test_an_engine_has_one_size() -> None:
    board, wish = small_board(LARGE), Wish(max_utilization=0.5)
    assert check_style("auto", board, wish) == "auto"
    with pytest.raises(InputRefused) as refused:
        check_style("engine", board, wish)
    assert str(refused.value) == (
        "--max-utilization 0.5 with --style engine: an engine has one size\n"
        "  accepted: --style spatial or auto, whose folding it bounds\n"
        "  what to do: give smaller sizes in the [engine] of a board.toml of your own "
        "(docs/engine.md)"
    )


def test_auto_says_why_the_engine_is_no_way_out() -> None:
    board = cramped(small_board(None))
    with pytest.raises(DoesNotFit) as refused:
        choose_style(fixed_network(), asked("auto", board), step)
    assert "\n    nor --style engine: no engine is made for small\n" in str(refused.value)


def test_a_pipeline_that_does_not_fit_names_the_engine() -> None:
    with pytest.raises(DoesNotFit) as refused:
        choose_style(fixed_network(), asked("spatial", cramped(small_board(LARGE))), step)
    assert "\n    --style engine runs the network as it is on this board: " in str(refused.value)
    with pytest.raises(DoesNotFit) as alone:
        choose_style(fixed_network(), asked("spatial", cramped(small_board(None))), step)
    assert "--style" not in str(alone.value)


def test_an_engine_that_is_too_slow_or_too_large_is_refused() -> None:
    board = small_board(LARGE)
    with pytest.raises(DoesNotFit) as slow:
        choose_style(fixed_network(), asked("engine", board, target_fps=9e6), step)
    assert str(slow.value).startswith("--target-fps 9e+06: the engine on small gives ")
    tight = replace(board, resources=replace(board.resources, dsp=191))
    with pytest.raises(DoesNotFit) as large:
        choose_style(fixed_network(), asked("engine", tight), step)
    assert str(large.value) == (
        "the engine does not fit small (xc7z020clg400-1): 192 DSP\n"
        "  accepted: at most 191 DSP\n"
        "  what to do: give smaller sizes in the [engine] of a board.toml of your own"
    )
    over = asked("engine", tight, allow_oversize=True)
    assert choose_style(fixed_network(), over, step).engine is not None


def test_a_network_that_the_engine_cannot_compute_has_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise UnsupportedOperator("no engine computes the layer lstm")

    monkeypatch.setattr(styles, "design_engine", refuse)
    board = small_board(LARGE)
    with pytest.raises(UnsupportedOperator, match=r"^no engine computes the layer lstm$"):
        choose_style(fixed_network(), asked("engine", board), step)
    found = choose_style(fixed_network(), asked("auto", board), step)
    assert found.choice.chosen == "spatial"
    assert found.choice.options[1].why_not == "no engine computes the layer lstm"
