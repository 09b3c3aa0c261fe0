"""Clips: folders of frames in a folder per class, as lip-reading data sets are kept."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fpgaflow.data.image_folder import decode_picture, list_pictures
from fpgaflow.data.image_set import ImageSet, make_image_set, show_size
from fpgaflow.data.limits import check_image_bytes
from fpgaflow.errors import InputRefused

_ACCEPTED = "a folder of classes, each a folder of clips, each a folder of pictures (its frames)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clip:
    folder: Path
    label: int
    frames: list[Path]


def read_sequences(folder: Path, name: str, limit: int | None) -> ImageSet:
    """Return the clips in FOLDER/CLASS/CLIP/FRAME, all of one length and frame size.

    Classes count from 0 in the order of their names, and clips come one of each class in turn, by
    name, so that the first `limit` are balanced. Frames come by name, so number them with leading
    zeros. Hidden folders and those that begin with an underscore are passed over.

    Raises:
        InputRefused: the folder is missing, holds no clips, or clips that differ in length or size.
        ToolMissing: Pillow is not installed.
    """
    if not folder.is_dir():
        raise InputRefused(f"{name} is not a folder", accepted=_ACCEPTED)
    try:
        classes = _folders(folder)
        clips = _list(classes)[:limit]
    except OSError as error:
        raise InputRefused(f"{name} cannot be read: {error.strerror}") from error
    if not clips:
        raise InputRefused(f"{name} holds no clips", accepted=_ACCEPTED)
    _check_lengths(clips)
    return make_image_set(
        _read(name, clips),
        np.array([clip.label for clip in clips], np.int64),
        class_names=tuple(one.name for one in classes),
        name=name,
    )


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._")


def _list(classes: list[Path]) -> list[_Clip]:
    return [
        _Clip(folder=folder, label=label, frames=list_pictures(folder))
        for row in zip_longest(*(_folders(one) for one in classes))
        for label, folder in enumerate(row)
        if folder is not None
    ]


def _check_lengths(clips: list[_Clip]) -> None:
    first = clips[0]
    for clip in clips:
        if not clip.frames:
            raise InputRefused(f"the clip {clip.folder} holds no pictures", accepted=_ACCEPTED)
        if len(clip.frames) != len(first.frames):
            raise InputRefused(
                f"the clip {clip.folder} has {len(clip.frames)} frames, {first.folder} has "
                f"{len(first.frames)}",
                accepted="clips of one length",
                remedy="cut the longer ones, or repeat frames of the shorter ones",
            )


def _read(name: str, clips: list[_Clip]) -> npt.NDArray[np.uint8]:
    length, first = len(clips[0].frames), decode_picture(clips[0].frames[0])
    check_image_bytes(name, len(clips) * length, *first.shape)
    pixels = np.empty((len(clips), length, *first.shape), np.uint8)
    for number, clip in enumerate(clips):
        for moment, path in enumerate(clip.frames):
            picture = decode_picture(path)
            if picture.shape != first.shape:
                raise InputRefused(
                    f"{path} is {show_size(picture.shape)}, "
                    f"{clips[0].frames[0]} is {'x'.join(map(str, first.shape))}",
                    accepted="frames of one size and channel count",
                    remedy="resize or convert them to what the network takes",
                )
            pixels[number, moment] = picture
    return pixels
