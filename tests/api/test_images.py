"""Which images calibrate and which measure."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaflow.api.images import Wanted, choose_images, fit_images, read_images
from fpgaflow.data import make_image_set
from fpgaflow.errors import InputRefused
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter
from tests.api.tiny import tiny_images


def mlp(features: int, classes: int = 3) -> Graph:
    weight = Parameter(values=np.zeros((features, classes)))
    nodes = (
        n.Input(name="x", shape=(features,)),
        n.Linear(name="y", inputs=("x",), weight="w"),
    )
    return Graph(name="mlp", nodes=nodes, parameters={"w": weight}, outputs=("y",))


def conv_graph() -> Graph:
    nodes: tuple[n.Node, ...] = (
        n.Input(name="x", shape=(6, 6, 1)),
        n.Relu(name="y", inputs=("x",)),
    )
    return Graph(name="net", nodes=nodes, parameters={}, outputs=("y",))


def test_figures_come_from_images_that_calibration_has_not_seen() -> None:
    given = read_images((tiny_images(40), np.arange(40) % 3))
    chosen = choose_images(conv_graph(), given, None, Wanted(calibration=30, evaluation=5), seed=0)
    np.testing.assert_array_equal(chosen.calibration, given.images[:30])
    assert chosen.evaluation is not None
    np.testing.assert_array_equal(chosen.evaluation, given.images[30:35])
    assert chosen.labels is not None
    np.testing.assert_array_equal(chosen.labels, np.arange(30, 35) % 3)
    assert chosen.description == (
        "the given images: the first 30 images; figures from those after them"
    )
    assert chosen.kept is chosen.evaluation


def test_few_images_serve_for_both_and_the_report_says_so() -> None:
    given = read_images(tiny_images(20))
    chosen = choose_images(conv_graph(), given, None, Wanted(), seed=0)
    assert chosen.evaluation is not None
    np.testing.assert_array_equal(chosen.evaluation, given.images)
    assert (
        chosen.description == "the given images: the first 20 images; figures from the same images"
    )


def test_an_evaluation_set_of_its_own() -> None:
    first, second = read_images(tiny_images(20)), read_images(tiny_images(8, seed=5))
    chosen = choose_images(conv_graph(), first, second, Wanted(calibration=4), seed=0)
    assert len(chosen.calibration) == 4
    assert chosen.evaluation is not None
    np.testing.assert_array_equal(chosen.evaluation, second.images)


def test_without_images_random_pixels_calibrate_and_nothing_is_measured() -> None:
    chosen = choose_images(conv_graph(), None, None, Wanted(), seed=3)
    again = choose_images(conv_graph(), None, None, Wanted(), seed=3)
    np.testing.assert_array_equal(chosen.calibration, again.calibration)
    assert chosen.calibration.shape == (64, 6, 6, 1)
    assert chosen.evaluation is None
    assert chosen.description == "random pixels (seed 3), no images were given"


def test_nothing_is_measured_where_none_is_wanted() -> None:
    given = read_images(tiny_images(20))
    chosen = choose_images(conv_graph(), given, None, Wanted(calibration=5, evaluation=0), seed=0)
    assert chosen.evaluation is None


def test_vectors_are_images_of_one_column() -> None:
    pixels = np.arange(20, dtype=np.uint8).reshape(4, 5)
    chosen = choose_images(mlp(5), read_images(pixels), None, Wanted(), seed=0)
    np.testing.assert_array_equal(chosen.calibration, pixels)


def test_images_suit_a_network_of_vectors_when_the_pixels_are_as_many() -> None:
    assert len(fit_images(read_images(tiny_images(4)), mlp(36))) == 4
    with pytest.raises(InputRefused) as caught:
        fit_images(read_images(tiny_images(4)), mlp(35))
    assert str(caught.value) == (
        "the given images: the images are 6x6x1 (height, width, channels)\n"
        "  accepted: one channel and 35 pixels in all, which the network takes"
    )


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (
            (4, 8, 6, 1),
            "the given images: the images are 8x6x1 (height, width, channels)\n"
            "  accepted: 6x6x1, which the network takes\n"
            "  what to do: resize the images, or name the data set that the network was trained "
            "on; where the network does take such images: --input-shape 1,8,6",
        ),
        (
            (4, 6, 6, 3),
            "the given images: the images are 6x6x3 (height, width, channels)\n"
            "  accepted: 6x6x1, which the network takes\n"
            "  what to do: convert the images to grey; where the network does take such images: "
            "--input-shape 3,6,6",
        ),
        (
            (4, 1, 6, 6),
            "the given images: the images are 1x6x6 (height, width, channels)\n"
            "  accepted: 6x6x1, which the network takes\n"
            "  what to do: these are channels first; transpose: images.transpose(0, 2, 3, 1); "
            "where the network does take such images: --input-shape 6,1,6",
        ),
    ],
)
def test_images_of_another_shape_are_refused(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(InputRefused) as caught:
        fit_images(read_images(np.zeros(shape, np.uint8)), conv_graph())
    assert str(caught.value) == message


def test_labels_out_of_range_are_refused() -> None:
    images = make_image_set(np.zeros((2, 6, 6, 1), np.uint8), np.array([0, 3]), name="set")
    with pytest.raises(InputRefused) as caught:
        fit_images(images, mlp(36))
    assert str(caught.value) == (
        "set: the label of image 1 is 3, the first of 1 out of range\n"
        "  accepted: 0 to 2: the network has 3 outputs"
    )


def test_other_python_objects_are_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        read_images([np.zeros((2, 6, 6, 1), np.uint8)])
    assert str(caught.value) == (
        "the given images are a list of 1 parts\n"
        "  accepted: an array of images, or a pair (images, labels)"
    )


@pytest.mark.parametrize(
    ("calibration", "evaluation", "message"),
    [
        (0, 1, "0 calibration images were asked for\n  accepted: 1 or more"),
        (1, -1, "-1 evaluation images were asked for\n  accepted: 0 or more"),
    ],
)
def test_senseless_counts_are_refused(calibration: int, evaluation: int, message: str) -> None:
    with pytest.raises(InputRefused) as caught:
        Wanted(calibration=calibration, evaluation=evaluation)
    assert str(caught.value) == message
