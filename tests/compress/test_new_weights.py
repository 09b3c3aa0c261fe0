"""New random weights: all of them, from the seed alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from fpgaflow.compress.new_weights import reset_weights
from fpgaflow.errors import InputRefused
from tests.compress.small_models import small_resnet


class Scale(nn.Module):
    """Has a parameter that it cannot initialise."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


def test_new_weights_come_from_the_seed() -> None:
    one, two, three = small_resnet(), small_resnet(), small_resnet()
    for module, seed in ((one, 1), (two, 1), (three, 2)):
        reset_weights(module, seed)
    assert torch.equal(one.conv1.weight, two.conv1.weight)
    assert not torch.equal(one.conv1.weight, three.conv1.weight)


def test_nothing_of_a_training_stays() -> None:
    module = small_resnet()
    with torch.no_grad():
        for value in module.state_dict().values():
            value.fill_(7)
    reset_weights(module, 0)
    for name, value in module.state_dict().items():
        assert not bool((value == 7).any()), name


def test_the_callers_random_numbers_go_on() -> None:
    layer = nn.Linear(2, 2)
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    reset_weights(layer, 0)
    assert torch.equal(torch.rand(1), wanted)


def test_a_parameter_that_would_stay_is_refused() -> None:
    layer = nn.Linear(2, 2)
    before = layer.weight.clone()
    with pytest.raises(InputRefused) as caught:
        reset_weights(nn.Sequential(layer, Scale()), 0)
    assert str(caught.value) == (
        "the parameter 1.factor of Scale cannot be given a new value\n"
        "  accepted: parameters of modules that have reset_parameters()\n"
        "  what to do: give Scale a method reset_parameters()"
    )
    assert torch.equal(layer.weight, before)
