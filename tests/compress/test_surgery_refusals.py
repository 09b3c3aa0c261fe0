from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fpgaflow.compress.couplings import find_groups
from fpgaflow.compress.couplings_trace import ACCEPTED
from fpgaflow.compress.surgery import keep_channels, mask_channels
from fpgaflow.errors import InputRefused, UnsupportedOperator
from tests.compress.surgery_cases import small_resnet

SHAPE = (3, 6, 6)


class Net(nn.Module):
    """Two convolutions with something between them."""

    def __init__(self, between: Callable[[nn.Module, Tensor], Tensor]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.group_norm = nn.GroupNorm(2, 4)
        self.plain = nn.Parameter(torch.ones(4, 4, 1, 1))
        self.norm = nn.BatchNorm2d(4, track_running_stats=False)
        self.between = between
        self.last = nn.Conv2d(4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.between(self, self.conv(x)))


REFUSED: dict[str, tuple[Callable[[nn.Module, Tensor], Tensor], str]] = {
    "constant": (
        lambda _, x: x + 1,
        "add at {place}: it adds a constant, which would stay where a channel is taken out",
    ),
    "gate": (
        lambda _, x: x * torch.tanh(x),
        "mul at {place}: only a number may scale a feature map",
    ),
    "broadcast": (
        lambda _, x: x + x[:, :1],
        "add at {place}: it adds shapes [4, 4, 4] and [1, 4, 4]",
    ),
    "softplus": (lambda _, x: F.softplus(x), "softplus at {place}"),
    "clamp": (lambda _, x: x.clamp(1, 2), "clamp at {place}: it does not leave zero as it is"),
    "mean": (
        lambda _, x: x - x.mean(1, keepdim=True),
        "mean at {place}: it mixes channels",
    ),
    "reshape": (
        lambda net, x: F.conv2d(x.reshape(-1, 8, 2, 4), net.last.weight.new_zeros(4, 8, 1, 1)),
        "conv2d at {place}: its weight is not the parameter of a PyTorch layer",
    ),
    "mixed": (
        lambda net, x: net.last(x.transpose(1, 2)),
        "conv2d at {place}: one of its channels holds several channels of a layer before",
    ),
    "cat": (
        lambda _, x: torch.cat((x[:, :3], torch.zeros(2, 1, 4, 4)), 1),
        "cat at {place}: it takes a constant tensor",
    ),
    "reflect": (
        lambda _, x: F.pad(x, (1, 1, 1, 1), mode="reflect"),
        "pad at {place}: it pads with something else than zeros, or crops",
    ),
    "assignment": (lambda _, x: x.__setitem__(0, 0), "assignment to a slice at {place}"),
    "batch": (lambda net, x: net.norm(x), "batch_norm at {place}: it has no running statistics"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_other_couplings_are_refused_by_name_and_line(case: str) -> None:
    between, message = REFUSED[case]
    with pytest.raises(UnsupportedOperator) as refused:
        find_groups(Net(between), SHAPE)
    line = between.__code__.co_firstlineno
    inside = {"mixed": "module last", "batch": "module norm"}.get(case, "the network itself")
    place = f"test_surgery_refusals.py:{line} in <lambda>, {inside}"
    assert str(refused.value) == (
        f"Net: channels cannot be followed through {message.format(place=place)}\n"
        f"  accepted: {ACCEPTED}"
    )


def test_a_refusal_inside_a_module_names_it() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4), nn.Conv2d(4, 2, 1))
    with pytest.raises(UnsupportedOperator) as refused:
        find_groups(net, SHAPE)
    assert refused.value.found == (
        "Sequential: channels cannot be followed through group_norm at module 1"
    )


class Baked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.linear = nn.Linear(4 * 16, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(self.conv(x).view(-1, 64))


def test_code_with_its_widths_built_in_is_refused_when_they_change() -> None:
    net = Baked()
    assert keep_channels(net, SHAPE, {"conv": range(4)}) is not net
    with pytest.raises(UnsupportedOperator) as refused:
        keep_channels(net, SHAPE, {"conv": [0, 2]})
    lines = Path(__file__).read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "view(-1, 64)" in text)
    assert refused.value.found == (
        f"Baked: linear at test_surgery_refusals.py:{line} in forward, module linear does not "
        "follow the layers that lost channels: it fails: a and b must have same reduction dim, but "
        "got [1, 64] X [32, 2]."
    )


class Slices(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 1)
        self.other = nn.Conv2d(3, 2, 1)
        self.last = nn.Conv2d(2, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.conv(x)[:, 2:4] + self.other(x))


def test_a_slice_that_would_take_other_channels_is_refused() -> None:
    net = Slices()
    with pytest.raises(UnsupportedOperator) as refused:
        keep_channels(net, SHAPE, {"conv": [1, 2, 3, 4, 5]})
    assert refused.value.found.endswith(
        "does not follow the layers that lost channels: other channels meet than before"
    )
    assert refused.value.found.startswith("Slices: add at test_surgery_refusals.py:")


class Window(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 1)
        self.last = nn.Conv2d(2, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.conv(x)[:, 1:3])


class Scale(Window):
    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return self.last((x / x.shape[1])[:, -2:])


class Branch(Window):
    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return x.mean((2, 3)) if x.shape[1] < 6 else self.last(x[:, :2])


@pytest.mark.parametrize(
    ("net", "found"),
    [
        (Window(), "Window: with fewer channels, last reads other ones than before"),
        (Scale(), "Scale: with fewer channels, feature maps are scaled by other numbers"),
        (Branch(), "Branch: with fewer channels, the code calls other layers"),
    ],
)
def test_code_that_does_other_things_with_fewer_channels_is_refused(
    net: nn.Module, found: str
) -> None:
    with pytest.raises(UnsupportedOperator) as refused:
        keep_channels(net, SHAPE, {"conv": [1, 2, 3, 4, 5]})
    assert str(refused.value) == (
        f"{found}\n"
        "  accepted: code that takes its numbers of channels from its input\n"
        "  what to do: keep all channels that pass there, or change the code"
    )


def test_shared_parameters_are_refused() -> None:
    net = nn.Sequential(nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1))
    net[1].weight = net[0].weight
    with pytest.raises(UnsupportedOperator) as refused:
        find_groups(net, SHAPE)
    assert str(refused.value) == (
        "Sequential: modules 0 and 1 share a parameter\n"
        "  accepted: layers with parameters of their own; one layer may be called twice"
    )


