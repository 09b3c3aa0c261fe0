"""A thousand handwritten digits through the emulated board."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgaflow.data import load_images
from fpgaflow.interpret import numpy_engine
from fpgaflow.runtime import Accelerator
from tests.hardware.small_graphs import resnet
from tests.runtime.bundles import BOARDS, make_test_bundle


def digits() -> NDArray[np.uint8]:
    """All digits, uint8 [1797, 8, 8, 1]; `make test-board` hands them to pynq's environments."""
    if os.environ.get("FPGAFLOW_DIGITS"):
        return np.load(os.environ["FPGAFLOW_DIGITS"])
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    return load_images("digits").images


def test_a_thousand_digits_equal_the_interpreter_and_the_counters_their_prediction(
    tmp_path: Path,
) -> None:
    images = digits()[:1000]
    graph = resnet(8, size=8, channels=1, widths=(2, 4, 6))
    with Accelerator(make_test_bundle(tmp_path, graph, BOARDS[0]), emulate=True) as accelerator:
        found = accelerator.predict(images)
        assert np.array_equal(found, numpy_engine.run(graph, images)["fc"])
        assert accelerator.compare().equal
        assert accelerator.counters["off_chip_input"] == 1000 * 64
