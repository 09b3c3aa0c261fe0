"""Folders of clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from fpgaflow.data import load_images
from fpgaflow.errors import InputRefused
from tests.data.helpers import pixels

ACCEPTED = "a folder of classes, each a folder of clips, each a folder of pictures (its frames)"


def save(path: Path, picture: npt.NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def save_clips(folder: Path) -> npt.NDArray[np.uint8]:
    """Write three clips of two frames; return them as [3, 2, 4, 5, 3]."""
    clips = pixels(3, 2, 4, 5, 3)
    for clip, place in zip(clips, ("no/a", "no/b", "yes/a"), strict=True):
        for number, frame in enumerate(clip):
            save(folder / place / f"{number:02}.png", frame)
    return clips


def refusal(folder: Path) -> str:
    with pytest.raises(InputRefused) as refused:
        load_images(f"frames:{folder}")
    return str(refused.value)


def test_classes_come_in_turn_and_clips_and_frames_by_name(tmp_path: Path) -> None:
    clips = save_clips(tmp_path)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "no" / "a" / "notes.txt").write_text("not a frame")
    found = load_images(f"frames:{tmp_path}")
    assert np.array_equal(found.images, clips[[0, 2, 1]])
    assert found.images.dtype == np.uint8
    assert found.labels is not None
    assert found.labels.tolist() == [0, 1, 0]
    assert found.class_names == ("no", "yes")
    assert (len(found), found.frames, found.name) == (3, 2, f"frames:{tmp_path}")
    first = load_images(f"frames:{tmp_path}", limit=2)
    assert np.array_equal(first.images, clips[[0, 2]])


def test_grey_frames_have_one_channel(tmp_path: Path) -> None:
    save(tmp_path / "no" / "a" / "0.png", pixels(4, 5))
    assert load_images(f"frames:{tmp_path}").images.shape == (1, 1, 4, 5, 1)


def test_a_missing_folder(tmp_path: Path) -> None:
    place = tmp_path / "none"
    assert refusal(place).startswith(f"frames:{place}: there is no {place}\n  accepted: FILE.npz")
    place.write_text("no folder")
    assert refusal(place) == f"frames:{place} is not a folder\n  accepted: {ACCEPTED}"


def test_a_folder_without_clips(tmp_path: Path) -> None:
    save(tmp_path / "cat" / "0.png", pixels(4, 5))
    assert refusal(tmp_path) == f"frames:{tmp_path} holds no clips\n  accepted: {ACCEPTED}"


def test_a_clip_without_frames(tmp_path: Path) -> None:
    save_clips(tmp_path)
    (tmp_path / "yes" / "b").mkdir()
    assert refusal(tmp_path) == (
        f"the clip {tmp_path / 'yes' / 'b'} holds no pictures\n  accepted: {ACCEPTED}"
    )


def test_clips_of_different_lengths(tmp_path: Path) -> None:
    save_clips(tmp_path)
    save(tmp_path / "yes" / "a" / "02.png", pixels(4, 5, 3))
    assert refusal(tmp_path) == (
        f"the clip {tmp_path / 'yes' / 'a'} has 3 frames, {tmp_path / 'no' / 'a'} has 2\n"
        "  accepted: clips of one length\n"
        "  what to do: cut the longer ones, or repeat frames of the shorter ones"
    )


def test_frames_of_different_sizes(tmp_path: Path) -> None:
    save_clips(tmp_path)
    save(tmp_path / "yes" / "a" / "01.png", pixels(5, 5, 3))
    assert refusal(tmp_path) == (
        f"{tmp_path / 'yes' / 'a' / '01.png'} is 5x5x3 (height, width, channels), "
        f"{tmp_path / 'no' / 'a' / '00.png'} is 4x5x3\n"
        "  accepted: frames of one size and channel count\n"
        "  what to do: resize or convert them to what the network takes"
    )


def test_a_damaged_frame(tmp_path: Path) -> None:
    save_clips(tmp_path)
    (tmp_path / "no" / "b" / "01.png").write_text("hello")
    assert refusal(tmp_path).startswith(f"{tmp_path / 'no' / 'b' / '01.png'} cannot be decoded: ")
