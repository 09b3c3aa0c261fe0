"""Which axis of the model's value are the channels of the graph's."""

from __future__ import annotations

from fpgaflow.frontend.layout import Layout

_ORDERS = {0: ((0, 1, 2),), 2: ((2, 0, 1), (2, 1, 0)), 1: ((1, 0, 2), (1, 2, 0))}


def channels_at(layout: Layout, axis: int) -> tuple[tuple[int, int, int], Layout] | None:
    """Return how to turn a three-axis value into a feature map whose channels are `axis`.

    Args:
        layout: of the value, without the batch dimension.
        axis: the axis that should be the channels.

    Returns:
        The order of axes that makes it (c, h, w), and the layout of the result; None when the
        graph's value is no such map.
    """
    if len(layout.shape) != 3:
        return None
    for order in _ORDERS[axis]:
        turned = layout.transposed(order)
        if turned.is_map:
            return order, turned
    return None
