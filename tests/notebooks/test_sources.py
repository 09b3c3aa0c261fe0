"""The notebooks as they lie in git: no outputs, nothing that only one version of Jupyter has."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import pytest

from fpgaflow.resources import share_dir

NOTEBOOKS = sorted(share_dir("notebooks").glob("*.ipynb"))
# What a PYNQ image has, and the runtime.
ON_A_BOARD = {*sys.stdlib_module_names, "numpy", "matplotlib", "fpgaflow"}


def cells(path: Path, kind: str) -> list[dict[str, object]]:
    found = json.loads(path.read_text())["cells"]
    return [cell for cell in found if cell["cell_type"] == kind]


def test_there_are_four() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01_quickstart",
        "02_memory_accesses",
        "03_from_checkpoint_to_board",
        "04_networks_in_turn",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_nothing_but_the_source_is_kept(path: Path) -> None:
    for cell in cells(path, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
    metadata = json.loads(path.read_text())["metadata"]
    assert metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_they_import_what_a_board_has_and_start_with_a_title(path: Path) -> None:
    for cell in cells(path, "code"):
        lines = [line for line in cell["source"] if not line.startswith("%")]  # type: ignore[attr-defined]
        tree = ast.parse("".join(lines), feature_version=(3, 10))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= ON_A_BOARD
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] in ON_A_BOARD
    assert cells(path, "markdown")[0]["source"][0].startswith("# ")  # type: ignore[index]


def test_the_third_one_says_first_that_it_is_not_for_a_small_board() -> None:
    (first, *_) = cells(NOTEBOOKS[2], "markdown")
    assert "does not run on a PYNQ-Z2" in "".join(first["source"])  # type: ignore[arg-type]
