"""ResNet-20 on real images in an environment without PyTorch, as on a board."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.interpret import numpy_engine
from fpgaflow.runtime import Accelerator, read_bundle
from tests.runtime.bundles import BOARDS

pytestmark = pytest.mark.data


@pytest.mark.parametrize("board", BOARDS)
def test_a_bundle_of_resnet20_is_exact(board: str) -> None:
    folder = os.environ.get("FPGAFLOW_RESNET20", "")
    if not folder:
        pytest.skip("FPGAFLOW_RESNET20 is not set; `make test-board` sets it with FPGAFLOW_DATA")
    bundle = read_bundle(Path(folder) / f"resnet20-{board}.fpgaflow.zip")
    images = bundle.golden_images
    assert len(images) == 20
    with Accelerator(bundle, emulate=True, batch_size=8) as accelerator:
        found = accelerator.predict(images)
        assert np.array_equal(
            found, numpy_engine.run(bundle.graph, images)[bundle.graph.outputs[0]]
        )
        assert np.array_equal(found, bundle.golden_scores)
        assert accelerator.compare().equal
        assert accelerator.counters["frames_done"] == 20
