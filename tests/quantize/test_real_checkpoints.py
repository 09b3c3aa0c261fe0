"""Accuracy of quantization on real checkpoints and real images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.frontend.torch_export import import_module
from fpgaflow.interpret.torch_engine import TorchInterpreter
from fpgaflow.interpret.torch_real import run_real
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import Settings, quantize
from tests.real_data import read_cifar10_png4000

pytestmark = pytest.mark.data

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CALIBRATION = 256
BATCH = 256


@pytest.mark.parametrize("bits", [8, 6])
@pytest.mark.parametrize("checkpoint", ["resnet20-12fca82f.th", "resnet56-4bfd9763.th"])
def test_the_class_agrees_with_floating_point(data_dir: Path, checkpoint: str, bits: int):
    model = load_model(data_dir / "checkpoints" / checkpoint)
    assert model.input_shape is not None
    graph = canonicalize(
        import_module(model.payload, model.input_shape, name="net"), mean=MEAN, std=STD
    )
    images, _ = read_cifar10_png4000(data_dir)
    fixed = quantize(graph, images[:CALIBRATION], Settings(weight_bits=bits, activation_bits=bits))
    held_out = images[CALIBRATION:]
    output = graph.outputs[0]
    expected = np.concatenate(
        [
            run_real(graph, held_out[start : start + BATCH])[output].argmax(1).numpy()
            for start in range(0, len(held_out), BATCH)
        ]
    )
    found = TorchInterpreter(fixed).run(held_out)[fixed.outputs[0]].argmax(1)
    assert len(held_out) == 3744
    assert np.mean(found == expected) >= {8: 0.995, 6: 0.985}[bits]
