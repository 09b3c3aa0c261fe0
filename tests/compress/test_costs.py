"""The papers' figures, from our own counter."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fpgaflow.compress.costs import Costs, costs
from fpgaflow.zoo import ZOO, build, count_macs

CIFAR = (3, 32, 32)


def counted(name: str, size: int = 32, **options: object) -> Costs:
    with torch.device("meta"):
        return costs(build(name, **options), (3, size, size))


def millions(count: int) -> str:
    return f"{count / 1e6:.2f}"


def test_resnet56_and_densenet40_of_the_dynamic_pruning_paper() -> None:
    assert millions(counted("resnet56").paper_flops) == "127.62"
    assert millions(counted("densenet40", first_channels=24).paper_flops) == "292.56"


def test_resnet110_of_the_dynamic_pruning_paper_counts_global_pooling() -> None:
    found = counted("resnet110")
    assert found.global_pool_inputs == 64 * 8 * 8
    assert millions(found.paper_flops + found.global_pool_inputs) == "257.09"
    assert millions(found.paper_flops) == "257.08"


def test_global_pooling_would_spoil_densenet40_and_change_nothing_in_resnet56() -> None:
    dense, residual = counted("densenet40", first_channels=24), counted("resnet56")
    assert millions(dense.paper_flops + dense.global_pool_inputs) == "292.59"
    assert millions(residual.paper_flops + residual.global_pool_inputs) == "127.62"


def test_the_parts_of_the_dynamic_pruning_papers_flops() -> None:
    found = counted("densenet40", first_channels=24)
    assert found.macs == 282_917_328
    assert found.batch_norm_elements == 2_396_160
    assert found.pool_outputs == 168 * 16 * 16 + 312 * 8 * 8


def test_the_network_of_the_lip_reading_paper() -> None:
    found = counted("vgg19_bn", 224, last_pool=False)
    assert f"{found.memory_mb:.2f}" == "175.71"
    assert f"{found.read_write_mb:.2f}" == "428.02"
    assert millions(found.parameters - found.batch_norm_parameters) == "20.03"
    assert f"{found.macs / 1e9:.2f}" == "19.51"


def test_vgg16_of_the_slimming_paper() -> None:
    found = counted("vgg16_bn")
    assert f"{found.macs / 1e9:.2f}" == "0.31"
    assert millions(found.parameters - found.batch_norm_parameters) == "14.72"


@pytest.mark.parametrize(
    ("name", "depth"), [("resnet20", 20), ("resnet56", 56), ("densenet40", 40)]
)
def test_depth_is_the_one_in_the_name(name: str, depth: int) -> None:
    found = counted(name)
    assert (found.depth, found.thin_layers) == (depth, 0)


@pytest.mark.parametrize("name", [name for name in ZOO if name != "densenet121"])
def test_macs_are_those_of_the_zoos_counter(name: str) -> None:
    module, shape = build(name), (5, *CIFAR) if ZOO[name].takes_clips else CIFAR
    assert costs(module, shape).macs == count_macs(module, shape)


class Every(nn.Module):
    """One of each, as layers and as functions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.norm = nn.BatchNorm2d(4)
        self.linear = nn.Linear(4, 5)
        self.plain = nn.Linear(5, 6, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm(self.conv(x)))
        x = F.max_pool2d(x, 2)
        x = F.relu6(F.avg_pool2d(x, 2))
        return self.plain(self.linear(x.mean((2, 3))))


def test_every_operation_by_hand() -> None:
    module = Every().train()
    # conv, norm, relu: 4x8x8 = 256 in and out; max pool 256 to 64; average pool 64 to 16;
    # relu6 16 to 16; mean of 16 to 4, which is not stored; linear 4 to 5; plain 5 to 6.
    values_out = 3 * 256 + 64 + 16 + 16 + 5 + 6
    values_in = 3 * 256 + 256 + 64 + 16 + 4 + 5
    parameters = 4 * 2 * 9 + 4 + 4 * 5 + 5 + 5 * 6
    assert costs(module, (4, 8, 8)) == Costs(
        parameters=parameters + 8,
        batch_norm_parameters=8,
        macs=256 * 2 * 9 + 4 * 5 + 5 * 6,
        batch_norm_elements=256,
        pool_outputs=64 + 16,
        global_pool_inputs=16,
        depth=3,
        thin_layers=1,
        memory_bytes=4 * values_out,
        read_write_bytes=4 * (values_in + values_out + parameters),
    )
    assert module.training


def test_six_channels_are_not_thin() -> None:
    module = nn.Sequential(nn.Conv2d(3, 6, 1), nn.Conv2d(6, 5, 1), nn.Conv2d(5, 6, 1))
    assert costs(module, (3, 4, 4)).thin_layers == 1


class Recurrent(nn.Module):
    """An LSTM of two layers in both directions, on each step a linear layer."""

    def __init__(self, *, batch_first: bool, projection: int = 0) -> None:
        super().__init__()
        self.lstm = nn.LSTM(
            6, 4, 2, batch_first=batch_first, bidirectional=True, proj_size=projection
        )
        self.linear = nn.Linear(2 * (projection or 4), 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(self.lstm(x)[0])


@pytest.mark.parametrize("batch_first", [True, False])
def test_an_lstm_by_hand(batch_first: bool) -> None:
    module = Recurrent(batch_first=batch_first)
    # Seven frames; without batch_first, seven sequences of one step are as many steps.
    found = costs(module, (7, 6))
    first, second, linear = 2 * 16 * (6 + 4), 2 * 16 * (8 + 4), 8 * 5
    assert found.macs == 7 * (first + second + linear) == count_macs(module, (7, 6))
    assert found.depth == 3
    parameters = first + second + 4 * 2 * 16 + linear + 5
    assert found.parameters == parameters
    assert found.memory_bytes == 4 * 7 * (8 + 8 + 5)
    assert found.read_write_bytes == 4 * (7 * (6 + 8 + 8 + 8 + 8 + 5) + parameters)
    assert found.pool_outputs == found.global_pool_inputs == 0


def test_an_lstm_with_a_projection() -> None:
    module = Recurrent(batch_first=True, projection=3)
    first, second = 2 * (16 * (6 + 3) + 3 * 4), 2 * (16 * (6 + 3) + 3 * 4)
    found = costs(module, (7, 6))
    assert found.macs == 7 * (first + second + 6 * 5) == count_macs(module, (7, 6))
    assert found.memory_bytes == 4 * 7 * (6 + 6 + 5)
