"""Reads the images or clips of any data source."""

from __future__ import annotations

from fpgaflow.data.arrays import read_npy, read_npz
from fpgaflow.data.cifar10 import read_cifar10
from fpgaflow.data.digits import read_digits
from fpgaflow.data.digits_clips import read_digits_clips
from fpgaflow.data.image_folder import read_image_folder
from fpgaflow.data.image_set import ImageSet
from fpgaflow.data.imagenet import read_imagenet
from fpgaflow.data.mnist import read_mnist
from fpgaflow.data.sequences import read_sequences
from fpgaflow.data.source import DATA_SPELLINGS, DataSource, Split, parse_data_source
from fpgaflow.errors import InputRefused


def load_images(spec: str, *, limit: int | None = None, split: Split = "train") -> ImageSet:
    """Return the images or clips that `spec` names.

    Args:
        spec: FILE.npz (`images`, optionally `labels`), FILE.npy, a folder of images, frames:DIR,
            cifar10:DIR, mnist:DIR, imagenet:DIR, digits or digits-clips; the last five may end in
            `:train` or `:test`. imagenet:DIR takes pictures of any size and makes them 224 by 224;
            imagenet-64:DIR makes them 64 by 64. Arrays of five axes, frames:DIR and digits-clips
            are clips.
        limit: take the first `limit` images or clips at most; None takes all.
        split: which part of a data set to take where `spec` does not say.

    Raises:
        InputRefused: the source is missing, damaged, too large or holds something else.
        ToolMissing: the package that reads this kind is not installed.
    """
    if limit is not None and limit < 1:
        raise InputRefused(f"{limit} images were asked for", accepted="1 or more")
    source = parse_data_source(spec)
    if source.has_path and not source.path.exists():
        raise InputRefused(
            f"{source.text}: there is no {source.path}",
            accepted=DATA_SPELLINGS,
        )
    return _read(source, limit, source.split or split)


def _read(  # noqa: PLR0911 - one for each kind
    source: DataSource, limit: int | None, split: Split
) -> ImageSet:
    path, name = source.path, source.text
    match source.kind:
        case "npz":
            return read_npz(path, name, limit)
        case "npy":
            return read_npy(path, name, limit)
        case "folder":
            return read_image_folder(path, name, limit)
        case "frames":
            return read_sequences(path, name, limit)
        case "cifar10":
            return read_cifar10(path, name, limit, split)
        case "mnist":
            return read_mnist(path, name, limit, split)
        case "imagenet":
            assert source.size is not None
            return read_imagenet(path, name, limit, source.split or split, source.size)
        case "digits":
            return read_digits(name, limit, split)
        case "digits-clips":
            return read_digits_clips(name, limit, split)
