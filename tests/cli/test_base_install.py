"""What works with NumPy and click alone, as on a board."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fpgaflow

BLOCK = """\
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {names}:
            raise ModuleNotFoundError(name=name)
sys.meta_path.insert(0, Block())
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in {names} else find(name)
sys.argv = ['fpgaflow', *{arguments}]
from fpgaflow.cli import main
main()
"""
ABSENT = {
    "torch",
    "hls4ml",
    "onnx",
    "safetensors",
    "rich",
    "jinja2",
    "matplotlib",
    "PIL",
    "sklearn",
}


def run_in_base_install(*arguments: object) -> subprocess.CompletedProcess[str]:
    script = BLOCK.format(names=repr(ABSENT), arguments=[str(part) for part in arguments])
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )


def test_a_build_runs_and_gives_the_same_scores(build: Path) -> None:
    done = run_in_base_install("run", build, "--json", "--top", 1)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["predictions"]
    expected = fpgaflow.load(build).run(np.load(build / "images.npz")["images"])
    assert [row["top"][0]["class"] for row in found] == expected.classes.tolist()
    assert [row["top"][0]["confidence"] for row in found] == expected.confidences.max(1).tolist()


@pytest.mark.parametrize("arguments", [("--help",), ("boards",), ("completion", "bash")])
def test_commands_that_need_nothing_more(arguments: tuple[str, ...]) -> None:
    done = run_in_base_install(*arguments)
    assert done.returncode == 0, done.stderr


def test_doctor_says_what_is_missing() -> None:
    done = run_in_base_install("doctor")
    assert done.returncode == 6
    assert "torch: pip install 'fpgaflow[compile]'\n" in done.stdout
    assert "scikit-learn: pip install 'fpgaflow[demo]'\n" in done.stdout


@pytest.mark.parametrize(
    "command",
    ["compile", "inspect", "simulate", "demo", "run", "prune", "slim", "fuse", "compress"],
)
def test_the_other_commands_name_what_they_need(command: str, files: Path) -> None:
    arguments = () if command == "demo" else (files / "tiny.pt",)
    done = run_in_base_install(command, *arguments)
    assert done.returncode == 6
    assert "needs packages that are not installed: torch, onnx, safetensors, hls4ml" in done.stderr
