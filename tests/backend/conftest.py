"""A project that several tests compile once."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow.backend.spatial.emit import emit_project
from fpgaflow.hardware.folding import choose_folding
from tests.backend.networks import residual
from tests.backend.projects import TARGET


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small residual network's project, and the folder where it is compiled once."""
    folder = tmp_path_factory.mktemp("small")
    graph = residual()
    emit_project(graph, choose_folding(graph, 40), TARGET, folder / "project")
    (folder / "work").mkdir()
    return folder / "project", folder / "work"
