"""What `fpgaflow compile` says of a compressed network and its original, on digits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.tiny import left_behind
from tests.cli.conftest import Invoke
from tests.compress.small_compressed import save_compressed

QUICK = ("--calibration", "digits", "--calibration-images", 32, "--evaluate", 0, "--simulate", 0)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return save_compressed(tmp_path)


def test_the_original_beside_the_plan_is_taken(invoke: Invoke, model: Path) -> None:
    build = model.with_name("build")
    result = invoke("compile", model, *QUICK, "-o", build)
    assert result.exit_code == 0, result.output
    assert "which c.plan.json names" in " ".join(result.stderr.split())
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["MACs", "179.8", "k", "86.52", "k", "51.9", "%", "modelled"] in lines
    report = json.loads((build / "report.json").read_text())
    savings = {row["figure"]: row["saved"] for row in report["compression"]["savings"]}
    assert savings["macs"] == pytest.approx(0.519, abs=1e-3)
    assert "What compression saved, for one image" in (build / "report.html").read_text()


def test_an_original_elsewhere_is_named(invoke: Invoke, model: Path) -> None:
    (model.parent / "elsewhere").mkdir()
    original = model.parent / "elsewhere" / "m.safetensors"
    model.with_name("m.safetensors").rename(original)
    result = invoke(
        "compile", model, *QUICK, "--json", "-q", "--original", original,
        "-o", model.with_name("with"),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["compression"]["original"]["file"] == "m.safetensors"
    assert result.stderr == ""


def test_a_wrong_original_is_refused(invoke: Invoke, model: Path) -> None:
    result = invoke("compile", model, *QUICK, "--original", model, "-o", model.with_name("build"))
    assert result.exit_code == 3
    assert f"error: --original {model} has SHA-256 " in result.stderr
    assert left_behind(model.parent) == ["c.plan.json", "c.safetensors", "m.safetensors"]
