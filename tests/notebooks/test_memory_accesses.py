"""`02_memory_accesses`: with bundles at hand, as on a board; and from training on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fpgaflow.api.bundle_contents import assemble
from fpgaflow.api.bundle_file import write_bundle
from fpgaflow.hardware.memory import layer_by_layer_memory
from fpgaflow.ir.graph import Graph
from tests.hardware.small_graphs import resnet
from tests.notebooks.running import Outputs, copy_notebook, run_notebook
from tests.runtime.bundles import BOARDS, parts

NAME = "02_memory_accesses.ipynb"


def counted_weights(found: Outputs) -> list[int]:
    """The reads of weights of the three networks, which must be as predicted."""
    assert found.warnings == ""
    assert found.pictures == 3
    rows = [line.split() for line in found.text.splitlines() if line.startswith("weights read, ")]
    predicted, counted = ([int(word.replace(",", "")) for word in row[-3:]] for row in rows)
    assert predicted == counted
    return counted


def write(graph: Graph, path: Path) -> None:
    reference = {"bytes": layer_by_layer_memory(graph).off_chip.total.bytes}
    report = {"memory": {"original": {"off_chip": {"total": reference}}}}
    given = replace(parts(graph, BOARDS[0]), more={"report.json": json.dumps(report).encode()})
    write_bundle(path, *assemble(given), force=False)


def test_bundles_at_hand_are_counted(tmp_path: Path) -> None:
    folder = tmp_path / "memory-accesses"
    folder.mkdir()
    for name, depth, widths in (
        ("original", 14, (4, 6)),
        ("pruned", 14, (2, 4)),
        ("fused", 10, (2, 4)),
    ):
        graph = resnet(depth, size=6, channels=1, widths=widths)
        write(graph, folder / f"{name}.fpgaflow.zip")
    found = run_notebook(copy_notebook(NAME, tmp_path), on_path=False)
    original, pruned, fused = counted_weights(found)
    assert original > pruned > fused


@pytest.mark.timeout(1800)
@pytest.mark.extended
def test_bundles_are_made(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the notebook trains with PyTorch")
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    original, pruned, fused = counted_weights(run_notebook(copy_notebook(NAME, tmp_path)))
    assert original > pruned > fused
