"""Each pass: the text before and after, and the same numbers in floating point."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fpgaflow.errors import InputRefused
from fpgaflow.interpret.torch_real import run_real
from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.spec import REAL, verify
from fpgaflow.ir.text import to_text
from fpgaflow.passes.base import Pass
from fpgaflow.passes.canonical import PASSES, canonicalize
from fpgaflow.passes.fold_batch_norm import FoldBatchNorm
from fpgaflow.passes.fold_input_scale import FoldInputScale
from fpgaflow.passes.merge_affine import MergeAffine
from fpgaflow.passes.normalize_input import NormalizeInput
from fpgaflow.passes.simplify import Simplify
from tests.golden_files import check_golden
from tests.small_networks import NetworkBuilder, dense_network, images, residual_network

NORMALIZE = NormalizeInput(mean=(0.5, 0.25, 0.75), std=(0.25, 0.5, 0.125))


def redundant_network() -> Graph:
    """Identities of every kind, a clamp that is a ReLU, and a node that nothing reads."""
    net = NetworkBuilder()
    value = net.conv("conv", "image", (3, 4))
    value = net.add(n.Clamp(name="clamp", inputs=(value,), low=0.0, high=float("inf")))
    net.conv("dead", value, (4, 4))
    value = net.relu("again", value)
    value = net.add(n.Cast(name="cast", inputs=(value,)))
    value = net.add(n.MaxPool(name="pool", inputs=(value,), kernel=Size(1, 1), stride=Size(1, 1)))
    value = net.add(n.Subsample(name="all_rows", inputs=(value,), stride=Size(1, 1)))
    value = net.add(n.PadChannels(name="no_channels", inputs=(value,), before=0, after=0))
    value = net.add(n.Concat(name="alone", inputs=(value,)))
    value = net.add(n.Reshape(name="same", inputs=(value,), shape=(8, 8, 4)))
    return net.graph(net.relu("last", value))


def affine_chain() -> Graph:
    """Three affines in a row behind the image, and one whose value is read twice."""
    net = NetworkBuilder()
    value = "image"
    for name in ("first", "second", "third", "shared"):
        value = net.add(
            n.Affine(
                name=name,
                inputs=(value,),
                scale=net.normal(f"{name}.scale", (3,)),
                shift=net.normal(f"{name}.shift", (3,)),
            )
        )
    last = n.Affine(name="last", inputs=(value,), scale="first.scale", shift="first.shift")
    return net.graph(net.add(n.Add(name="sum", inputs=(value, net.add(last)))))


CASES: dict[str, tuple[Pass, Graph]] = {
    "normalize-input": (NORMALIZE, residual_network()),
    "fold-batch-norm": (FoldBatchNorm(), dense_network()),
    "fold-input-scale": (FoldInputScale(), NORMALIZE.apply(residual_network())),
    "merge-affine": (MergeAffine(), affine_chain()),
    "simplify": (Simplify(), redundant_network()),
}


def logits(graph: Graph, scale: float = 1.0) -> np.ndarray:
    pixels = images() * scale
    return run_real(graph, pixels, dtype=torch.float64)[graph.outputs[0]].numpy()


def test_every_pass_is_registered_by_its_name():
    assert list(PASSES) == [kind.name for kind in PASSES.values()]
    assert PASSES.keys() == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_golden_text_before_and_after(name: str):
    step, graph = CASES[name]
    after = step.apply(graph)
    assert not step.ensures(after)
    verify(after, REAL, after=name)
    check_golden(f"passes/{name}.txt", f"{to_text(graph)}\n// {name}\n\n{to_text(after)}")


@pytest.mark.parametrize("name", [name for name in CASES if name != "normalize-input"])
def test_a_pass_keeps_the_numbers(name: str):
    step, graph = CASES[name]
    # Double precision leaves the order of the sums alone to differ.
    np.testing.assert_allclose(logits(step.apply(graph)), logits(graph), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("network", [residual_network, dense_network])
def test_the_canonical_graph_takes_pixels_and_computes_the_normalised_network(network):
    graph = network()
    mean, std = np.array(NORMALIZE.mean), np.array(NORMALIZE.std)
    normalised = (images() / 255 - mean) / std
    expected = run_real(graph, normalised, dtype=torch.float64)[graph.outputs[0]].numpy()
    canonical = canonicalize(graph, mean=NORMALIZE.mean, std=NORMALIZE.std)
    np.testing.assert_allclose(logits(canonical), expected, rtol=1e-9, atol=1e-9)


def test_without_a_mean_the_pixels_go_straight_into_the_first_layer():
    graph = canonicalize(residual_network())
    assert graph.node("conv0").inputs == ("image",)
    np.testing.assert_allclose(logits(graph), logits(residual_network(), 1 / 255), rtol=1e-9)


def test_a_shared_convolution_is_folded_for_each_use():
    net = NetworkBuilder()
    first = net.batch_norm("bn1", net.conv("conv", "image", (3, 3)), 3)
    twice = n.Conv(name="conv_2", inputs=(first,), weight="conv.weight", source="net.conv")
    net.add(twice)
    graph = net.graph(net.batch_norm("bn2", "conv_2", 3))
    after = FoldBatchNorm().apply(graph)
    np.testing.assert_allclose(logits(after), logits(graph), rtol=1e-9, atol=1e-9)


def test_the_scale_reaches_the_right_channels_of_a_grouped_convolution():
    net = NetworkBuilder(shape=(8, 8, 4))
    weight = net.normal("conv.weight", (3, 3, 2, 6))
    net.add(n.Conv(name="conv", inputs=("image",), weight=weight, groups=2))
    graph = NormalizeInput(mean=(0.5,), std=(0.1, 0.2, 0.3, 0.4)).apply(net.graph("conv"))
    after = FoldInputScale().apply(graph)
    pixels = images(shape=(8, 8, 4))
    expected, found = (
        run_real(g, pixels, dtype=torch.float64)["conv"].numpy() for g in (graph, after)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            {"mean": (0.5, 0.5)},
            "--mean: 0.5, 0.5; the network's image has 3 channels\n"
            "  accepted: 1 or 3 finite numbers, on the scale of 0 to 1",
        ),
        (
            {"std": (0.5, float("nan"), 1.0)},
            "--std: 0.5, nan, 1; the network's image has 3 channels\n"
            "  accepted: 1 or 3 finite numbers, on the scale of 0 to 1",
        ),
        ({"std": (0.0,)}, "--std: 0\n  accepted: positive numbers"),
    ],
)
def test_normalisation_that_does_not_fit_is_refused(option, message):
    with pytest.raises(InputRefused) as caught:
        canonicalize(residual_network(), **option)
    assert str(caught.value) == message
