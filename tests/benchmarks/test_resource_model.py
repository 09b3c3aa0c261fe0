"""Fitting and holding out, on designs that the model itself made."""

from __future__ import annotations

import json
from dataclasses import asdict, astuple, replace
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from resource_designs import Design, read_designs
from resource_fit import RESOURCES, fit, hold_out, spread_of
from resource_model import main

from fpgaflow.hardware.resource_bands import SPREAD
from fpgaflow.hardware.resource_coefficients import FITTED, Coefficients

TRUTH = Coefficients(
    lut_operand=0.7,
    lut_accumulator=2.1,
    lut_collect=1.3,
    ff_accumulator=3.3,
    ff_collect=2.2,
    lut_digit=0.5,
    ff_digit=0.2,
)


def stage(strategy: str, inputs: int, outputs: int, packets: int) -> dict[str, object]:
    found: dict[str, object] = {
        "stage": f"{strategy} {packets}",
        "kind": "multiply",
        "strategy": strategy,
        "inputs": inputs,
        "outputs": outputs,
        "value_bits": 16,
        "weight_bits": 16,
        "accumulator_bits": 20,
        "packets": packets,
    }
    if strategy == "latency":
        return {**found, "nonzeros": inputs * outputs // 2}
    return {**found, "reuse_factor": inputs}


def designs() -> tuple[Design, ...]:
    """Return eight designs of four networks that take just what the model says."""
    random = np.random.default_rng(5)
    found: list[Design] = []
    for number in range(8):
        sizes = random.integers(8, 90, 6).tolist()
        stages = (
            stage("resource", sizes[0], sizes[1], 1),
            stage("resource", sizes[2], sizes[3], 16),
            stage("latency", sizes[4], sizes[5], 1),
            {"stage": "f", "kind": "fifo", "count": 3, "width_bits": 16, "depth": 256},
        )
        design = Design(
            name=f"author{number % 3} {number}",
            network=f"network {number // 2}",
            source="made here",
            part="xc7z020",
            tool="none",
            streamed=True,
            measured={},
            stages=stages,
            measured_stages={},
        )
        cost = design.cost(TRUTH)
        found.append(replace(design, measured={name: getattr(cost, name) for name in RESOURCES}))
    return tuple(found)


def test_the_fit_finds_what_the_designs_were_made_with() -> None:
    assert astuple(fit(designs())) == pytest.approx(astuple(TRUTH))


def test_held_out_designs_of_the_model_lie_inside_and_need_no_spread() -> None:
    found = designs()
    for below, above in spread_of(found).values():
        assert (below, above) == pytest.approx((1, 1))
    rows = hold_out(found)
    assert len(rows) == len(found) * len(RESOURCES)
    assert all(row.low * 0.9999 <= row.vivado <= row.high * 1.0001 for row in rows)


def test_the_spread_is_the_worst_miss() -> None:
    first, *others = designs()
    odd = replace(
        first, network="odd", measured={**first.measured, "lut": 2 * first.measured["lut"]}
    )
    below, above = spread_of([odd, *others])["lut"]
    assert above == pytest.approx(2)
    assert below >= 1


def test_what_is_no_list_of_designs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match=r"designs\.json is no list of measured designs"):
        read_designs(tmp_path / "designs.json")
    (tmp_path / "designs.json").write_text('[{"design": "x"}]')
    with pytest.raises(click.UsageError, match="KeyError"):
        read_designs(tmp_path / "designs.json")


def test_the_benchmark_prints_and_writes(tmp_path: Path) -> None:
    listed = [
        {
            "design": one.name,
            "network": one.network,
            "source": one.source,
            "part": one.part,
            "tool": one.tool,
            "io": "io_stream",
            "vivado": dict(one.measured),
            "stage_list": list(one.stages),
            "measured_stages": {},
        }
        for one in designs()
    ]
    file = tmp_path / "designs.json"
    file.write_text(json.dumps(listed))
    out, picture = tmp_path / "out.json", tmp_path / "out.png"
    result = CliRunner().invoke(
        main, ["--designs", str(file), "--json", str(out), "--figure", str(picture)]
    )
    assert result.exit_code == 0, result.output
    assert "| LUT | " in result.output
    figures = json.loads(out.read_text())
    assert len(figures["rows"]) == 32
    assert figures["coverage_by_resource"]["dsp"] == 1
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_what_ships_is_what_was_published() -> None:
    page = Path(__file__).parents[2] / "docs" / "results" / "resource-model.json"
    published = json.loads(page.read_text())
    assert published["shipped_coefficients"] == asdict(FITTED)
    for name, value in published["coefficients"].items():
        assert getattr(FITTED, name) == pytest.approx(value, rel=0.01)
    for name, ends in published["spread"].items():
        shipped = SPREAD["bram36" if name == "bram18" else name]
        assert shipped == pytest.approx(tuple(ends), abs=0.01)
    assert published["coverage"] >= 0.8
