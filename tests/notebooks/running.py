"""Runs a notebook with nbmake, in a kernel of its own, and looks at what came out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.resources import share_dir

PACKAGE_PARENT = Path(__file__).resolve().parents[2]
# What a user's shell may hold, and the tests must not.
_UNSET = ("BOARD", "MPLBACKEND")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What a notebook printed and drew."""

    text: str
    warnings: str
    pictures: int


def run_notebook(path: Path, *, on_path: bool = True, startup: str = "") -> Outputs:
    """Run a notebook in its folder; a cell that fails is a test that fails.

    Args:
        path: the notebook, which takes its outputs.
        on_path: whether it can import the package that is tested; else only what it finds itself.
        startup: Python that the kernel runs first, as IPython's startup folder lets it.
    """
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in _UNSET and not key.startswith(("FPGAFLOW_", "PYTEST_"))
    }
    environment |= {"IPYTHONDIR": str(path.parent / ".ipython"), "OMP_NUM_THREADS": "1"}
    if startup:
        folder = path.parent / ".ipython/profile_default/startup"
        folder.mkdir(parents=True)
        (folder / "00-first.py").write_text(startup)
    if on_path:
        environment["PYTHONPATH"] = str(PACKAGE_PARENT)
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(path.parent)),
        *("-p", "no:cacheprovider", "--nbmake", "--overwrite", "--nbmake-timeout=1500", str(path)),
    ]
    done = subprocess.run(
        command, cwd=path.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return _outputs(path)


def copy_notebook(name: str, folder: Path) -> Path:
    """Copy a notebook to where it may run."""
    return Path(shutil.copy(share_dir("notebooks") / name, folder))


def _outputs(path: Path) -> Outputs:
    cells = json.loads(path.read_text())["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    streams = [one for one in outputs if one["output_type"] == "stream"]
    return Outputs(
        text="".join("".join(one["text"]) for one in streams if one["name"] == "stdout"),
        warnings="".join("".join(one["text"]) for one in streams if one["name"] == "stderr"),
        pictures=sum("image/png" in one.get("data", {}) for one in outputs),
    )
