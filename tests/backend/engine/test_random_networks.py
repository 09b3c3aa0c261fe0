"""Random networks: what compiles gives the interpreter's integers, and most of it compiles."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings

from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import UnsupportedOperator
from fpgaflow.ir.graph import Graph
from tests.backend.engine.machines import CONFIGS, assert_equal_to_the_interpreter
from tests.strategies import fixed_graphs


def _count_refusals(config: EngineConfig, examples: int, **options: object) -> Counter[str]:
    counts: Counter[str] = Counter()

    @settings(max_examples=examples)
    @given(fixed_graphs(**options))  # pyright: ignore[reportArgumentType]
    def each(graph: Graph) -> None:
        try:
            assert_equal_to_the_interpreter(graph, config)
        except UnsupportedOperator:
            counts["refused"] += 1
        counts["all"] += 1

    each()
    return counts


@pytest.mark.parametrize("config", CONFIGS, ids=lambda one: f"{one.lanes_k}x{one.lanes_p}")
def test_bytes_rounded_and_saturated(config: EngineConfig) -> None:
    counts = _count_refusals(config, 40, max_width=8, all_modes=False)
    assert counts["refused"] < counts["all"] / 4


def test_wide_formats_and_all_modes() -> None:
    counts = _count_refusals(CONFIGS[0], 60, max_width=16, all_modes=True)
    assert counts["refused"] < counts["all"]
