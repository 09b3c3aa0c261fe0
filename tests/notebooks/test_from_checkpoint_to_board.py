"""`03_from_checkpoint_to_board`: it trains and compiles, and needs the whole package."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebooks.running import copy_notebook, run_notebook


@pytest.mark.timeout(1800)
@pytest.mark.csim
def test_it_ends_with_a_bundle(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the notebook trains with PyTorch")
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    found = run_notebook(copy_notebook("03_from_checkpoint_to_board.ipynb", tmp_path))
    assert found.warnings == ""
    assert found.pictures == 4
    assert "layers compared: 0 integers differ\n" in found.text
    assert "100 images: every score and every counter as it should be\n" in found.text
    assert (tmp_path / "from-checkpoint-to-board" / "digits.fpgaflow.zip").is_file()
