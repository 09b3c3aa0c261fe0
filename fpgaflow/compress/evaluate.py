"""How many images or clips a network classifies right."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from fpgaflow.compress.distributed import Team
from fpgaflow.compress.training_device import resolve_device
from fpgaflow.compress.training_images import LabelledPixels, Normalise, put_images
from fpgaflow.data import ImageSet, check_labels
from fpgaflow.errors import InputRefused, ToolFailed
from fpgaflow.zoo import ZOO
from fpgaflow.zoo.lipnet import LipNet


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
        module: takes float32 [n, c, h, w], or clips [n, t, c, h, w]; gives scores [n, classes].
        images: with labels.
        normalise: mean and standard deviation, on pixels from 0 to 1.
        batch: images, or frames of clips, at a time; any number gives the same counts within
            float error.
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
        check_network("the network", module, held, images)
        return count_classes(module, held, batch, Team(), images.name)
    finally:
        module.to(before)


def check_network(
    what: str, network: nn.Module, pixels: LabelledPixels, *image_sets: ImageSet
) -> None:
    """Show a network one image or clip: it must take it, and have a class for every label.

    Args:
        what: what messages call the network.
        network: on the device of `pixels`.
        pixels: the images of the first set.
        image_sets: with labels.

    Raises:
        InputRefused: it cannot take the image, gives no vector of scores, or has too few classes.
    """
    image, first = pixels.normalised(pixels.pixels[:1]), image_sets[0]
    try:
        with evaluating(network), torch.no_grad():
            scores = network(image)
    except (RuntimeError, ValueError) as error:
        raise InputRefused(
            f"{what} cannot take the {first.noun} of {first.name}, {first.size}: "
            f"{str(error).splitlines()[0]}",
            accepted=f"{_takes(network)} of the size that it was made for",
            remedy=_remedy(network, first),
        ) from error
    if scores.dim() != 2:
        raise InputRefused(
            f"{what} gives an array of shape {list(scores.shape)} for one {first.noun[:-1]}",
            accepted=f"one vector of scores for each {first.noun[:-1]}",
        )
    for images in image_sets:
        check_labels(images, scores.shape[1])


def _remedy(network: nn.Module, images: ImageSet) -> str:
    """Say what to do where clips meet a network of images, or images one of clips."""
    if _takes(network) == images.noun:
        return ""
    if images.frames is None:
        return "give clips: frames:DIR, digits-clips, or an .npz of five axes"
    names = [name for name, entry in ZOO.items() if entry.takes_clips]
    return f"give images, or a network that takes clips: {', '.join(names)}"


def _takes(network: nn.Module) -> str:
    return "clips" if isinstance(network, LipNet) else "images"


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
        for some in pixels.split(images.at_once(batch)):
            scores = module(images.normalised(some))
            classes.fill_(scores.shape[1])
            broken += (~torch.isfinite(scores)).any(1).sum()
            found.append(scores.argmax(1))
    if int(team.add_up(broken)):
        raise ToolFailed(
            f"the network gives NaN or infinity for {int(team.add_up(broken))} of the "
            f"{len(images)} {'images' if pixels.dim() == 4 else 'clips'} of {name}",
            remedy="its weights have grown too far: train again with a smaller learning rate",
        )
    return team.add_up(_count(labels, torch.cat(found), _agreed(classes, team))).cpu()


def _agreed(classes: Tensor, team: Team) -> int:
    """Return the number of classes; a process without any image has seen none."""
    seen = team.add_up(torch.cat((classes, (classes > 0).long())))
    return int(seen[0] // seen[1])


def _count(labels: Tensor, found: Tensor, classes: int) -> Tensor:
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
