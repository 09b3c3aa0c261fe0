from __future__ import annotations

import numpy as np
import pytest

from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.types import Parameter, TensorType


def test_tensor_type() -> None:
    kind = TensorType(shape=(4, 5, 3), element=FixedType(width=8, integer=3, signed=False))
    assert (kind.channels, kind.elements, str(kind)) == (3, 60, "u8.3[4,5,3]")
    assert str(TensorType(shape=(10,))) == "real[10]"


def test_a_parameter_is_a_private_read_only_copy() -> None:
    values = np.array([1, 2], np.int64)
    parameter = Parameter(values=values, element=FixedType(width=4, integer=2))
    values[0] = 7
    assert parameter.integers.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        parameter.values[0] = 3


def test_real_values() -> None:
    assert Parameter(
        values=np.array([1, -2]), element=FixedType(width=4, integer=2)
    ).real.tolist() == [
        0.25,
        -0.5,
    ]
    plain = Parameter(values=np.array([1.5], np.float64))
    assert plain.real.tolist() == [1.5]
    assert plain.values.dtype == np.float64
