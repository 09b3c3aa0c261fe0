"""What surgery changes in the zoo's networks beside weights: paddings and configurations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from torch import Tensor, nn

from fpgaflow.compress.couplings_call import Record
from fpgaflow.zoo import recognise
from fpgaflow.zoo.lipnet import LipNetConfig
from fpgaflow.zoo.resnet import PadShortcut
from fpgaflow.zoo.vgg import VggConfig, VggLayerConfig


def repad(module: nn.Module, record: Record, sources: Mapping[str, Tensor]) -> None:
    """Give each option-A shortcut of the zoo the channels of zeros that are left.

    Args:
        module: the smaller network, changed in place.
        record: of the network before.
        sources: the atoms that are left.
    """
    for number, path in enumerate(record.pads):
        shortcut = module.get_submodule(path)
        before, after = (sources[f"pad {number} {side}"] for side in ("before", "after"))
        if not isinstance(shortcut, PadShortcut):
            continue
        if (len(before), len(after)) == (shortcut.before, shortcut.after):
            continue
        added = len(before) + len(after)
        new = PadShortcut(
            in_width=0,
            width=added,
            stride=shortcut.stride,
            before=None if len(before) == added // 2 else len(before),
        )
        parent, _, own = path.rpartition(".")
        setattr(module.get_submodule(parent), own, new.train(shortcut.training))


def update_configs(module: nn.Module) -> None:
    """Let the configuration of each network of the zoo say what its layers are."""
    for part in module.modules():
        before = vars(part).get("config")
        if before is None or not type(part).__module__.startswith("fpgaflow.zoo."):
            continue
        found = recognise(part.state_dict())
        if found is None or type(found.config) is not type(before):
            continue
        config = found.config
        if isinstance(config, VggConfig | LipNetConfig):
            layers = _with_pools(config.layers, cast("VggConfig | LipNetConfig", before).layers)
            config = replace(config, layers=layers)
        vars(part)["config"] = config


def _with_pools(
    now: Sequence[VggLayerConfig], before: Sequence[VggLayerConfig]
) -> tuple[VggLayerConfig, ...]:
    """Names and shapes do not tell whether pooling follows the last convolution."""
    pairs = zip(now, before, strict=True)
    return tuple(replace(layer, pools=old.pools) for layer, old in pairs)
