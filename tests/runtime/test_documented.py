"""The example of `docs/board.md`, run as it stands, from a bundle and with nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from fpgaflow.runtime import read_bundle
from tests.backend.networks import residual
from tests.runtime.bundles import pixels
from tests.runtime.engine_bundles import make_engine_bundle

PAGE = Path(__file__).resolve().parents[2] / "docs/board.md"


def test_the_example_runs(bundle_path: Path, tmp_path: Path) -> None:
    found = re.search(r"```python\n(import sys.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    script = found[1].replace("resnet20-pynq-z2.fpgaflow.zip", str(bundle_path))
    script = script.replace("throughput_test()", "throughput_test(images=20)")
    np.savez(tmp_path / "images.npz", images=pixels(read_bundle(bundle_path).graph, 5))
    done = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "8 images: every score and every counter is as it should be"
    assert lines[1] == str(5 * 25)
    assert lines[2] == "5 images"
    assert lines[-1].startswith("{'runtime[ms]': ")
    assert "DIFFERS" not in done.stdout


def test_two_networks_take_turns_as_documented(tmp_path: Path) -> None:
    """From the runtime that a bundle carries, the engine's parts included."""
    found = re.search(r"```python\n(with Accelerator.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    first = make_engine_bundle(tmp_path)
    second = make_engine_bundle(tmp_path, residual())
    body = found[1].replace("resnet20.fpgaflow.zip", str(first))
    body = body.replace("densenet40.fpgaflow.zip", str(second))
    assert str(second) in body
    script = (
        f"import sys\nsys.path.insert(0, {str(first / 'runtime')!r})\n"
        f"from fpgaflow.runtime import Accelerator\n{body}"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    line = "8 images: every score and every counter is as it should be"
    assert done.stdout.splitlines() == [line, line]
