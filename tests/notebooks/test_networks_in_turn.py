"""`04_networks_in_turn` as a board's user starts it: beside two bundles, nothing installed."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.backend.networks import residual
from tests.notebooks.running import run_notebook
from tests.runtime.bundles import PYNQ
from tests.runtime.engine_bundles import make_engine_bundle


def test_two_networks_share_the_engine(tmp_path: Path) -> None:
    first = make_engine_bundle(tmp_path)
    second = make_engine_bundle(tmp_path, residual())
    with zipfile.ZipFile(first) as archive:
        archive.extractall(tmp_path / "small")
    notebook = tmp_path / "small" / "notebooks" / "04_networks_in_turn.ipynb"
    found = run_notebook(notebook, on_path=False)
    assert found.warnings == ""
    assert found.pictures == 1
    assert "2 bundles on the emulated board\n" in found.text
    assert (f"with pynq {PYNQ}" if PYNQ else "without pynq") in found.text
    for path in (first, second):
        name = path.name.removesuffix(".fpgaflow.zip")
        assert f"{name:28}    8 images right, changed in" in found.text
        assert f"{name:28}       1,000 cycles an image" in found.text
