"""What several tests of the API begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.explorations import explore, save_files


@pytest.fixture(scope="session")
def explored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tiny.onnx, images.npz, and an exploration of them in out/."""
    folder = save_files(tmp_path_factory.mktemp("explored"))
    explore(folder, "out")
    return folder
