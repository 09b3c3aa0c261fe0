"""Weights as C++ text: real numbers for synthesis, integers for the C-simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def weight_integers(weight: Any) -> NDArray[np.int64]:
    """Return the integers of one of hls4ml's weight variables, in the order of its C++ array."""
    precision = weight.type.precision
    fraction = precision.width - precision.integer
    real = np.asarray(weight.data, np.float64).ravel()
    scaled = np.ldexp(real, fraction)
    integers = scaled.astype(np.int64)
    assert np.array_equal(integers, scaled), f"{weight.name} does not fit its type"
    return integers


def weight_header(weight: Any, integers: NDArray[np.int64]) -> str:
    """Return the header of an array: with its values for synthesis, to be loaded otherwise."""
    precision = weight.type.precision
    # Few weights differ, so each value is spelled once.
    values, inverse = np.unique(integers, return_inverse=True)
    spelled = [repr(float(x)) for x in np.ldexp(values, precision.integer - precision.width)]
    array = ", ".join([spelled[i] for i in inverse.ravel().tolist()])
    declaration = f"{weight.type.name} {weight.name}[{weight.data_length}]"
    guard = f"{weight.name.upper()}_H_"
    return (
        f"// Shape {list(weight.shape)}, {int(np.count_nonzero(integers == 0))} zeros\n"
        f"#ifndef {guard}\n#define {guard}\n\n"
        f"#ifdef __SYNTHESIS__\n{declaration} = {{{array}}};\n"
        f"#else\n{declaration};\n#endif\n\n#endif\n"
    )
