"""Operations of several values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaflow.backend.engine.lower_shapes import same_bytes
from fpgaflow.backend.engine.lowering import Lowering
from fpgaflow.backend.engine.network import Join, Layer, Value
from fpgaflow.backend.engine.refusals import unsupported
from fpgaflow.backend.engine.rounding import Fit, fit
from fpgaflow.backend.engine.sums import prove_sums
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.ranges import Range

_LARGEST = 127
_MOST_TAPS = 16


def lower_concat(node: n.Concat, state: Lowering) -> None:
    """Put values side by side; which of them need a copy shows once all joins are known."""
    operands = _one_band(node, state, [state.operand(node, i) for i in range(len(node.inputs))])
    height, width, _ = operands[0].shape
    element = state.element(node)
    value = state.add(
        node,
        Value(
            name=node.name,
            shape=(height, width, sum(one.shape[2] for one in operands)),
            element=element,
            band_rows=operands[0].band_rows,
        ),
    )
    # What the engine cannot cast is refused here, by name.
    for one in operands:
        if not same_bytes(one.element, element):
            fit(node, _format_span(one.element), element)
    _join(node, state, value, operands, [element] * len(operands))
    state.done(node, value)


def lower_add(node: n.Add, state: Lowering) -> None:
    """Append a sum of two phases, one for each operand, or of two taps where they are wide."""
    left, right = _one_band(node, state, [state.operand(node, 0), state.operand(node, 1)])
    fraction = max(left.element.fraction, right.element.fraction)
    factors = [1 << fraction - one.element.fraction for one in (left, right)]
    cast = fit(node, _sum_span(left, right, factors, fraction), state.element(node))
    factors = [factor * cast.factor for factor in factors]
    while cast.shift > 0 and not (factors[0] | factors[1]) & 1:
        factors = [factor >> 1 for factor in factors]
        cast = replace(cast, shift=cast.shift - 1, addend=cast.addend >> 1)
    wide = left.planes == 2 or right.planes == 2
    layer = _wide if wide else _narrow
    state.done(node, layer(node, state, (left, right), factors, cast))


def _narrow(
    node: n.Add, state: Lowering, operands: tuple[Value, Value], factors: list[int], cast: Fit
) -> Value:
    taps = max(1, -(-max(factors) // _LARGEST))
    if taps > _MOST_TAPS:
        raise _unequal(node, operands)
    # A weight beyond a byte's is given in parts, the same number read for each.
    parts = np.arange(taps) * _LARGEST
    split = np.clip(np.array(factors)[:, None] - parts, 0, _LARGEST)
    channels = operands[0].shape[2]
    weights = np.broadcast_to(split[:, None, :, None], (2, 1, taps, channels)).astype(np.int8)
    return _sum(node, state, operands, weights, cast, reads=((0, 0), (1, 0)), tap_bytes=0)


def _wide(
    node: n.Add, state: Lowering, operands: tuple[Value, Value], factors: list[int], cast: Fit
) -> Value:
    signed = any(one.element.signed for one in operands)
    elements = [_two_planes(node, one.element, signed) for one in operands]
    if max(factors) > _LARGEST:
        raise _unequal(node, operands)
    height, width, channels = operands[0].shape
    pair = state.add(
        node,
        Value(
            name=f"{node.name}.pair",
            shape=(height, width, 2 * channels),
            element=FixedType(width=16, integer=16, signed=signed),
            band_rows=operands[0].band_rows,
        ),
    )
    _join(node, state, pair, list(operands), elements)
    taps = np.broadcast_to(np.array(factors)[:, None], (2, 1, 2, channels)).astype(np.int8)
    return _sum(
        node,
        state,
        (pair,),
        taps,
        cast,
        reads=((0, 0), (0, 1)),
        tap_bytes=channels,
        shift_phases=True,
    )


def _sum(
    node: n.Add,
    state: Lowering,
    inputs: tuple[Value, ...],
    weights: np.ndarray,
    cast: Fit,
    *,
    reads: tuple[tuple[int, int], ...],
    tap_bytes: int,
    shift_phases: bool = False,
) -> Value:
    channels = weights.shape[-1]
    biases = np.full(channels, cast.addend, np.int64)
    prove_sums(node, inputs, reads, weights, biases, shift_phases=shift_phases)
    first = inputs[0]
    output = state.add(
        node,
        Value(
            name=node.name,
            shape=(*first.shape[:2], channels),
            element=state.element(node),
            band_rows=first.band_rows,
        ),
    )
    state.items.append(
        Layer(
            node=node,
            inputs=tuple(one.name for one in inputs),
            output=output.name,
            reads=reads,
            shift_phases=shift_phases,
            weights=weights,
            biases=biases,
            shift=cast.shift,
            low=cast.low,
            high=cast.high,
            diagonal=True,
            tap_bytes=tap_bytes,
        )
    )
    return output


def _join(
    node: n.Node, state: Lowering, value: Value, operands: list[Value], elements: list[FixedType]
) -> None:
    state.items.append(
        Join(
            node=node,
            output=value.name,
            operands=tuple(one.name for one in operands),
            elements=tuple(elements),
        )
    )


def _one_band(node: n.Node, state: Lowering, operands: list[Value]) -> list[Value]:
    """Return the operands in bands of equal rows, copied where they are not."""
    band = max(one.band_rows for one in operands)
    return [
        one
        if one.band_rows == band
        else state.converted(node, one, one.element, name=f"{node.name}.{index}", band=band)
        for index, one in enumerate(operands)
    ]


def _two_planes(node: n.Add, element: FixedType, signed: bool) -> FixedType:
    if element.width == 16 and signed and not element.signed:
        raise unsupported(node, f"adds {element} to a signed format", "both signed, or 15 bits")
    if element.width > 8 and element.signed == signed:
        return element
    return FixedType(width=16, integer=16 - element.fraction, signed=signed)


def _unequal(node: n.Add, operands: tuple[Value, ...]) -> Exception:
    return unsupported(
        node,
        f"adds {' and '.join(str(one.element) for one in operands)} into {node.element}",
        "formats whose last bits are worth about as much",
        "use formats closer to each other, or compile with --style spatial",
    )


def _format_span(element: FixedType) -> Range:
    return Range(element.minimum, element.maximum, element.fraction)


def _sum_span(left: Value, right: Value, factors: list[int], fraction: int) -> Range:
    pairs = list(zip((left.element, right.element), factors, strict=True))
    return Range(
        sum(element.minimum * factor for element, factor in pairs),
        sum(element.maximum * factor for element, factor in pairs),
        fraction,
    )
