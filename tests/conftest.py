"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run and machine, and no limit on one example's time: a busy machine is
# no failure. A test that wants other examples says so itself.
settings.register_profile("fixed", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("fixed")


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


@pytest.fixture(scope="session")
def compiled_rtl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work folder of a small design's RTL, compiled by Verilator once."""
    from tests.backend.cosimulation.small_rtl import compile_small

    return compile_small(tmp_path_factory.mktemp("rtl"))
