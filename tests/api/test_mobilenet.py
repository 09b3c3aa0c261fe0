"""MobileNet's depthwise convolutions go all the way into a project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

import fpgaflow
from fpgaflow.zoo.mobilenet import MobileNet, MobileNetConfig


def test_a_narrow_mobilenet_compiles(tmp_path: Path) -> None:
    torch.manual_seed(2)
    module = MobileNet(MobileNetConfig(stem=2, widths=(3,) * 13, classes=3)).eval()
    output = tmp_path / "build"
    images = np.random.default_rng(2).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
    build = fpgaflow.compile(
        module, output=output, calibration=images, simulate=0, allow_oversize=True
    )
    assert (output / "hls").is_dir()
    # The stem, a depthwise and a 1x1 convolution for each pair, and the linear layer.
    assert sum(layer.macs > 0 for layer in build.report.layers) == 2 + 2 * 13
