from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.folding import choose_folding, foldings, legal_reuse_factors
from tests.backend.networks import Builder, residual, signed, unsigned


@given(n_in=st.integers(1, 80), n_out=st.integers(1, 60))
def test_legal_reuse_factors_are_those_of_hls4ml(n_in: int, n_out: int) -> None:
    from hls4ml.backends import get_backend

    expected = get_backend("Vitis").get_valid_reuse_factors(n_in, n_out)
    assert list(legal_reuse_factors(n_in, n_out)) == expected


def test_legal_reuse_factors_of_odd_channel_counts() -> None:
    assert legal_reuse_factors(3 * 3 * 5, 11) == (1, 3, 5, 9, 15, 45, 495)
    assert len(legal_reuse_factors(3 * 3 * 16, 16)) == 19


def test_a_large_budget_unrolls_the_slowest_layer_and_no_other() -> None:
    folding = choose_folding(residual(), 10**6)
    # hls4ml's convolution takes at least four cycles for each of 36 pixels; the last layer uses
    # what that leaves it.
    assert folding.interval == 4 * 36 + 3
    assert {
        name: (layer.reuse_factor, layer.strategy, layer.multipliers, layer.interval)
        for name, layer in folding.layers.items()
    } == {
        "layer.0.conv": (1, "latency", 36, 147),
        "layer.1.conv": (1, "latency", 72, 147),
        "fc": (12, "resource", 1, 2 + 12 + 3),
    }


def test_a_small_budget_balances_the_layers() -> None:
    graph = residual()
    folding = choose_folding(graph, 10, fraction=0.9)
    assert folding.multipliers <= 9
    chosen = {name: layer.reuse_factor for name, layer in folding.layers.items()}
    assert chosen == {"layer.0.conv": 6, "layer.1.conv": 36, "fc": 12}
    # The next shorter interval does not fit.
    faster = choose_folding(graph, folding.multipliers + 1, fraction=1.0)
    assert faster.interval <= folding.interval


@given(dsp=st.integers(1, 400))
def test_more_multipliers_never_make_it_slower(dsp: int) -> None:
    graph = residual()
    less, more = choose_folding(graph, dsp), choose_folding(graph, dsp + 1)
    assert more.interval <= less.interval
    smallest = sum(foldings(graph, node)[-1].multipliers for node in graph.nodes[1:3])
    assert less.multipliers <= max(int(dsp * 0.9), smallest + 1)


def test_a_board_without_multipliers_gets_the_smallest_design() -> None:
    folding = choose_folding(residual(), 0)
    assert folding.multipliers == 3


def test_large_layers_cannot_be_latency() -> None:
    b = Builder(4096)
    graph = b.graph(b.linear("big", "image", 1, unsigned(8, 20), bias=False))
    (layer,) = choose_folding(graph, 10**6).layers.values()
    assert (layer.reuse_factor, layer.strategy) == (1, "resource")


def test_a_network_without_weights_has_nothing_to_fold() -> None:
    b = Builder(4, 4, 1)
    graph = b.graph(b.average("mean", "image", signed(9, 9), (4, 4), stride=(4, 4)))
    folding = choose_folding(graph, 220)
    assert (dict(folding.layers), folding.interval, folding.multipliers) == ({}, 0, 0)


@pytest.mark.parametrize("fraction", [0.0, -1.0, 1.01])
def test_a_fraction_outside_its_range_is_refused(fraction: float) -> None:
    with pytest.raises(InputRefused) as caught:
        choose_folding(residual(), 220, fraction=fraction)
    assert str(caught.value) == (
        f"the DSP fraction is {fraction}\n  accepted: above 0, and 1 at the most"
    )
