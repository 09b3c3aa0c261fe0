from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.zoo import count_macs, count_parameters

pytestmark = pytest.mark.data


@pytest.mark.parametrize(
    ("name", "architecture", "parameters", "macs"),
    [
        ("resnet20-12fca82f.th", "resnet20", 269_722, 40_551_040),
        ("resnet20-cifar10jpeg.pt", "resnet20", 269_722, 40_551_040),
        ("resnet56-4bfd9763.th", "resnet56", 853_018, 125_485_696),
        ("resnet56-cifar10jpeg.pt", "resnet56", 853_018, 125_485_696),
    ],
)
def test_published_checkpoints(
    data_dir: Path, name: str, architecture: str, parameters: int, macs: int
) -> None:
    loaded = load_model(data_dir / "checkpoints" / name)
    assert loaded.kind == "module"
    assert loaded.architecture == architecture
    assert loaded.input_shape == (3, 32, 32)
    # The first eight digits of the published checkpoints' names are of their sha256.
    stem = name.partition("-")[2].partition(".")[0]
    assert loaded.sha256.startswith(stem) or stem == "cifar10jpeg"
    assert isinstance(loaded.payload, nn.Module)
    assert count_parameters(loaded.payload) == parameters
    assert count_macs(loaded.payload, (3, 32, 32)) == macs


def test_accuracy_on_lossless_training_images(data_dir: Path) -> None:
    """A wrong shortcut or a swapped tensor would drop the accuracy to chance."""
    image_module = pytest.importorskip("PIL.Image")
    numpy = pytest.importorskip("numpy")
    folder = data_dir / "cifar10-png4000"
    rows = numpy.asarray(image_module.open(folder / "cifar10_batch_0.png"))[:256]
    pixels = torch.from_numpy(rows.reshape(-1, 32, 32, 3).copy()).permute(0, 3, 1, 2)
    labels = torch.from_numpy(numpy.load(folder / "recovered_labels.npz")["labels"][:256].copy())
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    module = load_model(data_dir / "checkpoints" / "resnet20-12fca82f.th").payload
    assert isinstance(module, nn.Module)
    with torch.no_grad():
        predicted = module((pixels / 255 - mean) / std).argmax(1)
    assert float((predicted == labels.long()).float().mean()) > 0.95
