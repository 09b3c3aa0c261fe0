"""Networks trained for a moment on digits, as files that compression starts from."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from fpgaflow.compress.model_file import ModelNote, model_file
from fpgaflow.compress.training import fit
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.data import ImageSet, load_images
from fpgaflow.zoo.densenet import DenseLayerConfig, DenseNet, DenseNetConfig
from fpgaflow.zoo.resnet import BlockConfig, ResNet, ResNetConfig, StageConfig
from fpgaflow.zoo.vgg import Vgg, VggConfig, VggLayerConfig

SHAPE = (1, 8, 8)
NORMALISE = ((0.3,), (0.37,))


def small_resnet() -> ResNet:
    """Three stages of two blocks."""
    stages = tuple(
        StageConfig(
            width=width,
            stride=stride,
            blocks=tuple(BlockConfig(index=index, inner=width) for index in range(2)),
        )
        for width, stride in ((6, 1), (12, 2), (12, 2))
    )
    return ResNet(ResNetConfig(stem=6, stages=stages, in_channels=1))


def small_densenet() -> DenseNet:
    """Two dense blocks of three layers."""
    layers = tuple(DenseLayerConfig(index=index, growth=6) for index in (1, 2, 3))
    config = DenseNetConfig(stem_width=8, blocks=(layers, layers), transitions=(16,), in_channels=1)
    return DenseNet(config)


def small_vgg() -> Vgg:
    """Four convolutions, two of them before the first pooling."""
    layers = (
        VggLayerConfig(index=0, width=8),
        VggLayerConfig(index=3, width=8, pools=1),
        VggLayerConfig(index=7, width=16),
        VggLayerConfig(index=10, width=16, pools=1),
    )
    return Vgg(VggConfig(layers=layers, in_channels=1))


def digits() -> tuple[ImageSet, ImageSet]:
    """Some of the digits: to train on, and to measure on."""
    return load_images("digits:train", limit=600), load_images("digits:test", limit=200)


def trained(network: type[nn.Module]) -> nn.Module:
    """Return one of the networks above, trained; the same every time."""
    makers = {ResNet: small_resnet, DenseNet: small_densenet, Vgg: small_vgg}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        module = makers[network]()
    settings = TrainSettings(epochs=3, learning_rate=0.05, restart_epochs=None)
    fit(module, *digits(), settings, normalise=NORMALISE)
    return module


def save(module: nn.Module, path: Path) -> Path:
    """Write a model file."""
    note = ModelNote(input_shape=SHAPE, mean=NORMALISE[0], std=NORMALISE[1])
    path.write_bytes(model_file(module, note))
    return path
