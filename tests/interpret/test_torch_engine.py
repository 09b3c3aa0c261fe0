from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings

from fpgaflow.errors import InputRefused
from fpgaflow.interpret.numpy_engine import run
from fpgaflow.interpret.torch_cast import finish
from fpgaflow.interpret.torch_engine import TorchInterpreter
from fpgaflow.interpret.torch_exact import exact_backends, exact_dtype, exact_thread
from fpgaflow.interpret.torch_threads import compute_parts
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.geometry import Padding
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import exact_range, sum_range
from fpgaflow.ir.spec import FIXED, verify
from fpgaflow.ir.types import Parameter
from tests.ir.graphs import conv_net, graph, image
from tests.strategies import fixed_graphs, images_for

INTEGER = FixedType(width=16, integer=16)


def _compare(net: Graph, images: np.ndarray, batch: int = 64) -> None:
    expected = run(net, images, "all")
    found = TorchInterpreter(net).run(images, "all", batch=batch)
    assert list(found) == list(expected)
    for name, values in expected.items():
        assert found[name].dtype == np.int64
        np.testing.assert_array_equal(found[name], values, err_msg=name)


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(fixed_graphs())
def test_random_graphs_in_all_modes(net: Graph) -> None:
    _compare(net, images_for(net), batch=3)


@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(fixed_graphs(all_modes=False, max_width=8))
def test_random_graphs_in_the_default_modes(net: Graph) -> None:
    _compare(net, images_for(net))


def _conv(weights: np.ndarray, bias: int, element: FixedType, weight: FixedType = INTEGER) -> Graph:
    """A convolution of 8-bit pixels whose largest partial sum the caller knows."""
    shift = np.full(weights.shape[3], bias)
    kind = FixedType(width=60, integer=60 - weight.fraction)
    net = graph(
        image(5, 5, weights.shape[2]),
        n.Conv(
            name="conv",
            inputs=("image",),
            element=element,
            weight="w",
            bias="b",
            padding=Padding(1, 1, 1, 1),
            accumulator=sum_range(weights, shift, image(1).element, weight.fraction).element,  # pyright: ignore[reportArgumentType]
        ),
        parameters={
            "w": Parameter(values=weights, element=weight),
            "b": Parameter(values=shift, element=kind),
        },
    )
    verify(net, FIXED)
    return net


