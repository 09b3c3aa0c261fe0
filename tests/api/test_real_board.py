"""ResNet-20 on real images through the emulated board: scores, counters, both cores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fpgaflow
from fpgaflow.api.emulated_board import emulated_board
from fpgaflow.interpret import numpy_engine
from fpgaflow.runtime import Accelerator, read_bundle
from tests.real_data import read_cifar10_jpeg
from tests.real_networks import GOLDEN, compile_resnet20, write_resnet20_bundle

pytestmark = [pytest.mark.data, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def build(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> fpgaflow.Build:
    return compile_resnet20(data_dir, tmp_path_factory.mktemp("resnet20"))


@pytest.fixture(scope="module")
def bundle_path(
    data_dir: Path, build: fpgaflow.Build, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return write_resnet20_bundle(data_dir, build, tmp_path_factory.mktemp("bundle"))


def exact(build: fpgaflow.Build, images: np.ndarray) -> np.ndarray:
    """What NumPy's interpreter says; the emulated board computes by PyTorch's."""
    return numpy_engine.run(build.graph, images)[build.graph.outputs[0]]


def test_a_bundle_of_resnet20_is_exact_on_the_emulated_board(
    data_dir: Path, build: fpgaflow.Build, bundle_path: Path
) -> None:
    images, labels = read_cifar10_jpeg(data_dir, "test", slice(0, GOLDEN))
    bundle = read_bundle(bundle_path)
    assert np.array_equal(bundle.golden_images, images)
    with Accelerator(bundle, emulate=True, batch_size=8) as accelerator:
        found = accelerator.predict(images)
        assert np.array_equal(found, exact(build, images))
        # 88 in a hundred are right.
        assert (found.argmax(1) == labels).sum() >= 14
        assert accelerator.compare().equal
        assert accelerator.counters["off_chip_input"] == GOLDEN * 32 * 32 * 3
        assert accelerator.self_test().images == GOLDEN


@pytest.mark.extended
def test_two_hundred_images_are_exact(
    data_dir: Path, build: fpgaflow.Build, bundle_path: Path
) -> None:
    images, labels = read_cifar10_jpeg(data_dir, "test", slice(0, 200))
    with Accelerator(bundle_path, emulate=True) as accelerator:
        found = accelerator.predict(images)
        assert np.array_equal(found, exact(build, images))
        assert (found.argmax(1) == labels).mean() > 0.8
        assert accelerator.compare().equal


@pytest.mark.extended
@pytest.mark.csim
def test_the_c_simulation_gives_the_same_on_the_emulated_board(
    data_dir: Path, build: fpgaflow.Build, bundle_path: Path
) -> None:
    images, _ = read_cifar10_jpeg(data_dir, "test", slice(0, 6))
    with Accelerator(bundle_path, emulate=True) as accelerator:
        interpreted = accelerator.predict(images), accelerator.counters
    with (
        emulated_board(build.folder, core="csim") as board,
        Accelerator(board.bundle, emulate=board, batch_size=4) as accelerator,
    ):
        simulated = accelerator.predict(images), accelerator.counters
        assert accelerator.compare().equal
    assert np.array_equal(simulated[0], interpreted[0])
    assert np.array_equal(simulated[0], exact(build, images))
    assert dict(simulated[1]) == dict(interpreted[1])
