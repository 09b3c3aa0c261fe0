"""Weights as C++ text: real numbers for synthesis, integers for the C-simulation."""

from __future__ import annotations

from collections.abc import Callable
from math import ldexp
from typing import Any

import numpy as np
from numpy.typing import NDArray


def weight_integers(weight: Any) -> NDArray[np.int64]:
    """Return the integers of one of hls4ml's weight variables, in the order of its C++ array."""
    precision = weight.type.precision
    real = np.asarray(weight.data, np.float64).ravel()
    scaled = np.ldexp(real, precision.width - precision.integer)
    integers = scaled.astype(np.int64)
    assert np.array_equal(integers, scaled), f"{weight.name} does not fit its type"
    return integers


def weight_text(integers: NDArray[np.int64]) -> str:
    """Return the file that the C-simulation loads."""
    return " ".join(_spelled(integers, str)) + "\n"


def weight_header(weight: Any, integers: NDArray[np.int64]) -> str:
    """Return the header of an array: with its values for synthesis, to be loaded otherwise."""
    precision = weight.type.precision
    exponent = precision.integer - precision.width
    array = ", ".join(_spelled(integers, lambda integer: repr(ldexp(integer, exponent))))
    declaration = f"{weight.type.name} {weight.name}[{weight.data_length}]"
    guard = f"{weight.name.upper()}_H_"
    return (
        f"// Shape {list(weight.shape)}, {int(np.count_nonzero(integers == 0))} zeros\n"
        f"#ifndef {guard}\n#define {guard}\n\n"
        f"#ifdef __SYNTHESIS__\n{declaration} = {{{array}}};\n"
        f"#else\n{declaration};\n#endif\n\n#endif\n"
    )


def _spelled(integers: NDArray[np.int64], spell: Callable[[int], str]) -> list[str]:
    """Spell each integer; where there are many of few values, each value is spelled once."""
    lowest, highest = int(integers.min()), int(integers.max())
    if highest - lowest > integers.size:
        return [spell(integer) for integer in integers.tolist()]
    spelled = [spell(integer) for integer in range(lowest, highest + 1)]
    return [spelled[index] for index in (integers - lowest).tolist()]
