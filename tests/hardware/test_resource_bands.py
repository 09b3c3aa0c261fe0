"""From sums to bands, and what measured designs do to them."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.hardware.resource_bands import SPREAD, Adjustment, Band, adjustment, make_band

RESOURCES = st.sampled_from(sorted(SPREAD))
FIGURES = st.floats(1, 1e6)


def test_the_spread_widens_both_ends() -> None:
    below, above = SPREAD["lut"]
    found = make_band("lut", 1000, 1000, 1000)
    assert found == Band(low=int(1000 / below), likely=1000, high=int(1000 * above))
    assert make_band("dsp", 100, 150, 200) == Band(low=100, likely=150, high=200)


def test_nothing_is_nothing() -> None:
    adjust = Adjustment(designs=3, mean=1.0, least=0.5, most=2.0)
    assert make_band("dsp", 0, 0, 0, adjust) == Band(low=0, likely=0, high=0)
    assert adjustment(()) is None
    assert adjustment(((0, 3),)) is None
    # Half a unit stands for nothing.
    found = adjustment(((4, 0),))
    assert found is not None
    assert found.mean == log(0.5 / 4)


def test_one_design_moves_the_likely_number_halfway() -> None:
    band = make_band("lut", 1000, 1000, 1000, adjustment(((500, 2000),)))
    assert band.likely == 2000
    assert band.low < 2000 < band.high
    assert band.high >= 4000


@given(resource=RESOURCES, likely=FIGURES, ratio=st.floats(0.1, 10), designs=st.integers(1, 50))
def test_equal_designs_draw_the_band_together(
    resource: str, likely: float, ratio: float, designs: int
) -> None:
    one = adjustment(((likely, likely * ratio),))
    many = adjustment(((likely, likely * ratio),) * designs)
    first = make_band(resource, likely, likely, likely, one)
    later = make_band(resource, likely, likely, likely, many)
    assert abs(later.likely - likely * ratio) <= abs(first.likely - likely * ratio) + 1
    assert later.high - later.low <= first.high - first.low + 2


@given(
    resource=RESOURCES,
    likely=FIGURES,
    open_low=st.floats(0.3, 1),
    open_high=st.floats(1, 3),
    ratios=st.lists(st.floats(0.1, 10), min_size=1, max_size=8),
)
def test_every_measured_ratio_lies_inside(
    resource: str, likely: float, open_low: float, open_high: float, ratios: list[float]
) -> None:
    adjust = adjustment(tuple((1000.0, 1000.0 * ratio) for ratio in ratios))
    band = make_band(resource, likely * open_low, likely, likely * open_high, adjust)
    assert band.low <= band.likely <= band.high
    for ratio in ratios:
        measured = likely * max(ratio, 0.0005)
        assert band.low - 1e-6 * measured <= measured <= band.high + 1e-6 * measured


def test_an_unknown_resource_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        make_band("uram", 1, 1, 1)
