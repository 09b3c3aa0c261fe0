"""A user's measured designs, together."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest

from fpgaflow.hardware.calibration import (
    AcceleratorUse,
    Calibration,
    MeasuredDesign,
    adjustments_of,
)

ONE = MeasuredDesign(
    name="net",
    board="pynq-z2",
    build="1" * 64,
    tool="Vivado 2023.2",
    modelled=AcceleratorUse(lut=1000, ff=2000, bram36=10, dsp=0),
    measured=AcceleratorUse(lut=500, ff=2000, bram36=9.5, dsp=0),
)
TWO = replace(ONE, build="2" * 64, measured=replace(ONE.measured, lut=2000.0))


def test_what_designs_say() -> None:
    found = Calibration(designs=(ONE, TWO)).adjustments()
    assert sorted(found) == ["bram36", "ff", "lut"]
    assert found["lut"].designs == 2
    assert found["lut"].mean == pytest.approx(0)
    assert (found["lut"].least, found["lut"].most) == (log(0.5), log(2))


def test_no_calibration_says_nothing() -> None:
    assert dict(adjustments_of(None)) == {}
    assert dict(adjustments_of(Calibration(designs=()))) == {}


def test_a_build_counts_once() -> None:
    again = replace(ONE, measured=replace(ONE.measured, lut=700.0))
    calibration = Calibration(designs=(ONE, TWO)).with_designs((again,))
    assert calibration.designs == (again, TWO)
    assert calibration.without(frozenset({TWO.build})).designs == (again,)


def test_its_name_is_that_of_its_designs_in_any_order() -> None:
    both = Calibration(designs=(ONE, TWO)).sha256
    assert both == Calibration(designs=(TWO, ONE)).sha256
    assert both != Calibration(designs=(ONE,)).sha256
