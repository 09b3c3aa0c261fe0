"""Small networks for surgery, with seeded weights in which every channel counts."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fpgaflow.zoo import recognise
from fpgaflow.zoo.densenet import DenseLayerConfig, DenseNet, DenseNetConfig
from fpgaflow.zoo.resnet import BlockConfig, ResNet, ResNetConfig, Shortcut, StageConfig
from fpgaflow.zoo.vgg import Vgg, VggConfig, VggLayerConfig


def randomised(module: nn.Module, seed: int = 3) -> nn.Module:
    """Float64 weights in evaluation mode; batch norms shift, so that a channel of zeros shows."""
    generator = torch.Generator().manual_seed(seed)
    module = module.double().eval()
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                noise = torch.rand(tensor.shape, generator=generator, dtype=tensor.dtype)
                tensor.copy_(noise + 0.5 if name.endswith("running_var") else noise - 0.4)
    return module


def images(*shape: int, count: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(11)
    return torch.randn(count, *shape, generator=generator, dtype=torch.float64)


def small_resnet(shortcut: Shortcut = "A") -> ResNet:
    widths = ((4, 1), (6, 2), (9, 2))
    return ResNet(
        ResNetConfig(
            stem=4,
            stages=tuple(
                StageConfig(
                    width=width,
                    stride=stride,
                    blocks=tuple(BlockConfig(index=i, inner=3 + i) for i in range(3)),
                )
                for width, stride in widths
            ),
            shortcut=shortcut,
            classes=5,
        )
    )


def small_densenet(bottleneck: int | None = None) -> DenseNet:
    layers = tuple(
        DenseLayerConfig(index=i, growth=2 + i % 2, bottleneck=bottleneck) for i in (1, 2, 3)
    )
    return DenseNet(
        DenseNetConfig(stem_width=4, blocks=(layers, layers), transitions=(7,), classes=5)
    )


def small_vgg() -> Vgg:
    return Vgg(
        VggConfig(
            layers=(
                VggLayerConfig(index=0, width=4),
                VggLayerConfig(index=3, width=5, pools=1),
                VggLayerConfig(index=7, width=6, pools=1),
            ),
            classes=5,
        )
    )


def same(ours: nn.Module, theirs: nn.Module, x: Tensor, tolerance: float = 1e-10) -> None:
    """Sums of another order differ in the last digits, and in nothing else."""
    with torch.no_grad():
        torch.testing.assert_close(ours(x), theirs(x), rtol=tolerance, atol=tolerance)


def recognised(module: nn.Module) -> nn.Module:
    """What the zoo makes of the state_dict; its configuration must be the module's."""
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    found = recognise(state)
    assert found is not None
    assert found.config == module.config
    return found.load(state)
