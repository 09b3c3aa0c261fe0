"""Modules of anyone's making: each kind of coupling, exact for any choice of channels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from fpgaflow.compress.couplings import find_groups
from fpgaflow.compress.surgery import keep_channels, mask_channels
from fpgaflow.errors import UnsupportedOperator
from tests.compress.surgery_cases import images, randomised, same


class Depthwise(nn.Module):
    """Depthwise with two outputs for each input, and a residual addition around another one."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.wide = nn.Conv2d(4, 8, 3, padding=1, groups=4)
        self.norm = nn.BatchNorm2d(8)
        self.point = nn.Conv2d(8, 5, 1)
        self.deep = nn.Conv2d(5, 5, 3, padding=1, groups=5, bias=False)
        self.head = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu6(self.norm(self.wide(F.silu(self.first(x)))))
        x = self.point(x)
        x += self.deep(x)
        return self.head(F.hardtanh(x).mean((2, 3)))


class Grouped(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 1)
        self.grouped = nn.Conv2d(6, 8, 3, groups=2)
        self.slope = nn.PReLU(8)
        self.head = nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.slope(self.grouped(F.leaky_relu(self.first(x)))))


class Concat(nn.Module):
    """Three operands, one of them twice; dim by position, by keyword and counted from the end."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 2, 1)
        self.b = nn.Conv2d(3, 3, 1, bias=False)
        self.norm = nn.BatchNorm2d(7)
        self.c = nn.Conv2d(7, 4, 1)
        self.d = nn.Conv2d(3, 13, 1)
        self.head = nn.Conv2d(13, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        a, b = self.a(x), self.b(x)
        c = self.c(F.relu(self.norm(torch.cat([a, b, a], 1))))
        both = torch.cat(tensors=(c, torch.cat((a, b), dim=-3)), dim=1)
        both = torch.concat([both, c], axis=1)
        return self.head(F.max_pool2d(F.gelu(both + self.d(x)), 2))


class Flatten(nn.Module):
    """Positions times channels into a linear layer, before and after a permutation."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.one = nn.Linear(4 * 3 * 3, 6)
        self.normal = nn.BatchNorm1d(6, affine=False)
        self.other = nn.Linear(4 * 3 * 3, 6)
        self.head = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = F.adaptive_avg_pool2d(self.norm(self.conv(x)).relu(), 3)
        y = x.permute(0, 2, 3, 1).reshape(x.size(0), -1)
        return self.head(self.normal(self.one(torch.flatten(x, 1))).relu() + self.other(y) * 0.5)


class OptionA(nn.Module):
    """A shortcut whose amounts are fixed, and channels of zeros at one end only."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 1)
        self.second = nn.Conv2d(4, 9, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(9)
        self.head = nn.Conv2d(9, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.first(x))
        shortcut = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 3))
        x = F.pad(x, [1, 0, 1, 0])[:, :, 1:, 1:]
        return self.head(F.relu(self.norm(self.second(x)) + shortcut))


class Lips(nn.Module):
    """Frames through a convolution, then an LSTM over their features."""

    def __init__(self, *, batch_first: bool, bidirectional: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.lstm = nn.LSTM(16, 3, 2, batch_first=batch_first, bidirectional=bidirectional)
        self.states = 4 if bidirectional else 2
        self.head = nn.Linear(6 if bidirectional else 3, 5)
        self.last = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        batch, frames = x.shape[:2]
        x = F.max_pool2d(F.relu(self.norm(self.conv(x.flatten(0, 1)))), 4)
        x = x.view(batch, frames, -1)
        if not self.lstm.batch_first:
            x = x.transpose(0, 1)
        first = torch.zeros(self.states, batch, 3, dtype=x.dtype)
        x = self.lstm(x, (first, first))[0]
        x = x[:, -1] if self.lstm.batch_first else x[-1]
        return F.log_softmax(self.last(F.relu(self.head(x))), dim=1)


class Twice(nn.Module):
    """One convolution and one batch norm called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 1)
        self.again = nn.Conv2d(4, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.first(x))
        x = F.relu(self.norm(self.again(x)))
        return self.head(sum([F.dropout(self.again(x), training=self.training), x]))


