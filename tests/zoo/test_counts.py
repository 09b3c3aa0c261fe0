from __future__ import annotations

import pytest
import torch
from torch import nn

from fpgaflow.zoo import build, count_layer_macs, count_macs, count_parameters

CIFAR = (3, 32, 32)


@pytest.mark.parametrize(
    ("name", "options", "size", "parameters", "macs"),
    [
        # MLPerf Tiny's is given as 78 k parameters and 12.5 M multiply-accumulates.
        ("resnet8", {}, 32, 78_042, 12_501_632),
        # He et al., table 6, and the numbers that pruning papers print for these networks.
        ("resnet20", {}, 32, 269_722, 40_551_040),
        ("resnet20", {"shortcut": "B"}, 32, 272_474, 40_813_184),
        ("resnet32", {}, 32, 464_154, 68_862_592),
        ("resnet44", {}, 32, 658_586, 97_174_144),
        ("resnet56", {}, 32, 853_018, 125_485_696),
        ("resnet110", {}, 32, 1_727_962, 252_887_680),
        ("densenet40", {}, 32, 1_059_298, 282_917_328),
        ("densenet40", {"first_channels": 16}, 32, 1_019_722, 264_812_928),
        ("densenet40", {"first_channels": 12}, 32, 1_000_030, 255_822_168),
        ("densenet121", {}, 224, 7_978_856, 2_834_161_664),
        ("densenet121", {"classes": 10}, 32, 6_964_106, 57_829_376),
        # Ten classes give the 3.22 M and 0.73 M that pruning papers compare with.
        ("mobilenet", {}, 224, 3_217_226, 567_726_592),
        ("squeezenet", {}, 224, 727_626, 263_489_216),
        ("vgg16_bn", {}, 32, 14_728_266, 313_201_664),
        ("vgg16_bn", {"conv_bias": False}, 32, 14_724_042, 313_201_664),
    ],
)
def test_counts_match_the_published_ones(
    name: str, options: dict[str, object], size: int, parameters: int, macs: int
) -> None:
    module = build(name, **options)
    assert count_parameters(module) == parameters
    assert count_macs(module, (3, size, size)) == macs


def test_macs_are_listed_by_layer_and_count_every_call() -> None:
    shared = nn.Conv2d(4, 4, 3, padding=1, groups=2)
    module = nn.Sequential(shared, shared, nn.Flatten(), nn.Linear(4 * 6 * 6, 5))
    assert count_layer_macs(module, (4, 6, 6)) == {
        "0": 2 * 4 * 6 * 6 * (2 * 3 * 3),
        "3": 4 * 6 * 6 * 5,
    }


def test_counting_leaves_the_module_as_it_was() -> None:
    module = build("resnet20").train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    count_macs(module, CIFAR)
    assert module.training
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
