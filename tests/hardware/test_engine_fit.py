"""Whether an engine fits, from synthesis or from its sizes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.boards import list_boards, load_board
from fpgaflow.hardware.engine_fit import check_engine_fit
from fpgaflow.hardware.engine_resources import (
    EngineFigures,
    EngineSynthesis,
    engine_figures,
    modelled_bram36,
    read_figures,
)

CONFIG = EngineConfig()
BOARD = load_board("pynq-z2")
COUNTED = EngineSynthesis(
    config=CONFIG,
    family="zynq-7000",
    lut=42_000,
    ff=60_000,
    dsp=192,
    bram36=132,
    tool="Yosys 0.0",
    sources_sha256="ab" * 32,
)
FIGURES = EngineFigures(designs=(COUNTED,), lut_under=(8, 16), ff_under=(0, 1), seen_on="one")

TEXT = """
[error]
lut_percent_under = [8, 16]
ff_percent_under = [0, 1]
seen_on = "one design"

[[engine]]
family = "zynq-7000"
lanes_k = 12
lanes_o = 4
lanes_p = 8
act_lines = 3072
w_rows = 3072
lut = 42000
ff = 60000
dsp = 192
bram36 = 132
tool = "Yosys 0.0"
sources_sha256 = "abcd"
"""


def test_what_was_synthesized_decides_with_its_error() -> None:
    fit = check_engine_fit(CONFIG, BOARD, figures=FIGURES)
    lut, ff = fit.uses["lut"], fit.uses["ff"]
    assert lut is not None
    assert ff is not None
    assert (lut.low, lut.used, lut.high, lut.source) == (42_000, 42_000, 50_000, "measured")
    assert (ff.low, ff.used, ff.high) == (60_000, 60_000, 60_607)
    assert fit.fits
    assert fit.limiting == "bram36"
    assert fit.synthesis == COUNTED
    more = replace(FIGURES, designs=(replace(COUNTED, lut=45_000),))
    assert check_engine_fit(CONFIG, BOARD, figures=more).fits
    assert not check_engine_fit(CONFIG, BOARD, confidence="high", figures=more).fits


def test_without_synthesis_tables_and_flip_flops_are_not_known() -> None:
    other = replace(FIGURES, designs=(replace(COUNTED, family="zynqmp"),))
    fit = check_engine_fit(CONFIG, BOARD, figures=other)
    assert fit.synthesis is None
    assert (fit.uses["lut"], fit.uses["ff"]) == (None, None)
    dsp = fit.uses["dsp"]
    assert dsp is not None
    assert (dsp.used, dsp.source) == (192, "modelled")
    assert fit.available["lut"] == 53_200
    assert fit.fits


def test_block_ram_follows_from_the_sizes() -> None:
    # 8 banks of 4 columns, and 12 columns of weights, of 3 block RAMs each.
    assert modelled_bram36(CONFIG) == 132
    assert modelled_bram36(replace(CONFIG, act_lines=1024, w_rows=1025)) == 8 * 4 + 12 * 2


@pytest.mark.parametrize("name", list_boards())
def test_the_engine_of_each_board_fits_it(name: str) -> None:
    board = load_board(name)
    if board.engine is not None:
        assert check_engine_fit(board.engine, board).fits


def test_the_file_that_is_shipped_is_read() -> None:
    figures = engine_figures()
    assert figures.lut_under == (8, 16)
    for one in figures.designs:
        assert one.dsp == one.config.dsps


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "engine.toml"
    path.write_text(TEXT)
    found = read_figures(path)
    assert found.find(CONFIG, "zynq-7000") == replace(COUNTED, sources_sha256="abcd")
    assert found.find(replace(CONFIG, lanes_p=4), "zynq-7000") is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lut = 42000", "lut = -1", "engine[0].lut has a wrong value\n"),
        ('tool = "Yosys 0.0"', "", "the key engine[0].tool is missing"),
        ("[[engine]]", "[engine]", "engine has a wrong value\n"),
        ("[8, 16]", "[16, 8]", "error.lut_percent_under has a wrong value\n"),
        ("seen_on", "heard_of", "unknown key error.heard_of\n"),
        ('"one design"', '""', "error.seen_on has a wrong value\n"),
        ("lanes_k = 12", "lanes_k = 5", "engine[0]: engine: lanes_k is 5\n  accepted: 4, 8, 12"),
        ("[error]", "error = 3\n[more]", "unknown key more\n"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "engine.toml"
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(InputRefused) as refused:
        read_figures(path)
    assert str(refused.value).startswith(f"{path}: {message}")
