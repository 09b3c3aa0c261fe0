"""The notebooks that train and compile: they need the whole package."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebooks.running import copy_notebook, run_notebook

pytest.importorskip("torch", reason="the notebooks train with PyTorch")
pytest.importorskip("sklearn", reason="the digits come with scikit-learn")


def test_memory_accesses(tmp_path: Path) -> None:
    found = run_notebook(copy_notebook("02_memory_accesses.ipynb", tmp_path))
    assert found.warnings == ""
    assert found.pictures == 3
    lines = [line.split() for line in found.text.splitlines()]
    counts = {
        kind: [int(word.replace(",", "")) for word in line[-3:]]
        for line in lines
        for kind in ("predicted", "counted")
        if line[:2] == ["weights", "read,"] and kind in line
    }
    assert counts["predicted"] == counts["counted"]
    original, pruned, fused = counts["counted"]
    assert original > pruned > fused


@pytest.mark.csim
def test_from_checkpoint_to_board(tmp_path: Path) -> None:
    found = run_notebook(copy_notebook("03_from_checkpoint_to_board.ipynb", tmp_path))
    assert found.warnings == ""
    assert found.pictures == 3
    assert "100 images: every score and every counter as it should be\n" in found.text
    assert (tmp_path / "from-checkpoint-to-board" / "digits.fpgaflow.zip").is_file()
