"""Clips: folders of frames in a folder per class, as lip-reading data sets are kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fpgaflow.data.image_folder import decode_picture, list_pictures
from fpgaflow.data.limits import check_image_bytes
from fpgaflow.errors import InputRefused

_ACCEPTED = "a folder of classes, each a folder of clips, each a folder of pictures (its frames)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SequenceSet:
    """Clips of one length, frames as raw pixels, channels last.

    Attributes:
        frames: uint8 [n, t, height, width, channels].
        labels: int64 [n].
        class_names: one name per class.
        name: what messages call the set.
    """

    frames: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    class_names: tuple[str, ...]
    name: str

    def __len__(self) -> int:
        """The number of clips."""
        return len(self.frames)


def read_sequences(folder: Path) -> SequenceSet:
    """Return the clips in FOLDER/CLASS/CLIP/FRAME, all of one length and frame size.

    Classes count from 0 in the order of their names; clips come by class, then by name, and frames
    by name, so number them with leading zeros. Hidden folders and those that begin with an
    underscore are passed over.

    Raises:
        InputRefused: the folder is missing, holds no clips, or clips that differ in length or size.
        ToolMissing: Pillow is not installed.
    """
    if not folder.is_dir():
        raise InputRefused(f"{folder} is not a folder", accepted=_ACCEPTED)
    try:
        classes = _folders(folder)
        clips = [(clip, label) for label, one in enumerate(classes) for clip in _folders(one)]
        frames = [list_pictures(clip) for clip, _ in clips]
    except OSError as error:
        raise InputRefused(f"{folder} cannot be read: {error.strerror}") from error
    if not clips:
        raise InputRefused(f"{folder} holds no clips", accepted=_ACCEPTED)
    _check_lengths([clip for clip, _ in clips], frames)
    return SequenceSet(
        frames=_read(folder, frames),
        labels=np.array([label for _, label in clips], np.int64),
        class_names=tuple(one.name for one in classes),
        name=str(folder),
    )


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] not in "._")


def _check_lengths(clips: list[Path], frames: list[list[Path]]) -> None:
    for clip, pictures in zip(clips, frames, strict=True):
        if not pictures:
            raise InputRefused(f"the clip {clip} holds no pictures", accepted=_ACCEPTED)
        if len(pictures) != len(frames[0]):
            raise InputRefused(
                f"the clip {clip} has {len(pictures)} frames, {clips[0]} has {len(frames[0])}",
                accepted="clips of one length",
                remedy="cut the longer ones, or repeat frames of the shorter ones",
            )


def _read(folder: Path, clips: list[list[Path]]) -> npt.NDArray[np.uint8]:
    first = decode_picture(clips[0][0])
    check_image_bytes(str(folder), len(clips) * len(clips[0]), *first.shape)
    frames = np.empty((len(clips), len(clips[0]), *first.shape), np.uint8)
    for clip, paths in enumerate(clips):
        for moment, path in enumerate(paths):
            picture = decode_picture(path)
            if picture.shape != first.shape:
                raise InputRefused(
                    f"{path} is {_show(picture)} (height, width, channels), "
                    f"{clips[0][0]} is {_show(first)}",
                    accepted="frames of one size and channel count",
                    remedy="resize or convert them to what the network takes",
                )
            frames[clip, moment] = picture
    return frames


def _show(picture: npt.NDArray[np.uint8]) -> str:
    return "x".join(str(extent) for extent in picture.shape)