def test_a_wrong_input_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        find_groups(nn.Sequential(nn.Linear(4, 2)), (3,))
    assert str(refused.value) == (
        "Sequential: forward fails on inputs of shape [3]: RuntimeError: a and b must have same "
        "reduction dim, but got [2, 3] X [4, 2].\n"
        "  accepted: a network that takes one tensor, and whose steps do not depend on its values\n"
        "  what to do: check the input shape"
    )


FREE = ", ".join(
    ["conv1", *(f"layer{stage}.{block}.conv1" for stage in (1, 2, 3) for block in (0, 1, 2))]
)


@pytest.mark.parametrize("surgery", [keep_channels, mask_channels])
@pytest.mark.parametrize(
    ("keep", "message"),
    [
        (
            {"layer2.0.conv2": [0]},
            "'layer2.0.conv2' is not the name of a group of channels\n"
            f"  accepted: {FREE}\n"
            "  what to do: layer2.0.conv2 belongs to the group conv1",
        ),
        (
            {"linear": [0]},
            "channels of linear cannot be removed: it holds the network's output\n"
            "  what to do: leave linear out",
        ),
        (
            {"layer1.0.conv1": [0, 3]},
            "channels [0, 3] of layer1.0.conv1\n  accepted: numbers from 0 to 2, each once",
        ),
        (
            {"layer1.0.conv1": []},
            "layer1.0.conv1 would keep none of its 3 channels\n"
            "  accepted: at least one channel of every layer",
        ),
        (
            {"conv1": [4, 5, 6]},
            "conv1 would keep none of its 4 channels\n"
            "  accepted: at least one channel of every layer",
        ),
    ],
)  # fmt: skip
def test_impossible_choices(
    surgery: Callable[..., nn.Module], keep: dict[str, list[int]], message: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        surgery(small_resnet(), (3, 8, 8), keep)
    assert str(refused.value) == message
