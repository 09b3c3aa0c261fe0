"""The verdict, its numbers and its advice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fpgaflow.errors import DoesNotFit
from fpgaflow.hardware.boards import Board, load_board
from fpgaflow.hardware.fit import FitReport, check_fit, require_fit
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.ir.graph import Graph
from tests.hardware.small_graphs import resnet, resnet20, tiny_residual


def fit(graph: Graph, board: Board) -> FitReport:
    return check_fit(graph, choose_folding(graph, board.resources.dsp), board)


def test_a_small_residual_network_on_digits_fits_a_pynq_z2() -> None:
    report = fit(resnet(8, size=8, channels=1, widths=(8, 16, 32)), load_board("pynq-z2"))
    assert report.fits
    assert report.advice == ()
    assert report.limiting == "dsp"
    assert (report.resources.bram36.used, report.resources.dsp.used) == (27, 197)
    require_fit(report, allow_oversize=False)


def test_resnet20_fits_the_block_ram_of_a_pynq_z2() -> None:
    report = fit(resnet20(), load_board("pynq-z2"))
    assert report.fits
    assert report.limiting == "lut"
    assert (report.weight_bram36, report.fifo_bram36) == (80, 3)
    assert report.default_fifo_bits == 5_758_208
    assert report.fifo_bits == 252_256


def test_resnet20_does_not_fit_a_kv260() -> None:
    report = fit(resnet20(), load_board("kv260"))
    assert not report.fits
    assert report.limiting == "bram36"
    weights = sum(layer.weight_bits for layer in report.layers)
    assert round(weights / 1e6, 1) == 2.2
    with pytest.raises(DoesNotFit) as caught:
        require_fit(report, allow_oversize=False)
    assert str(caught.value) == (
        "resnet20 does not fit kv260 (xck26-sfvc784-2LV-c): it needs 172 BRAM36 (119%) by the "
        "resource model\n"
        "  accepted: at most 144 BRAM36\n"
        "  what to do: of the block RAM, weights take 169 BRAM36 and FIFOs 3: a narrower or "
        "pruned network shrinks both; 6 bits for weights and activations would fit; "
        "boards that it would fit: rfsoc4x2, zcu102, zcu104; "
        "--allow-oversize writes the project anyway"
    )
    assert caught.value.exit_code == 5
    require_fit(report, allow_oversize=True)


def test_resnet20_fits_a_zcu104() -> None:
    assert fit(resnet20(), load_board("zcu104")).fits


def test_advice_where_multipliers_are_too_many() -> None:
    board = load_board("pynq-z2")
    few = replace(board, resources=replace(board.resources, dsp=10))
    graph = resnet(8, size=8, channels=1, widths=(8, 16, 32))
    report = check_fit(graph, choose_folding(graph, board.resources.dsp), few)
    assert report.limiting == "dsp"
    assert report.advice[1] == (
        "reuse factors at least 19.7 times larger on average bring 197 DSP down to 10"
    )


def test_advice_where_no_board_is_large_enough() -> None:
    graph = resnet(8, size=8, widths=(64, 256, 960))
    report = fit(graph, load_board("zcu104"))
    assert report.advice[-1] == "no other known board would hold it"


def test_only_the_low_end_of_crude_figures_says_no() -> None:
    graph = tiny_residual()
    board = load_board("pynq-z2")
    lut = fit(graph, board).resources.lut
    assert lut.low == lut.used // 2
    assert lut.high == lut.used * 2
    tight = replace(board, resources=replace(board.resources, lut=lut.low))
    assert fit(graph, tight).fits
    short = replace(board, resources=replace(board.resources, lut=lut.low - 1))
    assert fit(graph, short).limiting == "lut"


def test_nothing_uses_ultra_ram() -> None:
    uram = fit(tiny_residual(), load_board("zcu104")).resources.uram
    assert (uram.used, uram.available, uram.share) == (0, 96, 0.0)
