"""The loss and its penalties, against their formulas."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from fpgaflow.compress.training import fit
from fpgaflow.compress.training_loss import batch_norm_scales, objective, scale_penalty
from fpgaflow.compress.training_settings import TrainSettings
from tests.compress.training_cases import (
    NORMALISE,
    QUICK,
    TRAIN,
    VALIDATION,
    small_network,
)

GENERATOR = torch.Generator().manual_seed(0)
STUDENT = torch.randn(5, 3, generator=GENERATOR)
TEACHER = torch.randn(5, 3, generator=GENERATOR)
LABELS = torch.tensor([0, 2, 1, 1, 0])


def test_the_loss_is_cross_entropy_plus_softened_divergence() -> None:
    settings = TrainSettings(temperature=3.0, distillation=0.7)
    soft_teacher = torch.softmax(TEACHER / 3, 1)
    soft_student = torch.softmax(STUDENT / 3, 1)
    divergence = (soft_teacher * (soft_teacher / soft_student).log()).sum()
    cross_entropy = -torch.softmax(STUDENT, 1)[range(5), LABELS].log().sum()
    found = objective(STUDENT, LABELS, TEACHER, settings)
    # float32 against the same formula in another order
    torch.testing.assert_close(found, cross_entropy + 0.7 * 9 * divergence, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(objective(STUDENT, LABELS, None, settings), cross_entropy)


def test_a_process_without_images_adds_nothing() -> None:
    nothing = objective(STUDENT[:0], LABELS[:0], TEACHER[:0], TrainSettings())
    assert nothing == 0


def test_the_penalty_is_on_the_scales_of_batch_norms_being_trained() -> None:
    module = small_network()
    with torch.no_grad():
        module.get_parameter("1.weight").copy_(torch.tensor([1.0, -2.0, 0.0, 0.5]))
        module.get_parameter("4.weight").fill_(-1.0)
    settings = TrainSettings(batch_norm_l2=0.1, batch_norm_l1=0.01)
    penalty = scale_penalty(batch_norm_scales(module), settings)
    assert penalty is not None
    assert penalty.item() == pytest.approx(0.1 * (5.25 + 6) + 0.01 * (3.5 + 6), rel=1e-6)
    module.get_parameter("4.weight").requires_grad_(False)
    assert [scale.shape for scale in batch_norm_scales(module)] == [(4,)]
    assert scale_penalty(batch_norm_scales(module), TrainSettings()) is None
    assert scale_penalty([], settings) is None


def scales_after(settings: TrainSettings) -> float:
    module = small_network()
    fit(module, TRAIN, VALIDATION, settings, normalise=NORMALISE)
    return sum(float(scale.detach().abs().sum()) for scale in batch_norm_scales(module))


def test_the_penalties_make_the_scales_small() -> None:
    settings = replace(QUICK, epochs=1, patience=None)
    plain = scales_after(settings)
    assert scales_after(replace(settings, batch_norm_l2=0.1)) < plain - 0.25
    assert scales_after(replace(settings, batch_norm_l1=0.1)) < plain - 0.25


def test_a_teacher_changes_what_is_learnt_and_stays_as_it_is() -> None:
    teacher = small_network(seed=8)
    teacher.insert(2, nn.Dropout(0.5))  # pyright: ignore[reportCallIssue]
    teacher.train()
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    alone, taught = small_network(), small_network()
    fit(alone, TRAIN, VALIDATION, QUICK, normalise=NORMALISE)
    fit(taught, TRAIN, VALIDATION, QUICK, normalise=NORMALISE, teacher=teacher)
    assert not torch.equal(alone.state_dict()["8.bias"], taught.state_dict()["8.bias"])
    assert all(torch.equal(v, before[name]) for name, v in teacher.state_dict().items())
    assert teacher.training
    assert all(parameter.grad is None for parameter in teacher.parameters())
