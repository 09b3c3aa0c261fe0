"""The demonstration, whole, and what it tells to try next."""

from __future__ import annotations

from pathlib import Path

import pytest

import fpgaflow
from tests.cli.conftest import Invoke


def test_an_existing_folder_is_refused_before_training(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    result = invoke("demo", "-o", tmp_path)
    assert result.exit_code == 3
    assert result.stderr.startswith(f"error: the output folder {tmp_path} exists already\n")


@pytest.mark.csim
@pytest.mark.extended
def test_the_demonstration(invoke: Invoke, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    result = invoke("demo", "-o", folder)
    assert result.exit_code == 0, result.output
    report = fpgaflow.load(folder).report
    assert report.fit.fits
    assert report.verification.csim is not None
    assert report.verification.csim.mismatches == 0
    assert report.quantization.top1_fixed is not None
    assert report.quantization.top1_fixed > 0.97

    tries = result.stdout.split("What to try next:\n")[1].replace("\\\n", "").splitlines()
    commands = [line.split() for line in tries if line.split()[0] == "fpgaflow"]
    runnable = [words[1:] for words in commands if not any(w.startswith("YOUR") for w in words)]
    for words in runnable:
        here = [tmp_path / word if word == "digits-4bit" else word for word in words]
        assert invoke(*here).exit_code == 0, words
