"""Predictions, packages, stored images, names and shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fpgaflow.api import doctor, packages
from fpgaflow.api.dump import PassDump
from fpgaflow.api.network import example_shape, network_name, read_network
from fpgaflow.api.packages import require_packages
from fpgaflow.api.predictions import Predictions
from fpgaflow.api.stored_images import store_images, stored_images
from fpgaflow.errors import InputRefused, ToolMissing
from tests.api.tiny import tiny_images, tiny_module
from tests.backend.synthesis.fake_tools import install
from tests.small_networks import residual_network


def test_predictions() -> None:
    found = Predictions(logits=np.array([[0.0, 2.0, 1.0], [3.0, 3.0, 0.0]]))
    np.testing.assert_array_equal(found.classes, [1, 0])
    np.testing.assert_allclose(found.confidences.sum(1), 1)  # sums of rounded doubles
    assert found.top(0, 2) == (1, 2)
    assert found.top(1, 9) == (0, 1, 2)
    assert found.accuracy(np.array([1, 1])) == 0.5
    assert found.name(2) == "2"
    named = Predictions(logits=found.logits, class_names=("cat", "dog", "cow"))
    assert named.name(2) == "cow"


def test_missing_packages_are_named_with_the_command_that_installs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None if name in {"torch", "PIL"} else 1)
    with pytest.raises(ToolMissing) as caught:
        require_packages("fpgaflow compile")
    assert str(caught.value) == (
        "fpgaflow compile needs packages that are not installed: torch, Pillow\n"
        "  what to do: pip install 'fpgaflow[compile]'"
    )


def test_doctor_knows_what_is_there() -> None:
    findings = {finding.name: finding for finding in doctor.examine()}
    assert findings["torch"].found == torch.__version__
    assert findings["hls4ml"].found == "1.3.0"
    assert findings["g++"].required


def test_doctor_says_when_compiling_is_impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.can_compile(doctor.examine())
    monkeypatch.setenv("CXX", "no-such-compiler")
    findings = doctor.examine()
    assert not doctor.can_compile(findings)
    (compiler,) = (finding for finding in findings if finding.name == "no-such-compiler")
    assert compiler.found is None
    assert compiler.remedy == "Debian and Ubuntu: apt install g++; or set CXX"


def test_doctor_asks_the_vendors_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("fpgaflow.backend.synthesis.tools.INSTALL_FOLDERS", (str(tmp_path),))
    vivado = install(tmp_path, "vivado", "2024.1")
    old = install(tmp_path, "vitis_hls", "2022.1")
    findings = {finding.name: finding for finding in doctor.examine()}
    assert findings["Vivado"].found == f"Vivado 2024.1, {vivado}/bin/vivado"
    assert findings["Vitis HLS"].found is None
    assert findings["Vitis HLS"].remedy == (
        f"{old}/bin/vitis_hls is Vitis HLS 2022.1; Vitis HLS 2023.2 or later: install it and "
        "source its settings64.sh"
    )


def test_images_are_kept_with_labels_and_names(tmp_path: Path) -> None:
    store_images(tmp_path, tiny_images(40), np.arange(40), ("cat", "dog"))
    kept = stored_images(tmp_path)
    np.testing.assert_array_equal(kept.images, tiny_images(40)[:32])
    assert kept.labels is not None
    np.testing.assert_array_equal(kept.labels, np.arange(32))
    assert kept.class_names == ("cat", "dog")


def test_damaged_images_of_a_build_are_refused(tmp_path: Path) -> None:
    (tmp_path / "images.npz").write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(InputRefused, match=r"damaged or missing"):
        stored_images(tmp_path)


@pytest.mark.parametrize(
    ("example", "shape"),
    [
        (torch.zeros(2, 3, 8, 9), (3, 8, 9)),
        (np.zeros((3, 8, 9)), (3, 8, 9)),
        (np.zeros((5, 7)), (7,)),
        ((3, 8, 9), (3, 8, 9)),
        ([7], (7,)),
        (None, None),
    ],
)
def test_the_shape_of_an_example(example: object, shape: object) -> None:
    assert example_shape(example) == shape  # pyright: ignore[reportArgumentType]


def test_an_example_of_another_rank_is_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        example_shape((3, 8))
    assert str(caught.value) == (
        "the example input has the shape [3, 8]\n"
        "  accepted: a batch [n, channels, height, width] or [n, features], or the shape of one "
        "image: (channels, height, width) or (features,)"
    )


def test_a_module_needs_the_size_of_its_images() -> None:
    with pytest.raises(InputRefused) as caught:
        read_network(tiny_module())
    assert str(caught.value) == (
        "ResNet: the size of its input image is not known\n"
        "  accepted: an input shape, or calibration images of the right size\n"
        "  what to do: give --input-shape CHANNELS,HEIGHT,WIDTH (in Python: example_input=)"
    )


def test_names_of_networks_are_identifiers() -> None:
    assert network_name("dir/resnet20-12fca82f.th") == "resnet20_12fca82f"
    assert network_name(tiny_module()) == "ResNet"
    assert len(network_name("x" * 300 + ".pt")) == 40


def test_a_dump_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    dump = PassDump(tmp_path / "passes")
    blocker = tmp_path / "passes" / "00-frontend.txt"
    blocker.mkdir()
    with pytest.raises(InputRefused) as caught:
        dump("frontend", residual_network())
    assert str(caught.value) == (
        f"--dump-passes: {blocker} cannot be written: Is a directory\n"
        "  what to do: free some space, or name another folder"
    )
