"""What fusion tunes, from which weights and with which teacher; the tunings are pretended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from fpgaflow.compress import bench as bench_module
from fpgaflow.compress.bench import Bench
from fpgaflow.compress.fusing import FuseSettings, fuse_network
from fpgaflow.compress.layer_fusion import FusionRules
from fpgaflow.compress.new_weights import reset_weights
from fpgaflow.compress.training_history import EpochRow, History
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.data import ImageSet
from tests.compress.small_models import NORMALISE, SHAPE, digits, small_densenet, small_resnet

ACCURACIES = (0.9, 0.88, 0.86, 0.84)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """One training that was asked for."""

    name: str
    weights: dict[str, Tensor]
    teacher: nn.Module | None
    trainable: Collection[str] | None
    epochs: int


class Pretender:
    """Trains nothing: it adds one to every weight, and gives accuracies that fall."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.names: list[str] = []

    def fit(
        self,
        module: nn.Module,
        train: ImageSet,
        validation: ImageSet,
        settings: TrainSettings,
        *,
        teacher: nn.Module | None,
        trainable: Collection[str] | None,
        **_: object,
    ) -> History:
        weights = {name: value.clone() for name, value in module.state_dict().items()}
        self.calls.append(
            Call(
                name=self.names[-1],
                weights=weights,
                teacher=teacher,
                trainable=trainable,
                epochs=settings.epochs,
            )
        )
        with torch.no_grad():
            for value in module.parameters():
                value.add_(1)
        longs = sum(call.name.endswith("-long") for call in self.calls)
        accuracy = ACCURACIES[max(0, longs - 1)]
        row = EpochRow(epoch=1, loss=1.0, accuracy=accuracy, learning_rate=0.1, seconds=1.0)
        return History().with_row(row)


@pytest.fixture
def pretender(monkeypatch: pytest.MonkeyPatch) -> Pretender:
    found = Pretender()
    monkeypatch.setattr(bench_module, "fit", found.fit)
    return found


def fuse(pretender: Pretender, module: nn.Module, **ablation: bool) -> list[dict[str, object]]:
    """Fuse everything there is; return the rows of the history."""
    train, validation = digits()
    bench = Bench(
        train=train,
        validation=validation,
        normalise=NORMALISE,
        input_shape=SHAPE,
        say=lambda line: pretender.names.append(line.split(":")[0]),
    )
    settings = FuseSettings(
        rules=FusionRules(every=2, max_drop=1.0),
        short_epochs=5,
        long_epochs=20,
        tuning=TrainSettings(seed=7, budget=0.5),
        **ablation,  # pyright: ignore[reportArgumentType]
    )
    outcome = fuse_network(module, 0.95, bench, settings)
    assert outcome.record.fused_from == 0.95
    return [
        {"blocks": row.blocks, "convolutions": row.convolutions, "accuracy": row.accuracy}
        for row in outcome.record.fused
    ]


def names(pretender: Pretender) -> list[str]:
    return [call.name for call in pretender.calls]


def test_the_carrier_alone_then_everything_with_the_network_as_given_teaching(
    pretender: Pretender,
) -> None:
    module = small_resnet()
    rows = fuse(pretender, module)
    assert rows == [
        {"blocks": 2, "convolutions": 4, "accuracy": 0.9},
        {"blocks": 3, "convolutions": 6, "accuracy": 0.88},
    ]
    assert names(pretender) == [
        "fuse-01-short", "fuse-02-short", "fuse-02-long", "fuse-03-short", "fuse-03-long",
    ]  # fmt: skip
    assert [call.trainable for call in pretender.calls] == [
        ["layer1.1"], ["layer2.0"], None, ["layer3.0"], None,
    ]  # fmt: skip
    assert all(call.teacher is module for call in pretender.calls)
    # The budget halves both kinds.
    assert [call.epochs for call in pretender.calls] == [2, 2, 10, 2, 10]
    for before, after in zip(pretender.calls, pretender.calls[1:], strict=False):
        assert torch.equal(after.weights["conv1.weight"], before.weights["conv1.weight"] + 1)


def test_without_distillation_nothing_teaches(pretender: Pretender) -> None:
    fuse(pretender, small_resnet(), distil=False)
    assert len(pretender.calls) == 5
    assert all(call.teacher is None for call in pretender.calls)


def test_without_short_tuning_no_carrier_is_tuned_alone(pretender: Pretender) -> None:
    module = small_resnet()
    fuse(pretender, module, short=False)
    assert names(pretender) == ["fuse-02-long", "fuse-03-long"]
    assert all(call.trainable is None for call in pretender.calls)
    first = pretender.calls[0]
    assert torch.equal(first.weights["conv1.weight"], module.get_parameter("conv1.weight"))
    assert first.teacher is module


def test_from_scratch_every_long_tuning_begins_with_new_weights(pretender: Pretender) -> None:
    module = small_resnet()
    fuse(pretender, module, from_scratch=True)
    assert names(pretender) == ["fuse-02-long", "fuse-03-long"]
    assert all(call.trainable is None for call in pretender.calls)
    old = module.state_dict()
    reset = small_resnet()
    reset_weights(reset, 7)
    for call in pretender.calls:
        assert torch.equal(call.weights["conv1.weight"], reset.get_parameter("conv1.weight"))
        for name, value in call.weights.items():
            if value.dim() > 1:
                assert not bool((value == old[name]).any()), name


def test_a_dense_layer_is_one_convolution(pretender: Pretender) -> None:
    rows = fuse(pretender, small_densenet(), short=False)
    assert [(row["blocks"], row["convolutions"]) for row in rows] == [(2, 2), (4, 4)]


def test_the_given_network_is_not_changed(pretender: Pretender) -> None:
    module = small_resnet()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    for ablation in ({}, {"from_scratch": True}):
        fuse(pretender, module, **ablation)
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
