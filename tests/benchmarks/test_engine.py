"""The benchmarks of the engine: rows, tables, and the cells that are counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import pytest
from engine import read_checkpoints, read_images
from engine_page import tables
from engine_resources import CONFIGS, count, plain, publish, unknown_cells
from engine_rows import Resources, RtlRow, row

from fpgaflow.engine.config import EngineConfig
from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.engine_resources import FILE, engine_figures, read_figures
from tests.backend.networks import residual

SMALL = EngineConfig(lanes_k=4, lanes_o=2, lanes_p=2)


def test_the_cycles_of_a_row_have_a_cause_each() -> None:
    found = row("a network", "residual", residual(), SMALL)
    assert sum(loss.cycles for loss in found.losses) == pytest.approx(found.cycles, abs=1)
    assert found.off_chip_bytes == sum(found.off_chip.values())
    assert found.macs_per_dsp_per_cycle == found.macs / found.cycles / SMALL.dsps


def test_tables() -> None:
    one = row("one", "residual", residual(), SMALL)
    half = replace(one, network="half, c.safetensors", macs=one.macs // 2, cycles=one.cycles // 2)
    run = RtlRow(
        network="one",
        memory="no stalls",
        images=2,
        cycles_per_image=10.5,
        waiting=0.25,
        counters_equal=23,
        cycles_per_second=1e5,
    )
    resources = Resources(lut=26_600, ff=1, dsp=4, bram36=7, source="a tool")
    text = tables([one, half], [run], resources, load_board("pynq-z2"))
    assert "| half, c.safetensors | 2.00 | 2.00 | 1.00 | 1.00 |" in text
    assert "| one | no stalls | 2 | 10 | 25.0% | 23 | 100,000 |" in text
    assert "| LUT | 26,600 | 53,200 | 50% |" in text
    assert text.endswith("a tool: no place-and-route, no Fmax.")


def test_checkpoints_and_images_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="no NETWORK=FILE of an existing file"):
        read_checkpoints(["resnet20=nowhere.pt"])
    assert read_images(None, 3).shape == (3, 32, 32, 3)


def test_cells() -> None:
    cells = {"LUT6": 3, "RAM32M": 2, "FDRE": 5, "DSP48E1": 4, "RAMB18E1": 3, "CARRY4": 9, "lane": 8}
    found = count(cells)
    assert (found.lut, found.ff, found.dsp, found.bram36) == (11, 5, 4, 1.5)
    assert unknown_cells(cells, ["lane"]) == []
    assert unknown_cells({"LUT9": 1}, []) == ["LUT9"]
    assert plain("$paramod$0f3a\\lane") == "lane"
    assert plain("$paramod\\tree\\LANES_K=s32'0") == "tree"


def test_published_figures_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "figures.toml"
    path.write_text(publish({"12x4x8": count({"LUT1": 7, "RAMB18E1": 1})}), encoding="utf-8")
    (design,) = read_figures(path).designs
    assert (design.config, design.lut, design.bram36) == (CONFIGS["12x4x8"], 7, 1)
    assert path.read_text().startswith(FILE.read_text().split("[[engine]]")[0].rstrip())


def test_the_engine_of_an_xc7z020_fits_with_room_to_spare() -> None:
    found = engine_figures().find(EngineConfig(), "zynq-7000")
    assert found is not None
    assert found.lut <= 45_000
    assert found.ff <= 90_000
    assert found.dsp <= 210
    assert found.bram36 <= 135
