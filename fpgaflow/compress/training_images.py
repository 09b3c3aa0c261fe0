"""Batches of normalised, augmented images or clips, computed where the network is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fpgaflow.compress.training_settings import Augmentation
from fpgaflow.data import ImageSet
from fpgaflow.errors import InputRefused

Normalise = tuple[Sequence[float], Sequence[float]]
"""Mean and standard deviation on pixels from 0 to 1: one number, or one for each channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPixels:
    """Labelled images or clips on a device.

    Attributes:
        pixels: uint8 [n, height, width, channels], of clips [n, frames, height, width, channels].
        labels: int64 [n].
        mean: float32, of one channel or all.
        std: likewise.
    """

    pixels: Tensor
    labels: Tensor
    mean: Tensor
    std: Tensor

    def __len__(self) -> int:
        """The number of images or clips."""
        return len(self.pixels)

    def normalised(self, pixels: Tensor) -> Tensor:
        """Turn uint8 [..., h, w, c] into float32 [..., c, h, w]: (pixel / 255 - mean) / std."""
        return ((pixels.float() / 255 - self.mean) / self.std).movedim(-1, -3).contiguous()

    def at_once(self, batch: int) -> int:
        """Return how many images, or clips of that many frames in all, go through at once."""
        frames = self.pixels.shape[1:-3].numel()
        return max(1, batch // frames)


def put_images(images: ImageSet, normalise: Normalise, device: torch.device) -> LabelledPixels:
    """Put labelled images or clips on a device.

    Raises:
        InputRefused: there are no labels, or the normalisation does not fit the channels.
    """
    labels = labels_of(images)
    mean, std = (torch.tensor(tuple(part), dtype=torch.float32) for part in normalise)
    channels = images.images.shape[-1]
    for name, part in (("mean", mean), ("standard deviation", std)):
        if len(part) not in (1, channels) or not bool(torch.isfinite(part).all()):
            raise InputRefused(
                f"the {name} of the input normalisation is {part.tolist()}",
                accepted=f"one finite number, or {channels}, one for each channel of {images.name}",
            )
    if not bool((std > 0).all()):
        raise InputRefused(
            f"the standard deviation of the input normalisation is {std.tolist()}",
            accepted="numbers above 0",
        )
    writeable = np.require(images.images, requirements=("C", "W"))
    return LabelledPixels(
        pixels=torch.from_numpy(writeable).to(device),
        labels=torch.from_numpy(labels.copy()).to(device),
        mean=mean.to(device),
        std=std.to(device),
    )


def labels_of(images: ImageSet) -> NDArray[np.int64]:
    """Return the labels, int64 [n].

    Raises:
        InputRefused: there are none.
    """
    if images.labels is None:
        raise InputRefused(
            f"{images.name} has no labels",
            accepted=f"{images.noun} with one label each",
            remedy="an .npz needs the array labels, a folder of images one subfolder per class",
        )
    return images.labels


def images_digest(images: ImageSet) -> str:
    """Return the SHA-256 of pixels, shape and labels."""
    digest = hashlib.sha256(str(images.images.shape).encode())
    digest.update(np.ascontiguousarray(images.images).data)
    if images.labels is not None:
        digest.update(images.labels.tobytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The random choices of one step, the same in every process.

    Attributes:
        chosen: which images or clips, int64 [n].
        moves: how far down and right the window on each image lies, int64 [n, 2], the same for all
            frames of a clip; None for no cropping.
        flips: which images are mirrored, bool [n]; None for no mirroring.
    """

    chosen: Tensor
    moves: Tensor | None
    flips: Tensor | None


def epoch_seed(seed: int, epoch: int) -> int:
    """Return a seed of its own for each epoch, so that an epoch needs none of those before it."""
    text = f"{seed} {epoch}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "little") >> 1


def draw_batches(
    count: int, size: int, epoch_seed: int, *, augment: Augmentation, margin: tuple[int, int]
) -> Iterator[Batch]:
    """Yield an epoch's batches: every image once, in random order.

    The numbers are drawn on the CPU, so that every device sees the same. A last batch of a single
    image is left out: batch norm cannot take a variance of one value.

    Args:
        count: the number of images, at least 2.
        size: images in a batch; the last one may have fewer.
        epoch_seed: of all choices.
        augment: what to draw.
        margin: black rows and columns on each side of an image, for cropping.
    """
    generator = torch.Generator().manual_seed(epoch_seed)
    order = torch.randperm(count, generator=generator)
    for chosen in order.split(size):
        if len(chosen) == 1 and size > 1:
            return
        moves = flips = None
        if augment != "none":
            draws = [
                torch.randint(0, 2 * limit + 1, (len(chosen),), generator=generator)
                for limit in margin
            ]
            moves = torch.stack(draws, dim=1)
        if augment == "crop-flip":
            flips = torch.randint(0, 2, (len(chosen),), generator=generator).bool()
        yield Batch(chosen=chosen, moves=moves, flips=flips)


def crop_margin(height: int, width: int) -> tuple[int, int]:
    """Return by how many pixels cropping moves an image: 4 for 32x32, 1 for 8x8."""
    return height // 8, width // 8


def take_batch(
    images: LabelledPixels, batch: Batch, part: slice, margin: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Return a part of a batch: float32 [n, c, h, w], or [n, t, c, h, w], and labels int64 [n]."""
    device = images.pixels.device
    chosen = batch.chosen[part].to(device)
    pixels = images.pixels[chosen]
    if batch.moves is not None:
        flips = None if batch.flips is None else batch.flips[part].to(device)
        pixels = _augment(pixels, batch.moves[part].to(device), flips, margin)
    return images.normalised(pixels), images.labels[chosen]


def _augment(
    pixels: Tensor, moves: Tensor, flips: Tensor | None, margin: tuple[int, int]
) -> Tensor:
    """Cut each image's window out of the image with black margins; mirror it where asked.

    All frames of a clip are moved and mirrored alike.
    """
    count, *_, height, width, channels = pixels.shape
    frames = pixels.reshape(count, -1, height, width, channels)
    down, right = margin
    size = (height + 2 * down, width + 2 * right)
    padded = pixels.new_zeros(count, frames.shape[1], *size, channels)
    padded[:, :, down : down + height, right : right + width] = frames
    rows = moves[:, :1] + torch.arange(height, device=pixels.device)
    columns = torch.arange(width, device=pixels.device).expand(count, width)
    if flips is not None:
        columns = torch.where(flips[:, None], width - 1 - columns, columns)
    columns = moves[:, 1:] + columns
    image = torch.arange(count, device=pixels.device)[:, None, None]
    # Indices on both sides of the frames put these behind them: [n, h, w, frames, c].
    windows = padded[image, :, rows[:, :, None], columns[:, None, :]]
    return windows.movedim(3, 1).reshape(pixels.shape)
