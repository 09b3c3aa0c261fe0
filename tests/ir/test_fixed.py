from __future__ import annotations

import pytest

from fpgaflow.errors import InputRefused
from fpgaflow.ir.fixed import UINT8, FixedType, Overflow, Rounding, smallest_type


@pytest.mark.parametrize(
    ("element", "minimum", "maximum", "step"),
    [
        (UINT8, 0, 255, 1.0),
        (FixedType(width=8, integer=3), -128, 127, 2.0**-5),
        (FixedType(width=8, integer=3, overflow=Overflow.SATURATE_SYMMETRIC), -127, 127, 2.0**-5),
        (
            FixedType(width=8, integer=3, signed=False, overflow=Overflow.SATURATE_SYMMETRIC),
            0,
            255,
            2.0**-5,
        ),
        (FixedType(width=4, integer=-2), -8, 7, 2.0**-6),
        (FixedType(width=4, integer=6, signed=False), 0, 15, 4.0),
        (FixedType(width=1, integer=1), -1, 0, 1.0),
    ],
)
def test_range_and_step(element: FixedType, minimum: int, maximum: int, step: float) -> None:
    assert (element.minimum, element.maximum, element.step) == (minimum, maximum, step)


@pytest.mark.parametrize("width", [0, -1, 64])
def test_refuses_widths_that_no_int64_holds(width: int) -> None:
    with pytest.raises(InputRefused) as caught:
        FixedType(width=width, integer=1)
    assert str(caught.value) == (f"fixed-point format: width {width}\n  accepted: 1 to 63 bits")


def test_refuses_the_format_that_holds_nothing_but_zero() -> None:
    with pytest.raises(InputRefused) as caught:
        FixedType(width=1, integer=1, overflow=Overflow.SATURATE_SYMMETRIC)
    assert str(caught.value) == (
        "fixed-point format: one bit, signed, with symmetric saturation (AP_SAT_SYM)\n"
        "  accepted: two bits or more where the range is symmetric"
    )


def test_short_and_cpp_forms() -> None:
    plain = FixedType(width=8, integer=3, signed=False)
    assert str(plain) == "u8.3"
    assert plain.cpp == "ap_ufixed<8,3,AP_RND,AP_SAT,0>"
    other = FixedType(width=16, integer=-2, rounding=Rounding.TRUNCATE, overflow=Overflow.WRAP)
    assert str(other) == "s16.-2 AP_TRN AP_WRAP"
    assert other.cpp == "ap_fixed<16,-2,AP_TRN,AP_WRAP,0>"


@pytest.mark.parametrize(
    ("minimum", "maximum", "width", "signed"),
    [
        (0, 0, 1, False),
        (0, 1, 1, False),
        (0, 255, 8, False),
        (0, 256, 9, False),
        (-1, 0, 1, True),
        (-128, 127, 8, True),
        (-129, 0, 9, True),
        (-1, 128, 9, True),
        (-(1 << 61), 1 << 61, 63, True),
    ],
)
def test_smallest_type(minimum: int, maximum: int, width: int, signed: bool) -> None:
    element = smallest_type(minimum, maximum, 5)
    assert (element.width, element.signed, element.fraction) == (width, signed, 5)
    assert element.minimum <= minimum
    assert maximum <= element.maximum