CASES: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "depthwise": (Depthwise, (3, 6, 6)),
    "grouped": (Grouped, (3, 6, 6)),
    "concat": (Concat, (3, 6, 6)),
    "flatten": (Flatten, (3, 6, 6)),
    "lstm": (lambda: Lips(batch_first=True, bidirectional=True), (3, 1, 8, 8)),
    "lstm, frames first": (lambda: Lips(batch_first=False, bidirectional=False), (3, 1, 8, 8)),
    "called twice": (Twice, (3, 6, 6)),
    "one axis": (
        lambda: nn.Sequential(
            nn.Conv1d(3, 4, 3), nn.BatchNorm1d(4), nn.ReLU(), nn.AvgPool1d(2), nn.Conv1d(4, 2, 1)
        ),
        (3, 8),
    ),
    "linear": (
        lambda: nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ELU(), nn.Linear(5, 2)),
        (6,),
    ),
}


@pytest.mark.parametrize("case", CASES)
@settings(max_examples=5, deadline=None, derandomize=True)
@given(data=st.data())
def test_what_is_taken_out_is_zero(case: str, data: st.DataObject) -> None:
    build, shape = CASES[case]
    net = randomised(build())
    keep: dict[str, list[int]] = {}
    for group in find_groups(net, shape):
        if not group.blocked:
            numbers = st.sets(st.integers(0, group.channels - 1))
            kept = data.draw(numbers, label=group.name)
            # One channel of each layer, whatever else goes.
            kept |= {path[0] for path in group.outputs.values()} - {-1}
            keep[group.name] = sorted(kept)
    pruned, masked = keep_channels(net, shape, keep), mask_channels(net, shape, keep)
    x = images(*shape)
    same(pruned, masked, x)
    same(pruned.float(), masked.float(), x.float(), 1e-5)
    assert keep


def test_a_masked_channel_is_zero_after_every_layer_that_it_passes() -> None:
    net = randomised(Concat())
    # Channel 0 of a is channels 0 and 5 of what c reads, and is added to channel 4 of d.
    kept = [1, 2, 3, 4, 5, 6, 7, 8]
    masked = mask_channels(net, (3, 6, 6), {"a": kept})
    group = find_groups(net, (3, 6, 6))[0]
    seen: dict[str, Tensor] = {}
    for path in ("a", "b", "norm", "c", "d"):
        masked.get_submodule(path).register_forward_hook(
            lambda _module, _inputs, out, path=path: seen.update({path: out})
        )
    with torch.no_grad():
        masked(images(3, 6, 6))
    for path, out in seen.items():
        numbers = group.outputs[path]
        silent = [c for c in range(len(numbers)) if not bool(out[:, c].any())]
        assert silent == [c for c, number in enumerate(numbers) if number == 0], path
    assert {path: group.outputs[path].count(0) for path in seen} == {
        "a": 1, "b": 0, "norm": 2, "c": 0, "d": 1,
    }  # fmt: skip


def test_fixed_paddings_of_channels() -> None:
    net = randomised(OptionA())
    group = find_groups(net, (3, 6, 6))[0]
    assert group.outputs["second"] == (4, 5, 0, 1, 2, 3, 6, 7, 8)
    keep = {"first": [0, 3, 4, 5, 6, 7, 8]}
    same(keep_channels(net, (3, 6, 6), keep), mask_channels(net, (3, 6, 6), keep), images(3, 6, 6))
    with pytest.raises(UnsupportedOperator) as refused:
        keep_channels(net, (3, 6, 6), {"first": [0, 1, 2, 3, 4, 6, 7, 8]})
    assert str(refused.value) == (
        f"OptionA: pad at test_surgery_modules.py:{line_of('shortcut = F.pad')} in forward, the "
        "network itself does not follow the layers that lost channels: 2 channels instead of the 1 "
        "that are left\n"
        "  accepted: code that takes its numbers of channels from its input\n"
        "  what to do: keep all channels that pass there, or change the code"
    )


def line_of(text: str) -> int:
    lines = Path(__file__).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
