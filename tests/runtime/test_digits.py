"""A thousand handwritten digits through the emulated board."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgaflow.data import load_images
from fpgaflow.interpret import numpy_engine
from fpgaflow.runtime import Accelerator, read_bundle
from tests.compiled_digits import bundle_path, simulated_per_image, write_bundles
from tests.hardware.small_graphs import resnet
from tests.runtime.bundles import BOARDS, PYNQ, make_test_bundle

BUNDLES = os.environ.get("FPGAFLOW_DIGITS_BUNDLES", "")
"""Where `make test-board` put bundles that were compiled and simulated; to make them is slow."""


def digits() -> NDArray[np.uint8]:
    """All digits, uint8 [1797, 8, 8, 1]; `make test-board` hands them to pynq's environments."""
    if os.environ.get("FPGAFLOW_DIGITS"):
        return np.load(os.environ["FPGAFLOW_DIGITS"])
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    return load_images("digits").images


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the bundles that were compiled and simulated."""
    if BUNDLES:
        return Path(BUNDLES)
    pytest.importorskip("torch", reason="`make test-board` makes the bundles where torch is")
    folder = tmp_path_factory.mktemp("digits")
    write_bundles(folder)
    return folder


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


def slow(test: Callable[[Path], None]) -> Callable[[Path], None]:
    """Leave a test to the extended set where it would have to compile first."""
    if BUNDLES:
        return test
    return pytest.mark.extended(pytest.mark.csim(pytest.mark.timeout(1800)(test)))


@slow
def test_a_thousand_digits_through_a_network_that_was_simulated(compiled: Path) -> None:
    images = digits()[:1000]
    bundle = read_bundle(bundle_path(compiled, BOARDS[0]))
    with Accelerator(bundle, emulate=True) as accelerator:
        assert accelerator.board.endswith("without pynq" if PYNQ is None else f"pynq {PYNQ}")
        found = accelerator.predict(images)
        expected = numpy_engine.run(bundle.graph, images)[bundle.graph.outputs[0]]
        assert np.array_equal(found, expected)
        counted = accelerator.counters
        assert accelerator.compare().equal
    # By the board, by the model, and by the C-simulation of the wrapped design.
    simulated = simulated_per_image(bundle)
    assert simulated.keys() == bundle.manifest.per_image.keys()
    for name, each in simulated.items():
        assert counted[name] == 1000 * bundle.manifest.per_image[name] == 1000 * each, name
