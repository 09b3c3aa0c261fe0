"""`01_quickstart` as a board's user starts it: unpacked from a bundle, nothing installed."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.notebooks.running import run_notebook
from tests.runtime.bundles import BOARDS, PYNQ, make_test_bundle, small_graph


def test_it_runs_from_the_bundle(tmp_path: Path) -> None:
    bundle = make_test_bundle(tmp_path, small_graph(), BOARDS[0])
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "small")
    notebook = tmp_path / "small" / "notebooks" / "01_quickstart.ipynb"
    found = run_notebook(notebook, on_path=False)
    assert found.warnings == ""
    assert found.pictures == 3
    assert f"../../{bundle.name} on the emulated board\n" in found.text
    assert (f"with pynq {PYNQ}" if PYNQ else "without pynq") in found.text
    assert "80 scores, all equal; 8 stored images gave their stored scores\n" in found.text
    assert "throughput[images/s]" in found.text
    assert "DIFFERS" not in found.text
