"""One reuse factor for all layers, as hls4ml gives it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.folding import legal_reuse_factors
from fpgaflow.hardware.plan import MAX_UTILIZATION, Planner, Wish
from fpgaflow.hardware.plan_needs import available, decided
from fpgaflow.hardware.plan_uniform import nearest, plan_uniform
from tests.hardware.small_graphs import resnet

BOARD = load_board("pynq-z2")


@given(st.integers(1, 60), st.integers(1, 40), st.integers(1, 3000))
def test_the_nearest_factor_is_hls4mls(n_in: int, n_out: int, wanted: int) -> None:
    from hls4ml.backends import get_backend

    factors = legal_reuse_factors(n_in, n_out)
    expected = get_backend("Vitis").get_closest_reuse_factor(list(factors), wanted)
    assert nearest(factors, wanted) == expected


def test_it_fits_and_is_slower() -> None:
    planner = Planner(resnet(8, size=16, widths=(4, 8, 16)), BOARD)
    plan = planner.plan(Wish())
    uniform = plan_uniform(planner, plan, MAX_UTILIZATION)
    assert uniform is not None
    assert uniform.fit.fits
    assert (decided(uniform.fit) <= available(BOARD) * MAX_UTILIZATION).all()
    assert uniform.interval > 2 * plan.interval
    for name, layer in uniform.folding.layers.items():
        legal = [one.reuse_factor for one in planner.options[name]]
        assert layer.reuse_factor == nearest(sorted(set(legal)), uniform.reuse_factor)


def test_no_design_at_all_within_bounds() -> None:
    few = replace(BOARD, resources=replace(BOARD.resources, dsp=4))
    planner = Planner(resnet(8, size=16, widths=(4, 8, 16)), few)
    plan = replace(planner.plan(Wish()), beyond=())
    assert plan_uniform(planner, plan, MAX_UTILIZATION) is None
