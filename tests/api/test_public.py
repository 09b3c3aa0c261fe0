"""What `import fpgaflow` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import fpgaflow


def test_the_public_names() -> None:
    assert set(fpgaflow.__all__) == {
        "Board",
        "Build",
        "DeviceFailed",
        "DoesNotFit",
        "FpgaflowError",
        "ImageSet",
        "InputRefused",
        "LayerBits",
        "Predictions",
        "Simulation",
        "ToolFailed",
        "ToolMissing",
        "UnsupportedOperator",
        "VerificationFailed",
        "__version__",
        "compile",
        "explore",
        "list_boards",
        "load",
        "load_board",
        "load_images",
    }
    for name in fpgaflow.__all__:
        assert getattr(fpgaflow, name) is not None
    assert dir(fpgaflow) == sorted(fpgaflow.__all__)


def test_importing_loads_nothing_heavy() -> None:
    script = (
        "import sys, fpgaflow, fpgaflow.cli.group\n"
        "sys.exit(','.join({'numpy', 'torch', 'hls4ml', 'rich', 'onnx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert not done.stderr.strip(), done.stderr
