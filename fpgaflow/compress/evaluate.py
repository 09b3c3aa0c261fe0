"""How many images a network classifies right."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from fpgaflow.compress.distributed import Team
from fpgaflow.compress.training_device import resolve_device
from fpgaflow.compress.training_images import LabelledPixels, Normalise, put_images
from fpgaflow.data import ImageSet
from fpgaflow.errors import InputRefused, ToolFailed


def accuracy(
    module: nn.Module, images: ImageSet, normalise: Normalise, *, batch: int = 256, device: str
) -> float:
    """Return the part of the images whose class is their label, from 0 to 1; see `confusion`."""
    return accuracy_of(confusion(module, images, normalise, batch=batch, device=device))


def confusion(
    module: nn.Module, images: ImageSet, normalise: Normalise, *, batch: int = 256, device: str
) -> Tensor:
    """Count images by label and by the class that the network gives them.

    The network runs in evaluation mode and in float32; its own mode and device are as before when
    it is done.

    Args:
        module: takes float32 [n, c, h, w], gives scores [n, classes].
        images: with labels.
        normalise: mean and standard deviation, on pixels from 0 to 1.
        batch: images at a time; any number gives the same counts within float error.
        device: "cpu", "cuda" or "cuda:N".

    Returns:
        int64 [classes, classes] on the CPU: row label, column class.

    Raises:
        InputRefused: no labels, or labels that the network has no class for.
        ToolFailed: the network gives NaN or infinity.
        ToolMissing: there is no such device.
    """
    place = resolve_device(device)
    held = put_images(images, normalise, place)
    first = next(iter(module.parameters()), None)
    before = torch.device("cpu") if first is None else first.device
    module.to(place)
    try:
        return count_classes(module, held, batch, Team(), images.name)
    finally:
        module.to(before)


def accuracy_of(counts: Tensor) -> float:
    """Return the accuracy, from 0 to 1, of counts by label and class."""
    return int(counts.diagonal().sum()) / int(counts.sum())


def count_classes(
    module: nn.Module, images: LabelledPixels, batch: int, team: Team, name: str
) -> Tensor:
    """Do what `confusion` does, with everything on its device and each process doing its part."""
    part = team.share(len(images))
    pixels, labels = images.pixels[part], images.labels[part]
    found = [torch.empty(0, dtype=torch.int64, device=labels.device)]
    classes = torch.zeros(1, dtype=torch.int64, device=labels.device)
    broken = torch.zeros(1, dtype=torch.int64, device=labels.device)
    with evaluating(module), torch.no_grad():
        for some in pixels.split(batch):
            scores = module(images.normalised(some))
            classes.fill_(scores.shape[1])
            broken += (~torch.isfinite(scores)).any(1).sum()
            found.append(scores.argmax(1))
    if int(team.add_up(broken)):
        raise ToolFailed(
            f"the network gives NaN or infinity for {int(team.add_up(broken))} of the "
            f"{len(images)} images of {name}",
            remedy="its weights have grown too far: train again with a smaller learning rate",
        )
    return team.add_up(_count(labels, torch.cat(found), _agreed(classes, team), name)).cpu()


def _agreed(classes: Tensor, team: Team) -> int:
    """Return the number of classes; a process without any image has seen none."""
    seen = team.add_up(torch.cat((classes, (classes > 0).long())))
    return int(seen[0] // seen[1])


def _count(labels: Tensor, found: Tensor, classes: int, name: str) -> Tensor:
    if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        raise InputRefused(
            f"{name}: a label is {int(labels.max() if labels.min() >= 0 else labels.min())}",
            accepted=f"0 to {classes - 1}: the network has {classes} outputs",
        )
    counts = torch.bincount(labels * classes + found, minlength=classes * classes)
    return counts.reshape(classes, classes)


@contextmanager
def evaluating(module: nn.Module) -> Generator[None]:
    """Put every layer in evaluation mode, and each back into its own mode at the end."""
    modes = [(layer, layer.training) for layer in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for layer, training in modes:
            layer.training = training
