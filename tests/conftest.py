"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data sets that FPGAFLOW_DATA names; skips where there is none."""
    named = os.environ.get("FPGAFLOW_DATA", "")
    if not named:
        pytest.skip("FPGAFLOW_DATA is not set; it names the folder of real data sets")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"FPGAFLOW_DATA names {folder}, which is not a folder")
    return folder.resolve()
