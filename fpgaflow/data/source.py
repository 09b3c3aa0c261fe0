"""The one spelling of a data source that every command understands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fpgaflow.errors import InputRefused

Split = Literal["train", "test"]
SourceKind = Literal[
    "npz", "npy", "folder", "frames", "cifar10", "mnist", "imagenet", "digits", "digits-clips"
]

DATA_SPELLINGS = (
    "FILE.npz, FILE.npy, a folder of images, frames:DIR (clips: DIR/CLASS/CLIP/FRAME), "
    "cifar10:DIR, mnist:DIR, imagenet:DIR, digits or digits-clips; the last five may end in "
    ":train or :test"
)
_IMAGENET_SIZE = 224
_IMAGENET = re.compile(r"imagenet(?:-([1-9][0-9]{0,3}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """Where images or clips come from.

    Attributes:
        text: what the user gave.
        kind: how to read it.
        path: the file or folder; the current folder for digits, which have none.
        split: the part that the user named, if any; files and image folders have no parts.
        size: height and width that the images get, where pictures of any size are made one size.
    """

    text: str
    kind: SourceKind
    path: Path
    split: Split | None
    size: int | None = None

    @property
    def has_path(self) -> bool:
        """Whether it lies on the disk; digits come with scikit-learn."""
        return self.kind not in ("digits", "digits-clips")

    @property
    def has_parts(self) -> bool:
        """Whether it has a part for training and one for testing."""
        return self.kind in ("cifar10", "mnist", "imagenet", "digits", "digits-clips")


def parse_data_source(text: str) -> DataSource:
    """Return the source that `text` names, without looking at the disk.

    Raises:
        InputRefused: the text is empty, or a data set lacks its folder.
    """
    name, split = _take_split(text)
    kind, _, rest = name.partition(":")
    if kind in ("digits", "digits-clips") and not rest:
        return DataSource(text=text, kind=kind, path=Path(), split=split)
    if kind == "frames":  # a folder without parts: its name is taken as it is
        rest, split = text.partition(":")[2], None
    if kind in ("cifar10", "mnist", "frames"):
        if not rest:
            raise InputRefused(
                f'the data source "{text}" names no folder',
                accepted=f"{kind}:DIR, or ./{kind} for an image folder of that name",
            )
        return DataSource(text=text, kind=kind, path=Path(rest).expanduser(), split=split)
    if (pictures := _IMAGENET.fullmatch(kind)) and name != kind:
        if not rest:
            raise InputRefused(
                f'the data source "{text}" names no folder',
                accepted=f"{kind}:DIR, or ./{kind} for an image folder of that name",
            )
        size = int(pictures[1] or _IMAGENET_SIZE)
        path = Path(rest).expanduser()
        return DataSource(text=text, kind="imagenet", path=path, split=split, size=size)
    if not text.strip():
        raise InputRefused("the data source is empty", accepted=DATA_SPELLINGS)
    path = Path(text).expanduser()
    return DataSource(text=text, kind=_kind_of_path(path), path=path, split=None)


def _take_split(text: str) -> tuple[str, Split | None]:
    if text.endswith(":train"):
        return text.removesuffix(":train"), "train"
    if text.endswith(":test"):
        return text.removesuffix(":test"), "test"
    return text, None


def _kind_of_path(path: Path) -> SourceKind:
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return "npz"
    return "npy" if suffix == ".npy" else "folder"
