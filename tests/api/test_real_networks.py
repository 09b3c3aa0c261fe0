"""Whole networks on real images: every integer of the C-simulation equals the interpreter's."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import fpgaflow
from fpgaflow import zoo
from tests.real_data import write_cifar10_png4000

pytestmark = [pytest.mark.data, pytest.mark.csim, pytest.mark.timeout(1500)]

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@pytest.fixture(scope="module")
def images(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("images") / "images.npz"
    return str(write_cifar10_png4000(data_dir, path, slice(0, 320)))


def compiled(model: object, images: str, output: Path, *, calibration: int) -> fpgaflow.Build:
    return fpgaflow.compile(
        model,
        output=output,
        mean=MEAN,
        std=STD,
        example_input=(3, 32, 32),
        calibration=images,
        calibration_images=calibration,
        evaluation_images=0,
        allow_oversize=True,
        simulate=0,
    )


@pytest.mark.parametrize(
    ("checkpoint", "count"), [("resnet20-12fca82f.th", 32), ("resnet56-4bfd9763.th", 4)]
)
def test_a_checkpoint_is_exact_in_every_layer(
    data_dir: Path, images: str, tmp_path: Path, checkpoint: str, count: int
) -> None:
    path = data_dir / "checkpoints" / checkpoint
    build = compiled(path, images, tmp_path / "build", calibration=256)
    simulation = build.simulate(images=count)
    assert (simulation.images, simulation.random_images) == (count, 0)
    assert simulation.layers_compared == len(build.graph.nodes)


@pytest.mark.parametrize("name", ["densenet40", "vgg16_bn"])
def test_a_large_network_with_seeded_weights_is_exact(
    images: str, tmp_path: Path, name: str
) -> None:
    torch.manual_seed(0)
    module = zoo.build(name)
    with torch.no_grad():
        module.train()(torch.randn(16, 3, 32, 32))  # batch norms that have seen something
    build = compiled(module.eval(), images, tmp_path / "build", calibration=32)
    simulation = build.simulate(images=2)
    assert (simulation.images, simulation.random_images) == (2, 0)
