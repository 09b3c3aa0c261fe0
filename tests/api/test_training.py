"""Training from every kind of data source."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fpgaflow.api.training import default_augmentation, read_training_data, train_model
from fpgaflow.compress.model_file import read_note
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused
from tests.data.helpers import binary_batch, cifar_files, idx_labels, pixels, write_files
from tests.data.helpers import write_mnist as write_part


def write_npz(folder: Path) -> str:
    np.savez(folder / "d.npz", images=pixels(30, 9, 7, 2), labels=np.arange(30) % 5)
    return str(folder / "d.npz")


def write_folder(folder: Path) -> str:
    for number in range(24):
        place = folder / "pictures" / "abcd"[number // 6]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels(8, 8, 3, seed=number)).save(place / f"{number}.png")
    return str(folder / "pictures")


def write_cifar(folder: Path) -> str:
    write_files(folder / "cifar", cifar_files(binary_batch, ".bin", count=4))
    return f"cifar10:{folder / 'cifar'}"


def write_mnist(folder: Path) -> str:
    for stem, count in (("train", 20), ("t10k", 10)):
        write_part(folder / "mnist", count, stem=stem)
    labels = gzip.compress(idx_labels((np.arange(10) % 10).astype(np.uint8)))
    (folder / "mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(labels)
    return f"mnist:{folder / 'mnist'}"


@pytest.mark.parametrize(
    ("write", "shape", "classes", "sizes", "augment"),
    [
        (write_npz, (2, 9, 7), 5, (27, 3), "none"),
        (write_folder, (3, 8, 8), 4, (22, 2), "crop-flip"),
        (write_cifar, (3, 32, 32), 10, (20, 4), "crop-flip"),
        (write_mnist, (1, 28, 28), 10, (20, 10), "none"),
    ],
)
def test_the_network_is_built_for_the_images(
    *,
    tmp_path: Path,
    write: Callable[[Path], str],
    shape: tuple[int, int, int],
    classes: int,
    sizes: tuple[int, int],
    augment: str,
) -> None:
    data = write(tmp_path)
    settings = TrainSettings(epochs=1, batch=16, augment=default_augmentation(data))
    trained = train_model(data, tmp_path / "m.safetensors", settings, arch="resnet20")
    assert settings.augment == augment
    assert trained.data.input_shape == shape
    assert trained.data.classes == classes
    assert (len(trained.data.train), len(trained.data.validation)) == sizes
    note = read_note(trained.output.read_bytes())
    assert note is not None
    assert note.input_shape == shape


def test_a_named_part_is_split_itself(tmp_path: Path) -> None:
    read = read_training_data("digits:test")
    assert (len(read.train), len(read.validation)) == (322, 35)
    whole = read_training_data("digits")
    assert (len(whole.train), len(whole.validation)) == (1440, 357)
    other = read_training_data("digits", "digits:train")
    assert len(other.validation) == 1440


def test_a_network_that_cannot_be_trained(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"nonsense")
    with pytest.raises(InputRefused, match=r"m\.onnx"):
        train_model("digits", tmp_path / "o.safetensors", TrainSettings(), init=tmp_path / "m.onnx")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "m.training").write_text("")
    with pytest.raises(InputRefused) as caught:
        train_model("digits", tmp_path / "m.safetensors", TrainSettings(), arch="resnet20")
    assert str(caught.value) == (
        f"the folder {tmp_path / 'm.training'} cannot be made: File exists\n"
        "  what to do: name another output with -o"
    )


def test_what_is_held_out_has_every_class_though_they_come_in_turn(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", images=pixels(200, 8, 8, 1), labels=np.arange(200) % 10)
    data = read_training_data(str(tmp_path / "d.npz"))
    assert data.train.labels is not None
    assert data.validation.labels is not None
    assert np.bincount(data.validation.labels).tolist() == [2] * 10
    assert np.bincount(data.train.labels).tolist() == [18] * 10
