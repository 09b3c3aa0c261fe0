"""Networks on the RTL: the interpreter's integers, and the counters that were predicted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.timing import MemoryTiming, limited_by, stalled
from fpgaflow.errors import DoesNotFit, UnsupportedOperator
from fpgaflow.hardware.cost import count_macs
from fpgaflow.ir.graph import Graph
from tests.real_data import read_cifar10_jpeg
from tests.rtl.models import FULL, SMALL, compiled
from tests.rtl.networks import check_network, quantized
from tests.strategies import fixed_graphs, images_for

RESNET20 = "resnet20-cifar10jpeg.pt"
RESNET56 = "resnet56-cifar10jpeg.pt"


@pytest.fixture(scope="module")
def small() -> Iterator[RtlEngine]:
    with RtlEngine(compiled(SMALL)) as engine:
        yield engine


@pytest.fixture(scope="module")
def rtl() -> Iterator[RtlEngine]:
    with RtlEngine(compiled(FULL)) as engine:
        yield engine


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=fixed_graphs(max_width=16, all_modes=False), seed=st.integers(0, 9))
def test_random_networks(small: RtlEngine, graph: Graph, seed: int) -> None:
    timing = stalled(seed) if seed % 2 else MemoryTiming()
    try:
        check_network(small, graph, images_for(graph, 2), timing, trace=True)
    except (UnsupportedOperator, DoesNotFit):
        return


@pytest.mark.data
def test_resnet20(rtl: RtlEngine, data_dir: Path) -> None:
    graph = quantized(data_dir, "resnet20", RESNET20)
    images, _ = read_cifar10_jpeg(data_dir, "test", slice(0, 4))
    compiled, run = check_network(rtl, graph, images, MemoryTiming())
    macs = len(images) * sum(count_macs(graph, node) for node in graph.nodes)
    # Its first layer reads pixels of two bytes, and multiplies both.
    assert run.counters["macs_useful"] >= macs
    assert macs / run.counters["cycles"] / FULL.dsps > 1.3
    assert not compiled.program.resident
    check_network(rtl, graph, images, stalled(1))
    check_network(rtl, graph, images[:1], MemoryTiming(), trace=True)


_NETWORKS = {
    "resnet8": (None, 20),
    "resnet20": (RESNET20, 20),
    "resnet56": (RESNET56, 20),
    "densenet40": (None, 20),
    "vgg16_bn": (None, 4),
}
"""Checkpoint, or seeded weights, and images."""


@pytest.mark.data
@pytest.mark.extended
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("architecture", _NETWORKS)
def test_real_images(rtl: RtlEngine, data_dir: Path, architecture: str) -> None:
    checkpoint, count = _NETWORKS[architecture]
    graph = quantized(data_dir, architecture, checkpoint)
    images, _ = read_cifar10_jpeg(data_dir, "test", slice(0, count))
    check_network(rtl, graph, images, MemoryTiming())
    check_network(rtl, graph, images, stalled(2))
    # A PYNQ-Z2's memory.
    check_network(rtl, graph, images[:2], limited_by(2.1, 100.0))
