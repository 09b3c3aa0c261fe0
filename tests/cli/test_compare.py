"""The table over several model files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from fpgaflow.zoo import build
from tests.api.tiny import tiny_module
from tests.cli.conftest import Invoke


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """ResNet-20 and ResNet-32 with seeded weights, for digits."""
    folder = tmp_path_factory.mktemp("networks")
    paths = (folder / "a.pt", folder / "b.pt")
    for name, path in zip(("resnet32", "resnet20"), paths, strict=True):
        torch.manual_seed(1)
        torch.save(build(name, in_channels=1).state_dict(), path)
    return paths


def test_counts_are_exact(invoke: Invoke, networks: tuple[Path, Path]) -> None:
    result = invoke("compare", *networks, "--json", "--input-shape", "1,32,32")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    deep, shallow = found["networks"]
    assert found["batch"] == 32
    assert (deep["architecture"], shallow["architecture"]) == ("resnet32", "resnet20")
    # The grey stem saves 2 x 16 x 9 weights, at 32 x 32 places.
    assert deep["costs"]["macs"] == 68_862_592 - 288 * 1024
    assert shallow["costs"]["macs"] == 40_551_040 - 288 * 1024
    assert deep["costs"]["parameters"] == 464_154 - 288
    assert (deep["costs"]["depth"], shallow["costs"]["depth"]) == (32, 20)
    batch_norm = 7 * 16_384 + 6 * 8_192 + 6 * 4_096
    assert shallow["paper_flops"] == shallow["costs"]["macs"] + 4 * batch_norm
    assert deep["macs_reduction"] == 0
    assert shallow["macs_reduction"] == 1 - shallow["costs"]["macs"] / deep["costs"]["macs"]
    assert shallow["accuracy"] is None
    assert shallow["drop"] is None
    assert shallow["cpu_seconds"] > 0


def test_the_table(invoke: Invoke, networks: tuple[Path, Path]) -> None:
    result = invoke("compare", *networks, "--data", "digits", "--limit", 20)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    titles = [line.split("  ")[0] for line in lines if line[:1].isalpha()]
    assert titles == [
        "architecture", "input", "accuracy (measured)", "parameters", "MACs", "FLOPs", "depth",
        "thin layers", "model size", "memory", "Mem R+W", "CPU time, 32 images (measured)",
        "accuracy on 20 images of digits", f"CPU time: median, {torch.get_num_threads()} threads",
    ]  # fmt: skip
    cells = {line.split("  ")[0]: line.split()[-2:] for line in lines}
    assert cells["input"] == ["1x8x8", "1x8x8"]
    assert cells["depth"] == ["32", "20"]
    drops = next(line.split()[-2:] for line in lines if line.startswith("  drop"))
    first, second = (float(cell.rstrip("%")) for cell in cells["accuracy (measured)"])
    assert drops == ["0.00", f"{first - second + 0.0:.2f}"]


def test_accuracy_is_that_of_evaluate(invoke: Invoke, files: Path) -> None:
    result = invoke("compare", files / "tiny.pt", "--data", files / "images.npz", "--json")
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)["networks"]
    assert (found["accuracy"], found["drop"]) == (1.0, 0.0)
    state = tiny_module().state_dict().values()
    assert found["model_bytes"] == sum(one.numel() * one.element_size() for one in state)
    assert found["costs"]["macs"] == 4800


def test_images_of_the_wrong_size(invoke: Invoke, files: Path) -> None:
    result = invoke("compare", files / "tiny.pt", "--input-shape", "3,32,32")
    assert result.exit_code == 3
    assert f"{files / 'tiny.pt'} cannot take images of 3x32x32" in " ".join(result.stderr.split())


def test_no_model_is_a_usage_error(invoke: Invoke) -> None:
    assert invoke("compare").exit_code == 2
