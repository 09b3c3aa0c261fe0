"""A pruned network is a network like any other: it compiles from its weights alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.torch import save_file

import fpgaflow
from fpgaflow.compress.blocks import remove_block
from fpgaflow.compress.surgery import keep_channels
from tests.compress.surgery_cases import randomised, small_resnet


def test_a_pruned_residual_network_compiles(tmp_path: Path) -> None:
    net = randomised(small_resnet()).float()
    keep = {"conv1": [0, 1, 3, 5, 7, 8], "layer2.1.conv1": [0, 3], "layer3.0.conv1": [1]}
    pruned = remove_block(keep_channels(net, (3, 8, 8), keep), "layer3.1")
    model = tmp_path / "pruned.safetensors"
    save_file(pruned.state_dict(), model)
    fpgaflow.compile(
        model,
        output=tmp_path / "build",
        example_input=(3, 8, 8),
        calibration=np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), np.uint8),
        calibration_images=4,
        evaluation_images=0,
        simulate=0,
        allow_oversize=True,
    )
    assert (tmp_path / "build" / "report.json").is_file()
