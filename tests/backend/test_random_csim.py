"""Random networks: the C-simulation gives the interpreter's integers, on every layer."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from fpgaflow.backend.csim import simulate
from fpgaflow.backend.spatial.emit import emit_project
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.ir.graph import Graph
from tests.backend.projects import TARGET
from tests.backend.test_csim import assert_exact
from tests.strategies import fixed_graphs, images_for

pytestmark = [pytest.mark.csim, pytest.mark.extended, pytest.mark.timeout(3600)]


# Shrinking would compile hundreds of networks; the graph that fails is small enough to read.
@seed(20)
@settings(
    max_examples=50,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(graph=fixed_graphs(max_nodes=10))
def test_random_networks_are_exact(graph: Graph) -> None:
    with tempfile.TemporaryDirectory() as name:
        project = Path(name) / "project"
        emit_project(graph, choose_folding(graph, 60), TARGET, project)
        images = images_for(graph)
        assert_exact(graph, images, simulate(project, images, trace=True))
