"""The verdict and its numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fpgaflow.errors import DoesNotFit
from fpgaflow.hardware.advice_text import require_fit
from fpgaflow.hardware.boards import Board, load_board
from fpgaflow.hardware.calibration import AcceleratorUse, Calibration, MeasuredDesign
from fpgaflow.hardware.fit import FitReport, check_fit
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.hardware.resources import AXI_DMA
from fpgaflow.ir.graph import Graph
from tests.hardware.small_graphs import resnet, resnet20, tiny_residual


def fit(graph: Graph, board: Board) -> FitReport:
    return check_fit(graph, choose_folding(graph, board.resources.dsp), board)


def test_a_small_residual_network_on_digits_fits_a_pynq_z2() -> None:
    report = fit(resnet(8, size=8, channels=1, widths=(8, 16, 32)), load_board("pynq-z2"))
    assert report.fits
    assert report.limiting == "dsp"
    assert (report.resources.bram36.used, report.resources.dsp.used) == (29, 201)
    require_fit(report, None, allow_oversize=False)


def test_resnet20_fits_the_block_ram_of_a_pynq_z2_but_not_its_tables() -> None:
    report = fit(resnet20(), load_board("pynq-z2"))
    assert not report.fits
    assert report.limiting == "lut"
    assert not report.resources.bram36.exceeds("high")
    assert (report.weight_bram36, report.fifo_bram36) == (80, 6)
    assert report.default_fifo_bits == 5_758_208
    assert report.fifo_bits == 241_840


def test_resnet20_does_not_fit_a_kv260() -> None:
    report = fit(resnet20(), load_board("kv260"))
    assert not report.fits
    assert report.limiting == "lut"
    weights = sum(layer.weight_bits for layer in report.layers)
    assert round(weights / 1e6, 1) == 2.2
    with pytest.raises(DoesNotFit) as caught:
        require_fit(report, None, allow_oversize=False)
    assert str(caught.value) == (
        "resnet20 does not fit kv260 (xck26-sfvc784-2LV-c): by the resource model it likely needs "
        "162683 LUT (139%, between 119418 and 231568), 175 BRAM36 (122%, between 57 and 175)\n"
        "  accepted: at most 117120 LUT, 144 BRAM36\n"
        "  what to do: --allow-oversize writes the project anyway"
    )
    assert caught.value.exit_code == 5
    require_fit(report, None, allow_oversize=True)


def test_resnet20_fits_a_zcu104() -> None:
    assert fit(resnet20(), load_board("zcu104")).fits


@pytest.mark.parametrize("confidence", ["low", "likely", "high"])
def test_the_end_of_the_band_that_was_asked_for_decides(confidence: Confidence) -> None:
    graph, board = tiny_residual(), load_board("pynq-z2")
    lut = fit(graph, board).resources.lut
    assert lut.low < lut.used < lut.high
    need = lut.at(confidence)

    def on(tables: int) -> FitReport:
        small = replace(board, resources=replace(board.resources, lut=tables))
        folding = choose_folding(graph, board.resources.dsp)
        return check_fit(graph, folding, small, confidence=confidence)

    assert on(need).fits
    short = on(need - 1)
    assert short.limiting == "lut"
    with pytest.raises(DoesNotFit) as caught:
        require_fit(short, None, allow_oversize=False)
    words = {"low": "it needs at least", "likely": "it likely needs", "high": "it may need up to"}
    line = str(caught.value).splitlines()[0]
    assert line == (
        f"tiny does not fit pynq-z2 (xc7z020clg400-1): by the resource model {words[confidence]} "
        f"{need} LUT (100%, between {lut.low} and {lut.high})"
    )
    assert ("--confidence low" in str(caught.value)) == (confidence != "low")


def test_measured_designs_move_the_verdict() -> None:
    graph, board = tiny_residual(), load_board("pynq-z2")
    plain = fit(graph, board)
    bands = plain.accelerator
    modelled = AcceleratorUse(
        lut=bands.lut.likely,
        ff=bands.ff.likely,
        bram36=bands.bram36.likely,
        dsp=bands.dsp.likely,
    )
    twice = replace(modelled, lut=2 * modelled.lut)
    calibration = Calibration(
        designs=tuple(
            MeasuredDesign(
                name="a",
                board="pynq-z2",
                build=str(number),
                tool="Vivado 2023.2",
                modelled=modelled,
                measured=twice,
            )
            for number in range(3)
        )
    )
    folding = choose_folding(graph, board.resources.dsp)
    moved = check_fit(graph, folding, board, calibration=calibration)
    assert moved.calibration == calibration
    assert moved.accelerator == bands
    # Three designs at twice the model, and as it were one as modelled: 2^(3/4).
    expected = round(modelled.lut * 2**0.75) + AXI_DMA.lut
    assert moved.resources.lut.used == expected
    assert moved.resources.ff.used == plain.resources.ff.used


def test_nothing_uses_ultra_ram() -> None:
    uram = fit(tiny_residual(), load_board("zcu104")).resources.uram
    assert (uram.used, uram.available, uram.share()) == (0, 96, 0.0)
