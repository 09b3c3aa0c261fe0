from __future__ import annotations

import numpy as np

from fpgaflow.frontend.layout import Layout, joined_vectors


def test_a_flattened_map_knows_where_its_elements_lie() -> None:
    """Channels-first (2, 3, 4) flattened: element (c, h, w) lies at (h, w, c)."""
    flat = Layout(shape=(2, 3, 4)).reshaped((24,))
    image = np.arange(24).reshape(2, 3, 4)
    channels_last = image.transpose(1, 2, 0).reshape(-1)
    assert not flat.is_map
    assert np.array_equal(channels_last[flat.places()], image.reshape(-1))
    assert np.array_equal(flat.to_graph(image.reshape(-1)), channels_last)


def test_a_map_of_one_pixel_or_one_channel_flattens_to_the_natural_order() -> None:
    assert Layout(shape=(5, 1, 1)).reshaped((5,)).order is None
    assert Layout(shape=(1, 3, 4)).reshaped((12,)).order is None


def test_unflattening_restores_the_map() -> None:
    layout = Layout(shape=(2, 3, 4))
    assert layout.reshaped((24,)).reshaped((2, 3, 4)).is_map
    assert layout.transposed((1, 2, 0)).transposed((2, 0, 1)).is_map
    assert not layout.transposed((0, 2, 1)).is_map
    assert Layout(shape=(24,)).reshaped((2, 3, 4)).order is not None


def test_vectors_joined_end_to_end() -> None:
    image, vector = Layout(shape=(2, 1, 2)).reshaped((4,)), Layout(shape=(3,))
    joined = joined_vectors([image, vector])
    assert joined.places().tolist() == [0, 2, 1, 3, 4, 5, 6]
    assert joined_vectors([vector, vector]).order is None


def test_layouts_compare_by_shape_and_order() -> None:
    assert Layout(shape=(4,)).same_as(Layout(shape=(4,), order=np.arange(4)))
    assert not Layout(shape=(4,)).same_as(Layout(shape=(2, 1, 2)).reshaped((4,)))
    assert Layout(shape=(3, 2, 5)).graph_shape == (2, 5, 3)
    assert Layout(shape=(3, 2)).graph_shape == (6,)
