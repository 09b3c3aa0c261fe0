"""What the engine cannot compute is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import DoesNotFit, InputRefused, UnsupportedOperator
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.graph import Graph
from tests.backend.engine.machines import FULL
from tests.backend.networks import Builder, signed, unsigned
from tests.small_networks import residual_network

SPATIAL = "compile with --style spatial, which makes hardware of the network itself"


def _network(build: Callable[[Builder, str], str], element: FixedType) -> Graph:
    b = Builder(5, 4, 2)
    x = b.conv("before", "image", 3, element)
    return b.graph(build(b, x))


def _cast(element: FixedType) -> Callable[[Builder, str], str]:
    return lambda b, x: b.add(
        n.Cast(name="op", inputs=(x,), element=element, source="net.op, net.py:3")
    )


CASES: dict[str, tuple[Graph, str]] = {
    "more than 16 bits": (
        _network(_cast(signed(17, 12)), signed(8, 9)),
        "engine: Cast op (from net.op, net.py:3): gives s17.12\n"
        "  accepted: formats of at most 16 bits\n"
        "  what to do: quantize to at most 16 bits, or compile with --style spatial",
    ),
    "a rounding": (
        _network(_cast(FixedType(width=6, integer=9, rounding=Rounding.EVEN)), signed(8, 9)),
        "engine: Cast op (from net.op, net.py:3): rounds with AP_RND_CONV\n"
        "  accepted: AP_RND, AP_RND_MIN_INF or AP_TRN; AP_RND_ZERO, AP_RND_INF and AP_TRN_ZERO of "
        f"one sign\n  what to do: {SPATIAL}",
    ),
    "an overflow": (
        _network(_cast(FixedType(width=6, integer=7, overflow=Overflow.WRAP)), signed(8, 9)),
        "engine: Cast op (from net.op, net.py:3): may give -128 to 127, beyond s6.7 AP_RND "
        "AP_WRAP\n"
        "  accepted: AP_SAT or AP_SAT_SYM, or a result proven to stay in its format\n"
        f"  what to do: {SPATIAL}",
    ),
    "wide numbers by wide numbers": (
        _network(_cast(signed(16, 5)), signed(12, 12)),
        "engine: Cast op (from net.op, net.py:3): multiplies s12.12 by numbers of more than 8 "
        "bits\n"
        "  accepted: at most 8 bits on one of the two sides\n"
        "  what to do: use activations or weights of 8 bits, or compile with --style spatial",
    ),
    "sums of more than 32 bits": (
        _network(_cast(signed(16, -8)), signed(8, 9)),
        "engine: Cast op (from net.op, net.py:3): has sums of -4294967296 to 4261412864\n"
        "  accepted: sums, the bias and the rounding included, of 32 bits\n"
        "  what to do: use narrower weights or activations, or compile with --style spatial",
    ),
    "the largest of wide numbers": (
        _network(lambda b, x: b.max("op", x, (2, 2), (2, 2)), signed(12, 12)),
        "engine: MaxPool op (from nowhere): compares s12.12\n"
        "  accepted: formats of at most 8 bits\n"
        "  what to do: use activations of 8 bits, or compile with --style spatial",
    ),
    "means of several counts": (
        _network(
            lambda b, x: b.average(
                "op",
                x,
                signed(8, 9),
                (2, 2),
                stride=(2, 2),
                padding=(1, 1, 1, 1),
                count_include_pad=False,
            ),
            signed(8, 9),
        ),
        "engine: AveragePool op (from nowhere): divides by 1 to 4, as padding is left out\n"
        "  accepted: windows of one count: count_include_pad, or no padding\n"
        f"  what to do: {SPATIAL}",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_computed_is_refused(name: str) -> None:
    graph, message = CASES[name]
    with pytest.raises(UnsupportedOperator) as refused:
        compile_for_engine(graph, FULL)
    assert str(refused.value) == message


def _sum(left: FixedType, right: FixedType) -> Graph:
    b = Builder(5, 4, 2)
    x, y = b.conv("x", "image", 3, left), b.conv("y", "image", 3, right)
    return b.graph(b.add(n.Add(name="op", inputs=(x, y), element=signed(8, 12))))


def test_addends_too_far_apart_are_refused() -> None:
    with pytest.raises(UnsupportedOperator) as refused:
        compile_for_engine(_sum(signed(8, 16), unsigned(8, 2)), FULL)
    assert str(refused.value) == (
        "engine: Add op (from nowhere): adds s8.16 and u8.2 into s8.12\n"
        "  accepted: formats whose last bits are worth about as much\n"
        "  what to do: use formats closer to each other, or compile with --style spatial"
    )


def test_16_unsigned_bits_are_not_added_to_signed_ones() -> None:
    with pytest.raises(UnsupportedOperator) as refused:
        compile_for_engine(_sum(unsigned(16, 12), signed(16, 12)), FULL)
    assert str(refused.value) == (
        "engine: Add op (from nowhere): adds u16.12 to a signed format\n"
        f"  accepted: both signed, or 15 bits\n  what to do: {SPATIAL}"
    )


def test_a_layer_larger_than_the_banks_is_refused() -> None:
    b = Builder(16, 16, 4)
    x = b.conv("x", "image", 32, signed(8, 12))
    graph = b.graph(b.conv("wide", x, 32, signed(8, 12)))
    with pytest.raises(DoesNotFit) as refused:
        compile_for_engine(graph, replace(FULL, act_lines=64))
    assert str(refused.value) == (
        "engine: Conv x (from nowhere): its input and output need 9216 bytes of the feature-map "
        "banks\n"
        "  accepted: at most 8192 bytes\n"
        f"  what to do: use an engine with more act_lines, or {SPATIAL}"
    )


def test_weights_larger_than_the_program_memory_are_refused() -> None:
    b = Builder(4, 4, 64)
    graph = b.graph(b.conv("deep", "image", 4, signed(8, 14)))
    config = EngineConfig(lanes_k=4, lanes_o=2, lanes_p=4, w_rows=64)
    with pytest.raises(DoesNotFit) as refused:
        compile_for_engine(graph, config)
    assert str(refused.value) == (
        "engine: Conv deep (from nowhere): 145 rows of the program for 2 output channels\n"
        f"  accepted: at most 49 rows in the program memory (w_rows)\n  what to do: {SPATIAL}"
    )


def test_too_many_rows_for_the_banks_are_refused() -> None:
    b = Builder(300, 2, 1)
    graph = b.graph(b.conv("tall", "image", 2, signed(8, 12)))
    with pytest.raises(DoesNotFit) as refused:
        compile_for_engine(graph, EngineConfig(lanes_k=4, lanes_o=2, lanes_p=2))
    assert str(refused.value) == (
        "engine: Input image (from nowhere): has 256 rows in a bank\n"
        f"  accepted: at most 128\n  what to do: {SPATIAL}"
    )


def test_a_field_that_is_too_small_is_named() -> None:
    b = Builder(3, 2, 300)
    flat = b.max("flat", "image", (1, 1), (1, 1))
    graph = b.graph(
        b.conv("far", flat, 1, signed(8, 14), kernel=(3, 2), padding=(0, 110, 0, 0), bias=False)
    )
    with pytest.raises(DoesNotFit) as refused:
        compile_for_engine(graph, replace(FULL, act_lines=4096))
    assert (
        refused.value.found
        == "engine: Conv far (from nowhere): a size beyond an instruction's fields"
    )
    assert refused.value.accepted.endswith(
        "accepted: fields within their bits (docs/engine.md)"
    ) or ("does not fit its 64 bytes" in refused.value.accepted)


def test_a_real_valued_graph_is_refused() -> None:
    with pytest.raises(InputRefused, match="has no fixed-point format"):
        compile_for_engine(residual_network(), FULL)
