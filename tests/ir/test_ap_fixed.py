"""The integer arithmetic, value by value, against ap_fixed compiled from hls4ml's headers."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaflow.ir.arithmetic import Integers, Reals, cast, from_real
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding

pytestmark = pytest.mark.csim

SOURCE = Path(__file__).parent / "ap_fixed" / "cast.cpp"
ROUNDINGS = (
    Rounding.PLUS_INFINITY,
    Rounding.ZERO,
    Rounding.MINUS_INFINITY,
    Rounding.INFINITY,
    Rounding.EVEN,
    Rounding.TRUNCATE,
    Rounding.TRUNCATE_ZERO,
)
OVERFLOWS = (
    Overflow.SATURATE,
    Overflow.SATURATE_ZERO,
    Overflow.SATURATE_SYMMETRIC,
    Overflow.WRAP,
)
SHAPES = (
    (8, 3, True),
    (8, 3, False),
    (4, -2, True),
    (5, 8, False),
    (2, 2, True),
    (1, 0, False),
    (20, 6, True),
)
TARGETS = tuple(
    FixedType(width=width, integer=integer, signed=signed, rounding=rounding, overflow=overflow)
    for width, integer, signed in SHAPES
    for rounding, overflow in product(ROUNDINGS, OVERFLOWS)
)


@dataclass(frozen=True)
class Samples:
    a: Integers
    b: Integers
    real: Reals


def _as_format(bits: Integers, element: FixedType) -> Integers:
    low = bits & ((1 << element.width) - 1)
    sign = 1 << (element.width - 1)
    return (low ^ sign) - sign if element.signed else low


def _format(width: int, integer: int, signed: bool) -> FixedType:
    return FixedType(width=width, integer=integer, signed=signed)


def _plain(element: FixedType) -> Callable[[Samples, FixedType], Integers]:
    return lambda s, target: cast(_as_format(s.a, element), element.fraction, target)


def _product(first: FixedType, second: FixedType) -> Callable[[Samples, FixedType], Integers]:
    fraction = first.fraction + second.fraction
    return lambda s, target: cast(
        _as_format(s.a, first) * _as_format(s.b, second), fraction, target
    )


def _sum(first: FixedType, second: FixedType) -> Callable[[Samples, FixedType], Integers]:
    fraction = max(first.fraction, second.fraction)
    up = [fraction - element.fraction for element in (first, second)]
    return lambda s, target: cast(
        (_as_format(s.a, first) << up[0]) + (_as_format(s.b, second) << up[1]), fraction, target
    )


MAKES: dict[str, Callable[[Samples, FixedType], Integers]] = {
    "s24.9": _plain(_format(24, 9, True)),
    "u17.5": _plain(_format(17, 5, False)),
    "s6.7": _plain(_format(6, 7, True)),
    "s12.5 * s9.-1": _product(_format(12, 5, True), _format(9, -1, True)),
    "u10.6 + s13.3": _sum(_format(10, 6, False), _format(13, 3, True)),
    "double": lambda s, target: from_real(s.real, target),
}


@pytest.fixture(scope="module")
def ap_fixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled program."""
    spec = importlib.util.find_spec("hls4ml")
    assert spec is not None
    assert spec.origin is not None
    headers = Path(spec.origin).parent / "templates" / "vivado" / "ap_types"
    program = tmp_path_factory.mktemp("ap_fixed") / "cast"
    command = ["g++", "-std=c++17", "-O0", "-w", f"-I{headers}", str(SOURCE), "-o", str(program)]
    subprocess.run(command, check=True, timeout=300)
    return program


def _ask(program: Path, samples: Samples) -> Integers:
    records = np.zeros(len(samples.a), [("a", "<i8"), ("b", "<i8"), ("real", "<f8")])
    records["a"], records["b"], records["real"] = samples.a, samples.b, samples.real
    given_bytes = np.int64(len(records)).tobytes() + records.tobytes()
    answer = subprocess.run(
        [str(program)], input=given_bytes, capture_output=True, check=True, timeout=120
    )
    return np.frombuffer(answer.stdout, np.int64).reshape(len(MAKES), len(TARGETS), -1)


def _compare(program: Path, samples: Samples) -> None:
    expected = _ask(program, samples)
    for (name, make), row in zip(MAKES.items(), expected, strict=True):
        for target, integers in zip(TARGETS, row, strict=True):
            found = make(samples, target)
            wrong = np.flatnonzero(found != integers)
            assert not wrong.size, (
                f"{name} to {target.cpp}: sample {wrong[0]} "
                f"(a {samples.a[wrong[0]]}, b {samples.b[wrong[0]]}, "
                f"real {samples.real[wrong[0]]!r}) gives {found[wrong[0]]}, "
                f"ap_fixed {integers[wrong[0]]}"
            )


def test_each_format_and_mode_on_bulk_values(ap_fixed: Path) -> None:
    rng = np.random.default_rng(0)
    near = np.arange(-300, 300)
    powers = np.concatenate([(1 << np.arange(30)) + offset for offset in (-1, 0, 1)])
    # Trailing zeros make ties at every target's last bit.
    ties = rng.integers(-1000, 1000, 1000) << rng.integers(0, 15, 1000)
    spread = rng.integers(-(1 << 24), 1 << 24, 500)
    a = np.concatenate([near, powers, -powers, ties, spread])
    b = rng.permutation(np.resize(np.concatenate([near, powers]), len(a)))
    grid = rng.integers(-(1 << 12), 1 << 12, len(a)) / 512.0
    fine = rng.normal(0, 8, len(a))
    real = np.where(rng.random(len(a)) < 0.6, grid, fine)
    real[:8] = [0.0, -0.0, 0.5, -0.5, 1e9, -1e9, 2.0**-60, -(2.0**-60)]
    _compare(ap_fixed, Samples(a=a.astype(np.int64), b=b.astype(np.int64), real=real))


_BITS = st.integers(-(1 << 31), (1 << 31) - 1)
_REALS = st.one_of(
    st.floats(-(2.0**20), 2.0**20, allow_subnormal=False),
    st.builds(
        lambda steps, power: steps * 2.0**-power, st.integers(-5000, 5000), st.integers(0, 20)
    ),
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(_BITS, _BITS, _REALS), min_size=1, max_size=60))
def test_each_format_and_mode_on_drawn_values(
    ap_fixed: Path, values: list[tuple[int, int, float]]
) -> None:
    a, b, real = zip(*values, strict=True)
    _compare(
        ap_fixed,
        Samples(a=np.array(a, np.int64), b=np.array(b, np.int64), real=np.array(real, np.float64)),
    )
