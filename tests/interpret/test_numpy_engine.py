from __future__ import annotations

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from fpgaflow.errors import InputRefused
from fpgaflow.interpret import numpy_engine
from fpgaflow.interpret.numpy_engine import run
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.ranges import sum_range
from fpgaflow.ir.types import Parameter
from tests.exact import evaluate
from tests.ir.graphs import conv_net, graph, image
from tests.strategies import MAP_OPERATIONS, VECTOR_OPERATIONS, fixed_graphs, images_for

_seen: Counter[type[n.Node]] = Counter()


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(fixed_graphs())
def test_equals_the_plain_definition(graph: Graph) -> None:
    _seen.update(type(node) for node in graph.nodes)
    images = images_for(graph, 4)
    found = run(graph, images, "all", check_accumulators=True)
    for index in (0, 1, 2, 3):
        for name, expected in evaluate(graph, images[index]).items():
            np.testing.assert_array_equal(found[name][index], expected, err_msg=name)


def test_every_operation_was_drawn() -> None:
    if not _seen:
        pytest.skip("the test of random graphs did not run in this process")
    assert _seen.keys() >= {*MAP_OPERATIONS, *VECTOR_OPERATIONS}


def test_a_network_by_hand() -> None:
    net = conv_net()
    images = images_for(net, 5)
    found = run(net, images, "all")
    for index, picture in enumerate(images):
        for name, expected in evaluate(net, picture).items():
            np.testing.assert_array_equal(found[name][index], expected, err_msg=name)


def test_what_is_kept() -> None:
    net = conv_net()
    images = images_for(net, 4)
    everything = run(net, images, "all")
    assert list(everything) == list(net.types)
    assert list(run(net, images)) == ["linear"]
    some = run(net, images, {"pool", "conv"})
    assert list(some) == ["conv", "pool"]
    for name, values in some.items():
        assert values.dtype == np.int64
        assert values.shape == (4, *net.types[name].shape)
        np.testing.assert_array_equal(values, everything[name])


def test_batches_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    net = conv_net()
    images = images_for(net, 7)
    whole = run(net, images, "all")
    monkeypatch.setattr(numpy_engine, "BATCH", 3)
    for name, values in run(net, images, "all").items():
        np.testing.assert_array_equal(values, whole[name])


def test_no_images() -> None:
    net = conv_net()
    assert run(net, np.zeros((0, 6, 6, 2), np.uint8))["linear"].shape == (0, 4)


def test_wide_products_leave_float64_for_int64() -> None:
    """24-bit weights on 34-bit values: sums of 2^57 and more, where a float64 would round."""
    wide = FixedType(width=34, integer=34)
    weight = FixedType(width=24, integer=19)
    rng = np.random.default_rng(3)
    values = rng.integers(weight.minimum, weight.maximum, (5, 3), endpoint=True)
    scale = FixedType(width=26, integer=26)
    net = graph(
        image(5),
        n.Affine(name="wide", inputs=("image",), element=wide, scale="s", shift="t"),
        n.Linear(
            name="linear",
            inputs=("wide",),
            element=FixedType(width=62, integer=57),
            weight="w",
            accumulator=sum_range(values, None, wide, 5).element,
        ),
        parameters={
            "s": Parameter(values=np.full(5, scale.maximum), element=scale),
            "t": Parameter(values=np.full(5, 1), element=scale),
            "w": Parameter(values=values, element=weight),
        },
    )
    images = images_for(net, 6)
    found = run(net, images)["linear"]
    assert np.abs(found).max() > 1 << 53
    for index, picture in enumerate(images):
        np.testing.assert_array_equal(found[index], evaluate(net, picture)["linear"])


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (
            np.zeros((1, 6, 6, 2), np.float32),
            "images for net: values of type float32\n"
            "  accepted: a uint8 array of shape [n, 6, 6, 2]\n"
            "  what to do: give raw pixels, 0 to 255; normalisation is part of the network",
        ),
        (
            np.zeros((1, 2, 6, 6), np.uint8),
            "images for net: an array of shape [1, 2, 6, 6]\n"
            "  accepted: a uint8 array of shape [n, 6, 6, 2]\n"
            "  what to do: images are channels-last",
        ),
        (
            np.zeros((6, 6, 2), np.uint8),
            "images for net: an array of shape [6, 6, 2]\n"
            "  accepted: a uint8 array of shape [n, 6, 6, 2]",
        ),
        (
            [[1]],
            "images for net: a list\n  accepted: a uint8 array of shape [n, 6, 6, 2]",
        ),
    ],
)
def test_refused_images(images: np.ndarray, message: str) -> None:
    with pytest.raises(InputRefused) as caught:
        run(conv_net(), images)
    assert str(caught.value) == message


def test_refused_name() -> None:
    with pytest.raises(InputRefused) as caught:
        run(conv_net(), np.zeros((1, 6, 6, 2), np.uint8), ["conv", "cnov"])
    assert str(caught.value) == (
        "graph net: no node is named cnov\n"
        "  accepted: image, conv, pool, clamp, twice, mean, flat, linear"
    )


def test_needs_numpy_only() -> None:
    """A board installs NumPy and no more."""
    program = (
        "import sys, fpgaflow.interpret.numpy_engine\n"
        "extra = {'torch', 'rich', 'jinja2', 'onnx', 'hls4ml', 'PIL'} & set(sys.modules)\n"
        "sys.exit(' '.join(sorted(extra)) or 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
