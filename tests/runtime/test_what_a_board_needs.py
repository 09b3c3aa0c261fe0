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
from fpgaflow.api.bundle_contents import assemble
from tests.runtime.bundles import parts

PACKAGE = Path(fpgaflow.__file__).parent
# The parts of the package that a bundle carries; PyTorch's half of the interpreter runs elsewhere.
BOARD_FILES = sorted(
    path
    for place in ("__init__.py", "errors.py", "version.py", "ir", "interpret", "engine", "runtime")
    for path in ([PACKAGE / place] if place.endswith(".py") else (PACKAGE / place).rglob("*.py"))
    if not path.name.startswith("torch_")
)

# Each of these is in the reference manual of NumPy 1.21, which a PYNQ-Z2's last image has.
NUMPY_1_21 = {
    "False_", "True_", "abs", "add", "any", "arange", "argwhere", "array", "asarray",
    "ascontiguousarray", "bool_", "broadcast_to", "clip", "concatenate", "dtype", "einsum", "empty",
    "errstate", "float64", "floor", "frombuffer", "full", "generic", "iinfo", "int32", "int64",
    "int8", "ldexp", "lib", "lib.format", "lib.format.read_array_header_1_0",
    "lib.format.read_magic", "lib.format.write_array", "logical_or", "logical_or.reduce", "max",
    "maximum", "minimum", "moveaxis", "ndarray", "newaxis", "object_", "ogrid", "outer", "pad",
    "prod", "random", "random.default_rng", "sign", "uint8", "where", "zeros", "zeros_like",
}  # fmt: skip


def numpy_names(path: Path) -> Iterator[str]:
    """Every name of NumPy's, with dots: `lib.format.read_magic`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            text = ast.unparse(node)
            if text.startswith("np.") and text.replace(".", "").isidentifier():
                yield text.removeprefix("np.")
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names if alias.name.startswith("numpy")} <= {
                "numpy"
            }, path
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


def test_a_bundle_carries_the_files_that_are_checked_here() -> None:
    _, files = assemble(parts())
    carried = {
        path.removeprefix("runtime/fpgaflow/") for path in files if path.startswith("runtime/")
    }
    checked = {path.relative_to(PACKAGE).as_posix() for path in BOARD_FILES}
    assert checked <= carried
    assert {path for path in carried - checked if not path.startswith("interpret/torch_")} == set()


# What a board has no use for before it opens a bundle, or at all. Each of them takes as long to
# import as a large part of the runtime; `benchmarks/runtime_import.py` measures the whole.
NOT_YET = {
    *("torch", "pynq", "click", "rich", "matplotlib", "PIL", "onnx", "hls4ml", "sklearn"),
    *("argparse", "asyncio", "concurrent", "csv", "decimal", "email", "fractions", "html", "http"),
    *("importlib.metadata", "importlib.resources", "logging", "multiprocessing", "pydoc", "queue"),
    *("socket", "sqlite3", "ssl", "statistics", "subprocess", "tomllib", "unittest", "uuid", "xml"),
    *("fpgaflow.interpret.numpy_engine", "fpgaflow.runtime.emulation", "fpgaflow.hardware"),
    *("fpgaflow.runtime.pynq_board", "fpgaflow.runtime.description"),
}
MOST_OWN_MODULES = 30


def test_importing_the_runtime_loads_numpy_and_little_else() -> None:
    script = """
import sys
import numpy
before = set(sys.modules)
import fpgaflow.runtime
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert loaded & NOT_YET == set()
    tops = {name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert {name for name in tops if not name.startswith(("_", "cython_"))} == {"fpgaflow", "numpy"}
    own = {name for name in loaded if name.startswith("fpgaflow.")}
    assert {name.split(".")[1] for name in own} <= {
        "runtime",
        "interpret",
        "ir",
        "errors",
        "version",
    }
    assert len(own) <= MOST_OWN_MODULES