@pytest.mark.parametrize(("limit", "dtype"), [(1 << 24, torch.float32), (1 << 53, torch.float64)])
@pytest.mark.parametrize("over", [0, 1])
def test_the_bound_decides_the_type(limit: int, dtype: torch.dtype, over: int) -> None:
    """A sum that just fits stays; one step more is computed in the wider type, and is exact."""
    taps = np.ones((3, 3, 2, 1), np.int64)
    weight = FixedType(width=45, integer=45)
    largest = 18 * 255
    scale = (limit // 2) // largest
    net = _conv(
        taps * scale, limit - scale * largest + over, FixedType(width=62, integer=62), weight
    )
    conv = net.node("conv")
    span = exact_range(net, conv)
    assert span.maximum == limit + over
    wider = {torch.float32: torch.float64, torch.float64: torch.int64}[dtype]
    # The output's own 62 bits ask for more than the sums do; the sums' type is what counts here.
    assert exact_dtype(span.magnitude) is (wider if over else dtype)
    _compare(net, images_for(net, 6))


@pytest.mark.parametrize("over", [0, 1])
def test_rounding_counts_towards_the_bound(over: int) -> None:
    """The half that rounding adds is part of the sum that must be exact."""
    element = FixedType(width=16, integer=16, signed=False)
    weight = FixedType(width=20, integer=10)
    half = 1 << 9
    taps = np.full((3, 3, 1, 1), 1000)
    room = (1 << 24) - half - 9 * 255 * 1000
    net = _conv(taps, room + over, element, weight)
    end = finish(exact_range(net, net.node("conv")), element)
    assert end.span.maximum + half == (1 << 24) + over
    assert end.dtype is (torch.float64 if over else torch.float32)
    assert end.folds
    _compare(net, images_for(net, 6))


def test_odd_sums_beyond_24_bits() -> None:
    """Sums that a float32 would round: the test that the switch to float64 is needed at all."""
    rng = np.random.default_rng(0)
    taps = rng.integers(-32768, 32767, (3, 3, 4, 3)) | 1
    net = _conv(taps, 1, FixedType(width=40, integer=40), FixedType(width=16, integer=16))
    images = images_for(net, 8)
    _compare(net, images)
    sums = run(net, images)["conv"]
    assert (sums != sums.astype(np.float32).astype(np.int64)).any()


@pytest.fixture
def careless_precision() -> Iterator[None]:
    """What a user's program may have asked PyTorch for, before it calls the interpreter."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        yield
    torch.set_float32_matmul_precision(before)


@pytest.mark.usefixtures("careless_precision")
def test_low_precision_modes_do_not_reach_the_interpreter() -> None:
    rng = np.random.default_rng(0)
    net = _conv(rng.integers(-2000, 2000, (3, 3, 2, 4)), 5, FixedType(width=24, integer=24))
    _compare(net, images_for(net, 16))
    a = torch.from_numpy(rng.integers(0, 1 << 10, (64, 8)).astype(np.float32))
    with exact_backends(), exact_thread():
        assert torch.equal((a @ a.T).double(), a.double() @ a.double().T)
    assert (a @ a.T).dtype is torch.bfloat16


def test_settings_are_put_back() -> None:
    conv, matmul = torch.backends.mkldnn.conv, torch.backends.mkldnn.matmul  # pyright: ignore[reportAttributeAccessIssue]
    before = (conv.fp32_precision, matmul.fp32_precision, torch.get_num_threads())
    with pytest.raises(InputRefused), exact_backends():  # noqa: PT012 - both are the subject
        assert (conv.fp32_precision, matmul.fp32_precision) == ("ieee", "ieee")
        FixedType(width=0, integer=0)
    TorchInterpreter(conv_net()).run(images_for(conv_net(), 9), batch=4)
    after = (conv.fp32_precision, matmul.fp32_precision, torch.get_num_threads())
    assert after == before
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.usefixtures("careless_precision")
def test_any_number_of_threads(threads: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        _compare(conv_net(), images_for(conv_net(), 11), batch=4)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_an_error_in_one_part_puts_the_threads_back() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(ZeroDivisionError):
            compute_parts(lambda part: 1 // part, [1, 0, 1])
        assert torch.get_num_threads() == 2
        assert compute_parts(lambda _: torch.get_num_threads(), [1, 2]) == [1, 1]
    finally:
        torch.set_num_threads(before)


def test_one_thread_and_one_image() -> None:
    """Where PyTorch may prefer NNPACK, whose Winograd convolution is not exact."""
    rng = np.random.default_rng(1)
    weights = rng.integers(-128, 128, (3, 3, 32, 32))
    net = graph(
        image(32, 32, 32),
        n.Conv(
            name="conv",
            inputs=("image",),
            element=FixedType(width=24, integer=24),
            weight="w",
            padding=Padding(1, 1, 1, 1),
            accumulator=FixedType(width=26, integer=26),
        ),
        parameters={"w": Parameter(values=weights, element=FixedType(width=8, integer=8))},
    )
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        _compare(net, images_for(net, 1)[2:3])
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("overflow", Overflow)
def test_each_mode_on_a_convolution(rounding: Rounding, overflow: Overflow) -> None:
    rng = np.random.default_rng(2)
    element = FixedType(width=8, integer=5, rounding=rounding, overflow=overflow)
    net = _conv(rng.integers(-31, 32, (3, 3, 2, 4)), 3, element, FixedType(width=6, integer=-1))
    _compare(net, images_for(net, 5))


def test_what_is_kept() -> None:
    net = conv_net()
    images = images_for(net, 9)
    interpreter = TorchInterpreter(net)
    assert interpreter.graph is net
    assert list(interpreter.run(images)) == ["linear"]
    some = interpreter.run(images, ["pool", "conv"], batch=4)
    assert list(some) == ["conv", "pool"]
    for name, values in run(net, images, ["pool", "conv"]).items():
        np.testing.assert_array_equal(some[name], values)
    _compare(net, images, batch=2)
    assert interpreter.run(images[:0])["linear"].shape == (0, 4)


def test_read_only_and_strided_images() -> None:
    net = conv_net()
    images = images_for(net, 8)
    images.setflags(write=False)
    _compare(net, images)
    _compare(net, images[::2])
    _compare(net, images[:, ::-1])


def test_refused_images() -> None:
    with pytest.raises(InputRefused) as caught:
        TorchInterpreter(conv_net()).run(np.zeros((1, 6, 6, 2)))  # pyright: ignore[reportArgumentType]
    assert str(caught.value) == (
        "images for net: values of type float64\n"
        "  accepted: a uint8 array of shape [n, 6, 6, 2]\n"
        "  what to do: give raw pixels, 0 to 255; normalisation is part of the network"
    )
