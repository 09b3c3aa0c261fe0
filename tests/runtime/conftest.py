"""Bundles for each board that the installed pynq serves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fpgaflow.runtime import Accelerator, Bundle, read_bundle, waiting
from fpgaflow.runtime.emulation.board import EmulatedBoard
from tests.runtime.bundles import BOARDS, make_test_bundle, small_graph
from tests.runtime.fake_time import FakeTime


@pytest.fixture(scope="session", params=BOARDS)
def bundle_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a small network."""
    return make_test_bundle(tmp_path_factory.mktemp("bundle"), small_graph(), request.param)


@pytest.fixture(scope="session")
def bundle(bundle_path: Path) -> Bundle:
    """The same, read."""
    return read_bundle(bundle_path)


@pytest.fixture
def board(bundle: Bundle) -> EmulatedBoard:
    """An emulated board with nothing wrong."""
    return EmulatedBoard(bundle)


@pytest.fixture
def accelerator(bundle: Bundle, board: EmulatedBoard) -> Iterator[Accelerator]:
    """The small network on that board; waits are short."""
    with Accelerator(bundle, emulate=board, timeout_s=0.2, batch_size=16) as opened:
        yield opened


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """The clock that the runtime waits by."""
    fake = FakeTime()
    monkeypatch.setattr(waiting, "time", fake)
    return fake
