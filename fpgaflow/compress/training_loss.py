"""What training makes small: cross-entropy, distillation, and penalties on batch-norm scales."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fpgaflow.compress.training_settings import TrainSettings


def objective(logits: Tensor, labels: Tensor, taught: Tensor | None, s: TrainSettings) -> Tensor:
    """Return the sum over the images of CE + w * T^2 * KL(teacher || student).

    T^2 keeps the gradient of the soft targets as large as that of the labels: Hinton, Vinyals,
    Dean, "Distilling the Knowledge in a Neural Network", section 2.

    Args:
        logits: the student's, [n, classes]; n may be 0.
        labels: int64 [n].
        taught: the teacher's logits [n, classes], or None without a teacher.
        s: temperature T and weight w.
    """
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    loss = F.cross_entropy(logits, labels, reduction="sum")
    if taught is None:
        return loss
    soft = F.kl_div(
        F.log_softmax(logits / s.temperature, dim=1),
        F.log_softmax(taught.to(logits.dtype) / s.temperature, dim=1),
        reduction="sum",
        log_target=True,
    )
    return loss + s.distillation * s.temperature**2 * soft


def batch_norm_scales(module: nn.Module) -> list[nn.Parameter]:
    """Return the scales (gamma) of every batch norm that is being trained."""
    kinds = (nn.BatchNorm1d, nn.BatchNorm2d)
    layers = [layer for layer in module.modules() if isinstance(layer, kinds) and layer.affine]
    return [layer.weight for layer in layers if layer.weight.requires_grad]


def scale_penalty(scales: list[nn.Parameter], settings: TrainSettings) -> Tensor | None:
    """Return lambda2 * sum(gamma^2) + lambda1 * sum(|gamma|); None where both lambdas are 0.

    Sum of squares: LeanNet (Sensors 2021, 21, 3620), equation 3; sum of magnitudes: Liu et al.,
    "Learning Efficient Convolutional Networks through Network Slimming", equation 1.
    """
    if not scales or not (settings.batch_norm_l2 or settings.batch_norm_l1):
        return None
    gamma = torch.cat([scale.flatten() for scale in scales])
    return (
        settings.batch_norm_l2 * gamma.square().sum() + settings.batch_norm_l1 * gamma.abs().sum()
    )
