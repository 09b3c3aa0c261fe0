"""Images in .npz and .npy files."""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaflow.data import load_images
from fpgaflow.errors import InputRefused
from tests.data.helpers import pixels, refusal

IMAGES = pixels(5, 4, 6, 3)
LABELS = np.array([3, 1, 4, 1, 5], np.int32)


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    path = tmp_path / "a.npz"
    np.savez(path, images=IMAGES, labels=LABELS)
    return path


def npy_bytes(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz(tmp_path: Path, save: object) -> None:
    path = tmp_path / "a.npz"
    save(path, images=IMAGES, labels=LABELS, other=np.zeros(2))  # type: ignore[operator]
    found = load_images(str(path))
    assert np.array_equal(found.images, IMAGES)
    assert np.array_equal(found.labels, LABELS)
    assert found.images.flags.writeable
    assert (found.name, found.class_names) == (str(path), None)


def test_limit(npz: Path) -> None:
    found = load_images(str(npz), limit=2)
    assert np.array_equal(found.images, IMAGES[:2])
    assert np.array_equal(found.labels, LABELS[:2])
    assert len(load_images(str(npz), limit=99)) == 5
    assert refusal(npz, limit=0) == "0 images were asked for\n  accepted: 1 or more"


def test_npz_without_labels(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=IMAGES[..., 0])
    found = load_images(str(tmp_path / "a.npz"))
    assert found.images.shape == (5, 4, 6, 1)
    assert found.labels is None


@pytest.mark.parametrize("limit", [None, 2])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy(tmp_path: Path, order: str, limit: int | None) -> None:
    np.save(tmp_path / "a.npy", np.asarray(IMAGES, order=order))  # type: ignore[call-overload]
    found = load_images(str(tmp_path / "a.npy"), limit=limit)
    assert np.array_equal(found.images, IMAGES[:limit])


@pytest.mark.parametrize("limit", [None, 2])
@pytest.mark.parametrize("order", ["C", "F"])
def test_five_axes_are_clips(tmp_path: Path, order: str, limit: int | None) -> None:
    clips = pixels(3, 2, 4, 5, 3)
    np.savez(tmp_path / "a.npz", images=np.asarray(clips, order=order), labels=[2, 0, 1])  # type: ignore[call-overload]
    found = load_images(str(tmp_path / "a.npz"), limit=limit)
    assert np.array_equal(found.images, clips[:limit])
    assert (found.frames, found.input_shape) == (2, (2, 3, 4, 5))


def test_clips_that_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fpgaflow.data.limits.MAX_IMAGE_BYTES", 100)
    np.savez(tmp_path / "a.npz", images=pixels(3, 2, 4, 5, 1))
    assert refusal(tmp_path / "a.npz") == (
        f"{tmp_path / 'a.npz'}: images: 6 images of 4x5x1 take 120 bytes\n"
        "  accepted: at most 100 bytes of pixels\n"
        "  what to do: use fewer images"
    )


def test_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    assert refusal(path) == (
        f"{path}: there is no {path}\n"
        "  accepted: FILE.npz, FILE.npy, a folder of images, frames:DIR (clips: "
        "DIR/CLASS/CLIP/FRAME), cifar10:DIR, mnist:DIR, imagenet:DIR, digits or digits-clips; "
        "the last five may end in :train or :test"
    )


def test_a_folder_called_npz(tmp_path: Path) -> None:
    (tmp_path / "a.npz").mkdir()
    assert "is damaged or of another format: [Errno 21]" in refusal(tmp_path / "a.npz")


def test_no_images_inside(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=IMAGES, y=LABELS)
    assert refusal(tmp_path / "a.npz") == (
        f"{tmp_path / 'a.npz'}: there is no array images, only: x, y\n"
        "  accepted: the arrays images (uint8) and, where known, labels (integers)"
    )


def test_float_images_are_refused_before_they_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=IMAGES / np.float32(255))
    message = refusal(tmp_path / "a.npz")
    assert message.startswith(f"{tmp_path / 'a.npz'}: images: the images are float32\n")
    assert "accepted: uint8 of shape [images, height, width, channels]" in message


def test_label_count(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=IMAGES, labels=LABELS[:4])
    assert refusal(tmp_path / "a.npz", limit=3) == (
        f"{tmp_path / 'a.npz'}: labels: there are 4 labels for 5 images\n"
        "  accepted: one label per image"
    )


def test_object_arrays_are_never_unpickled(tmp_path: Path) -> None:
    array = np.empty(2, object)
    array[:] = [IMAGES[0], IMAGES[1]]
    np.savez(tmp_path / "a.npz", images=array)
    assert refusal(tmp_path / "a.npz") == (
        f"{tmp_path / 'a.npz'}: images: the array holds Python objects, which are never unpickled\n"
        "  accepted: an array of numbers; images of different sizes have to be resized first"
    )


def test_not_a_zip(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"hello")
    assert refusal(tmp_path / "a.npz") == (
        f"{tmp_path / 'a.npz'} is damaged or of another format: File is not a zip file\n"
        "  what to do: download or write it again"
    )


def test_not_an_npy(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(b"hello, hello, hello")
    assert refusal(tmp_path / "a.npy") == (
        f"{tmp_path / 'a.npy'}: the header is no NumPy header of version 1 or 2\n"
        "  what to do: write the file again with numpy.save or numpy.savez"
    )


def test_truncated_npy(tmp_path: Path) -> None:
    data = npy_bytes(IMAGES)
    (tmp_path / "a.npy").write_bytes(data[:-7])
    assert refusal(tmp_path / "a.npy") == (
        f"{tmp_path / 'a.npy'}: the header claims {len(data)} bytes, "
        f"the file has {len(data) - 7}\n  what to do: write the file again"
    )


def test_a_header_that_claims_too_much(tmp_path: Path) -> None:
    data = npy_bytes(IMAGES).replace(b"(5, 4, 6, 3), }          ", b"(50000000, 4, 6, 3), }   ")
    (tmp_path / "a.npy").write_bytes(data)
    assert "the header claims 3600000128 bytes, the file has 488" in refusal(tmp_path / "a.npy")


def test_zip_bomb(tmp_path: Path) -> None:
    header = npy_bytes(np.zeros((1, 1024, 1024, 3), np.uint8))[:128]
    header = header.replace(b"(1, 1024, 1024, 3), }   ", b"(400, 1024, 1024, 3), } ")
    path = tmp_path / "a.npz"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("images.npy", "w") as stream,
    ):
        stream.write(header)
        for _ in range(400):
            stream.write(bytes(3 << 20))
    assert path.stat().st_size < 8 << 20
    assert refusal(path) == (
        f"{path}: images: 400 images of 1024x1024x3 take 1258291200 bytes\n"
        "  accepted: at most 1073741824 bytes of pixels\n"
        "  what to do: use fewer images"
    )
    assert load_images(str(path), limit=2).images.shape == (2, 1024, 1024, 3)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    suffix=st.sampled_from(["npz", "npy"]),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=4),
)
def test_damaged_files_are_refused_or_read(
    tmp_path: Path, suffix: str, cut: float, flips: list[tuple[float, int]]
) -> None:
    stream = io.BytesIO()
    if suffix == "npz":
        np.savez_compressed(stream, images=IMAGES, labels=LABELS)
    else:
        np.save(stream, IMAGES)
    data = bytearray(stream.getvalue())
    for place, mask in flips:
        data[int(place * len(data))] ^= mask
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(data[: len(data) - int(cut * 40)])
    with contextlib.suppress(InputRefused):
        load_images(str(path))
