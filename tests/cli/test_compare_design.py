"""`fpgaflow compare` with a build: what was counted, side by side."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from fpgaflow.report.json import read_json
from tests.api.tiny import left_behind
from tests.cli.conftest import Invoke
from tests.cli.test_base_install import run_in_base_install


def test_a_build_counted_on_the_emulated_board(invoke: Invoke, build: Path) -> None:
    before = (build / "report.json").read_bytes()
    result = invoke("compare", build, "--emulate", "--layers")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert re.search(r"counters: all \d+ equal to the last access, from 2 places", lines[-1])
    rows = {line.split("  ")[1].strip(): line.split() for line in lines if line.startswith("  ")}
    # predicted, not simulated, counted, and in float32 four times as large
    assert rows["input"][-4:] == ["36", "–", "36", "144"]
    assert any(line.startswith("conv1, accesses") for line in lines)
    # Nothing is written unless it is asked for.
    assert (build / "report.json").read_bytes() == before


def test_record_keeps_what_was_counted(invoke: Invoke, build: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(build, tmp_path / "copy")
    result = invoke("compare", copy, "--emulate", "--limit", 3, "--record")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == f"recorded in {copy}"
    assert left_behind(copy) == left_behind(build)
    counters = read_json(copy / "report.json").counters
    assert counters is not None
    assert counters.board is not None
    assert counters.board.images == 3
    assert counters.not_on_board is None
    assert "from 2 places</span>" in (copy / "report.html").read_text()
    again = json.loads(invoke("compare", copy, "--json").stdout)
    assert again["equal"] is True
    assert again["counters"]["board"]["images"] == 3


def test_a_tampered_count_ends_with_exit_code_8(
    invoke: Invoke, build: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(build, tmp_path / "copy")
    assert invoke("compare", copy, "--emulate", "--limit", 1, "--record").exit_code == 0
    found = json.loads((copy / "report.json").read_text())
    row = next(
        one for one in found["counters"]["board"]["counts"] if one["name"] == "conv1_weight_reads"
    )
    row["count"] += 1
    (copy / "report.json").write_text(json.dumps(found))
    for options in ((), ("--json",)):
        result = invoke("compare", copy, *options)
        assert result.exit_code == 8
        assert re.match(
            rf"error: {copy}: emulated PYNQ-Z2.* shows {row['count']} accesses of "
            rf"conv1_weight_reads after 1 image; predicted are {row['count'] - 1} accesses\n",
            result.stderr,
        )
    assert json.loads(result.stdout)["differences"][0]["name"] == "conv1_weight_reads"


def test_a_table_and_json_without_the_packages_of_the_compiler(build: Path) -> None:
    done = run_in_base_install("compare", build, "--emulate", "--limit", 1)
    assert done.returncode == 0, done.stderr
    assert re.search(r"counters: all \d+ equal to the last access, from 2 places\n$", done.stdout)
    kept = run_in_base_install("compare", build, "--emulate", "--record")
    assert kept.returncode == 6
    assert kept.stderr.startswith("error: fpgaflow compare --record needs packages that are not")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--mean", "0.5"), "--mean does not go with a build"),
        (("--arch", "resnet20"), "--arch does not go with a build"),
        (("--emulate", "--board"), "--emulate and --board exclude each other"),
        (("--record",), "--record keeps what --emulate or --board counts: give one"),
        (("--limit", "3"), "--data and --limit are for --emulate or --board: give one"),
        (("m.safetensors",), "one build or bundle at a time, and no model files beside it"),
    ],
)
def test_what_does_not_go_together(
    invoke: Invoke, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    result = invoke("compare", tmp_path, *options)
    assert result.exit_code == 2
    assert result.stderr.endswith(f"Error: {message}\n")


def test_options_of_a_build_do_not_go_with_model_files(invoke: Invoke) -> None:
    result = invoke("compare", "m.safetensors", "--layers")
    assert result.exit_code == 2
    assert result.stderr.endswith("Error: --layers does not go with model files\n")


def test_a_folder_that_is_no_build(invoke: Invoke, tmp_path: Path) -> None:
    result = invoke("compare", tmp_path)
    assert result.exit_code == 3
    assert result.stderr == (
        f"error: {tmp_path} is no build folder\n  accepted: a folder that fpgaflow compile made\n"
    )
