"""What a board's Python must have: Python 3.10's syntax, NumPy 1.21's names, nothing else."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import fpgaflow

PACKAGE = Path(fpgaflow.__file__).parent
# The parts of the package that a bundle carries; PyTorch's half of the interpreter runs elsewhere.
BOARD_FILES = sorted(
    path
    for place in ("errors.py", "version.py", "ir", "interpret", "runtime")
    for path in ([PACKAGE / place] if place.endswith(".py") else (PACKAGE / place).rglob("*.py"))
    if not path.name.startswith("torch_")
)

# Each of these is in the reference manual of NumPy 1.21, which a PYNQ-Z2's last image has.
NUMPY_1_21 = {
    "False_", "True_", "abs", "add", "arange", "argwhere", "array", "asarray", "ascontiguousarray",
    "clip", "concatenate", "dtype", "einsum", "empty", "errstate", "float64", "floor", "frombuffer",
    "full", "generic", "iinfo", "int64", "ldexp", "lib", "maximum", "minimum", "ndarray", "newaxis",
    "object_", "outer", "pad", "prod", "random", "sign", "uint8", "where", "zeros", "zeros_like",
}  # fmt: skip


def numpy_names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "np"
        ):
            yield node.attr
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("numpy"):
            assert node.module == "numpy.typing", path
            assert {alias.name for alias in node.names} <= {"NDArray"}, path


def test_numpy_is_used_by_names_that_1_21_has() -> None:
    used = {name for path in BOARD_FILES for name in numpy_names(path)}
    assert used - NUMPY_1_21 == set()


def test_the_syntax_is_that_of_python_3_10() -> None:
    for path in BOARD_FILES:
        ast.parse(path.read_text(), feature_version=(3, 10))


@pytest.mark.skipif(
    shutil.which("ruff", path=Path(sys.executable).parent) is None, reason="no ruff"
)
def test_the_linter_finds_nothing_newer_than_python_3_10() -> None:
    command = [
        *(sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache"),
        *("--target-version", "py310", "--select", "E9,F,YTT,NPY,UP036"),
        *map(str, BOARD_FILES),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_importing_the_runtime_loads_numpy_and_little_else() -> None:
    script = """
import sys
before = set(sys.modules)
import fpgaflow.runtime
loaded = {name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print(sorted(name for name in loaded if not name.startswith(("_", "cython_"))))
print(sorted(name for name in sys.modules if name.startswith("fpgaflow.")
    and name.split(".")[1] not in ("runtime", "interpret", "ir", "errors", "version")))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["['fpgaflow', 'numpy']", "[]"]
