"""Which ATen operations are known, and what to say about some that are not."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fpgaflow.frontend import (
    torch_ops_elementwise,
    torch_ops_join,
    torch_ops_layers,
    torch_ops_pool,
    torch_ops_shape,
)
from fpgaflow.frontend.torch_call import Handler

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        **torch_ops_layers.HANDLERS,
        **torch_ops_pool.HANDLERS,
        **torch_ops_elementwise.HANDLERS,
        **torch_ops_shape.HANDLERS,
        **torch_ops_join.HANDLERS,
    }
)
"""Handler of each known operation, by ATen name with overload."""

ACCEPTED = (
    "Conv2d, Linear, BatchNorm1d/2d, ReLU, ReLU6, Hardtanh, clamp, adding two values, arithmetic "
    "with constants, cat, max, average and adaptive pooling, mean over rows and columns, flatten "
    "and view, zero padding, slices with a step, Dropout, Identity; also as torch.nn.functional"
)
"""For messages: the operations in the words of PyTorch's users."""

_DROP = "leave it out: the class with the largest value stays the same"
_RELU = "use ReLU or ReLU6 in its place and train again"
_SPLIT = "compute the parts with separate layers"
_POOL = "use max or average pooling, or a convolution with a stride"
_NORM = "use BatchNorm2d, which costs nothing in hardware, and train again"
_EVAL = "call .eval() before exporting, and keep track_running_stats=True"

REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "softmax": _DROP,
        "log_softmax": _DROP,
        "argmax": "leave it out and take the largest of the values that come back",
        **dict.fromkeys(
            (
                "sigmoid",
                "hardsigmoid",
                "tanh",
                "silu",
                "hardswish",
                "gelu",
                "elu",
                "celu",
                "selu",
                "mish",
                "leaky_relu",
                "prelu",
                "softplus",
            ),
            _RELU,
        ),
        **dict.fromkeys(("split", "split_with_sizes", "chunk", "unbind"), _SPLIT),
        **dict.fromkeys(("upsample_nearest2d", "upsample_bilinear2d"), _POOL),
        **dict.fromkeys(("group_norm", "layer_norm", "instance_norm"), _NORM),
        "sum": "use mean and scale the layer behind",
        "batch_norm": _EVAL,
        "dropout": "call .eval() before exporting",
    }
)
"""What to do about an operation that has no handler, by its plain name."""
