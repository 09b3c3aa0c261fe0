"""The example of `docs/board.md`, run as it stands, from a bundle and with nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from fpgaflow.runtime import read_bundle
from tests.runtime.bundles import pixels

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
