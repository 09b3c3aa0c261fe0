"""The spelling of data sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow.data import parse_data_source
from fpgaflow.errors import InputRefused


@pytest.mark.parametrize(
    ("text", "kind", "path", "split"),
    [
        ("a/b.npz", "npz", "a/b.npz", None),
        ("a/b.NPZ", "npz", "a/b.NPZ", None),
        ("a/b.npy", "npy", "a/b.npy", None),
        ("a/pictures", "folder", "a/pictures", None),
        ("cifar10:a/b", "cifar10", "a/b", None),
        ("cifar10:a/b:test", "cifar10", "a/b", "test"),
        ("mnist:/a:b:train", "mnist", "/a:b", "train"),
        ("digits", "digits", ".", None),
        ("digits:test", "digits", ".", "test"),
        ("./mnist", "folder", "mnist", None),
        ("frames:a/b", "frames", "a/b", None),
        ("frames:a/b:test", "frames", "a/b:test", None),
        ("digits-clips", "digits-clips", ".", None),
        ("digits-clips:train", "digits-clips", ".", "train"),
    ],
)
def test_spellings(text: str, kind: str, path: str, split: str | None) -> None:
    source = parse_data_source(text)
    assert (source.kind, source.path, source.split) == (kind, Path(path), split)
    assert source.text == text


@pytest.mark.parametrize("text", ["cifar10", "cifar10:", "cifar10:test", "cifar10::test"])
def test_a_data_set_without_its_folder(text: str) -> None:
    with pytest.raises(InputRefused) as caught:
        parse_data_source(text)
    assert str(caught.value) == (
        f'the data source "{text}" names no folder\n'
        "  accepted: cifar10:DIR, or ./cifar10 for an image folder of that name"
    )


def test_frames_without_a_folder() -> None:
    with pytest.raises(InputRefused) as caught:
        parse_data_source("frames:")
    assert str(caught.value) == (
        'the data source "frames:" names no folder\n'
        "  accepted: frames:DIR, or ./frames for an image folder of that name"
    )


def test_what_has_a_place_and_parts() -> None:
    sources = [parse_data_source(text) for text in ("a.npz", "frames:a", "mnist:a", "digits-clips")]
    assert [source.has_path for source in sources] == [True, True, True, False]
    assert [source.has_parts for source in sources] == [False, False, True, True]


def test_nothing() -> None:
    with pytest.raises(InputRefused, match=r"^the data source is empty\n  accepted: FILE\.npz"):
        parse_data_source(" ")
