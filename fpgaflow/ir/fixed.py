"""Fixed-point number formats, as Vitis HLS's ap_fixed defines them (AMD UG1399)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from fpgaflow.errors import InputRefused

MAX_WIDTH = 63  # values live in int64 arrays


class Rounding(str, Enum):
    """What happens to the bits below the last one kept."""

    PLUS_INFINITY = "AP_RND"
    ZERO = "AP_RND_ZERO"
    MINUS_INFINITY = "AP_RND_MIN_INF"
    INFINITY = "AP_RND_INF"
    EVEN = "AP_RND_CONV"
    TRUNCATE = "AP_TRN"
    TRUNCATE_ZERO = "AP_TRN_ZERO"


class Overflow(str, Enum):
    """What happens to a value outside the range."""

    SATURATE = "AP_SAT"
    SATURATE_ZERO = "AP_SAT_ZERO"
    SATURATE_SYMMETRIC = "AP_SAT_SYM"
    WRAP = "AP_WRAP"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedType:
    """A fixed-point format: value = integer · 2^-fraction.

    Attributes:
        width: bits in all, the sign bit included (1 to 63).
        integer: bits left of the binary point, the sign bit included; may be negative or
            larger than `width`, as in ap_fixed.
        signed: two's complement when true.
        rounding: applied when a finer value is cast to this format.
        overflow: applied when a value outside the range is cast to this format.
    """

    width: int
    integer: int
    signed: bool = True
    rounding: Rounding = Rounding.PLUS_INFINITY
    overflow: Overflow = Overflow.SATURATE

    def __post_init__(self) -> None:
        """Refuse widths that an int64 cannot hold, and the format that holds nothing but zero."""
        if not 1 <= self.width <= MAX_WIDTH:
            raise InputRefused(
                f"fixed-point format: width {self.width}",
                accepted=f"1 to {MAX_WIDTH} bits",
            )
        if self.width == 1 and self.signed and self.overflow is Overflow.SATURATE_SYMMETRIC:
            # ap_fixed's own simulation gives wrong values for it.
            raise InputRefused(
                "fixed-point format: one bit, signed, with symmetric saturation (AP_SAT_SYM)",
                accepted="two bits or more where the range is symmetric",
            )

    @property
    def fraction(self) -> int:
        """Bits right of the binary point; negative when the last bit is worth more than 1."""
        return self.width - self.integer

    @property
    def minimum(self) -> int:
        """The smallest integer that the format holds (AP_SAT_SYM gives up the lowest code)."""
        if not self.signed:
            return 0
        lowest = -(1 << (self.width - 1))
        return lowest + 1 if self.overflow is Overflow.SATURATE_SYMMETRIC else lowest

    @property
    def maximum(self) -> int:
        """The largest integer that the format holds."""
        return (1 << (self.width - 1 if self.signed else self.width)) - 1

    @property
    def step(self) -> float:
        """The value of the last bit."""
        return 2.0**-self.fraction

    def __str__(self) -> str:
        """Return the short form, e.g. `u8.3` or `s16.6 AP_TRN AP_WRAP`."""
        text = f"{'s' if self.signed else 'u'}{self.width}.{self.integer}"
        modes = (self.rounding, self.overflow)
        if modes != (Rounding.PLUS_INFINITY, Overflow.SATURATE):
            text += f" {self.rounding.value} {self.overflow.value}"
        return text

    @property
    def cpp(self) -> str:
        """The C++ type, e.g. `ap_ufixed<8,3,AP_RND,AP_SAT,0>`."""
        base = "ap_fixed" if self.signed else "ap_ufixed"
        return f"{base}<{self.width},{self.integer},{self.rounding.value},{self.overflow.value},0>"


UINT8 = FixedType(width=8, integer=8, signed=False)
"""Raw pixels, as a camera or an image file gives them."""


def smallest_type(minimum: int, maximum: int, fraction: int) -> FixedType:
    """Return the narrowest format that holds the integers [minimum, maximum] at `fraction`.

    The format never has to round or saturate, which the modes say: AP_TRN, AP_WRAP.
    """
    signed = minimum < 0
    magnitude = max(maximum, -minimum - 1, 0)
    width = max(magnitude.bit_length() + int(signed), 1)
    return FixedType(
        width=width,
        integer=width - fraction,
        signed=signed,
        rounding=Rounding.TRUNCATE,
        overflow=Overflow.WRAP,
    )
