"""VGG, and the lip-reading network that begins with it, from a checkpoint's tensor shapes."""

from __future__ import annotations

import itertools

from fpgaflow.zoo.lipnet import LipNetConfig, lipnet_config, lipnet_small_config
from fpgaflow.zoo.recognition_shapes import Shapes, conv_shape, indices, shape_of
from fpgaflow.zoo.vgg import VggConfig, VggLayerConfig, vgg_config


def read_vgg(shapes: Shapes, *, last_pool: bool) -> VggConfig | None:
    """The configuration of a VGG; None where the names are of another network.

    Raises:
        InputRefused: a tensor has an impossible number of axes.
    """
    layers = _layers(shapes, last_pool=last_pool)
    if "classifier.weight" not in shapes or layers is None:
        return None
    first = f"features.{layers[0].index}"
    return VggConfig(
        layers=layers,
        conv_bias=f"{first}.bias" in shapes,
        in_channels=conv_shape(shapes, f"{first}.weight")[1],
        classes=shape_of(shapes, "classifier.weight", 2)[0],
    )


def read_lipnet(shapes: Shapes) -> LipNetConfig | None:
    """The configuration of a lip-reading network; None where the names are of another network.

    Raises:
        InputRefused: a tensor is missing, or has an impossible number of axes.
    """
    layers = _layers(shapes, last_pool=True)
    if layers is None:
        return None
    first = f"features.{layers[0].index}"
    return LipNetConfig(
        layers=layers,
        conv_bias=f"{first}.bias" in shapes,
        hidden=shape_of(shapes, "lstm.weight_hh_l0", 2)[1],
        lstm_layers=len(indices(shapes, r"lstm\.weight_ih_l(\d{1,2})$")),
        in_channels=conv_shape(shapes, f"{first}.weight")[1],
        classes=shape_of(shapes, "classifier.weight", 2)[0],
    )


def _layers(shapes: Shapes, *, last_pool: bool) -> tuple[VggLayerConfig, ...] | None:
    numbers = [
        number
        for number in indices(shapes, r"features\.(\d{1,4})\.weight$")
        if len(shapes[f"features.{number}.weight"]) == 4
    ]
    # Convolution, batch norm and ReLU take three numbers; what is left over is pooling.
    gaps = [after - before for before, after in itertools.pairwise(numbers)]
    if not numbers or any(gap < 3 for gap in gaps):
        return None
    pools = [gap % 3 for gap in gaps] + [1 if last_pool else 0]
    return tuple(
        VggLayerConfig(index=i, width=conv_shape(shapes, f"features.{i}.weight")[0], pools=p)
        for i, p in zip(numbers, pools, strict=True)
    )


def describe_vgg(config: VggConfig) -> str:
    """The zoo's name of a VGG, and whether it is pruned."""
    depth = len(config.layers) + 3
    if depth not in (11, 13, 16, 19):
        return f"vgg with {len(config.layers)} convolutions"
    same = _widths(vgg_config(depth).layers) == _widths(config.layers)
    return f"vgg{depth}_bn" + ("" if same else ", pruned")


def describe_lipnet(config: LipNetConfig) -> str:
    """The zoo's name of a lip-reading network, and whether it is pruned.

    Pruning leaves the LSTM's units as they are, so these tell what it was.
    """
    for name, plain in (("lipnet", lipnet_config()), ("lipnet_small", lipnet_small_config())):
        if _without_widths(config) == _without_widths(plain):
            return name + ("" if _widths(plain.layers) == _widths(config.layers) else ", pruned")
    return f"lipnet, {len(config.layers)} convolutions, {config.hidden} units" + (
        f" in each of {config.lstm_layers} layers" if config.lstm_layers > 1 else ""
    )


def _without_widths(config: LipNetConfig) -> tuple[int, int, int]:
    return len(config.layers), config.hidden, config.lstm_layers


def _widths(layers: tuple[VggLayerConfig, ...]) -> list[int]:
    return [layer.width for layer in layers]
