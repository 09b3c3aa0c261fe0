"""Bundles that somebody changed: each is refused, and what is wrong with it is named."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaflow.errors import InputRefused
from fpgaflow.runtime import Bundle, read_bundle
from fpgaflow.runtime.bundle import LARGEST_BYTES
from fpgaflow.runtime.description import read_description
from fpgaflow.runtime.manifest import MANIFEST

Files = dict[str, bytes]


def read(data: bytes, folder: Path) -> Bundle:
    path = folder / "b.zip"
    path.write_bytes(data)
    return read_bundle(path)


def refusal(data: bytes, folder: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        read(data, folder)
    return str(caught.value).splitlines()[0].removeprefix(f"{folder / 'b.zip'}").lstrip(":, ")


def unzip(path: Path) -> tuple[Files, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}, archive.comment


def pack(files: Files, comment: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.comment = comment
    return stream.getvalue()


def seal(files: Files) -> bytes:
    """Pack files with a manifest that lists them as they are: only their meaning can be wrong."""
    manifest = json.loads(files[MANIFEST])
    for entry in manifest["files"]:
        data = files[entry["path"]]
        entry["bytes"], entry["sha256"] = len(data), hashlib.sha256(data).hexdigest()
    own = json.dumps(manifest).encode()
    return pack({**files, MANIFEST: own}, hashlib.sha256(own).hexdigest().encode())


def test_each_file_in_turn_is_named(bundle_path: Path, tmp_path: Path) -> None:
    files, comment = unzip(bundle_path)
    for name, data in files.items():
        changed = bytes([data[0] ^ 1]) + data[1:] if data else b"x"
        found = refusal(pack({**files, name: changed}, comment), tmp_path)
        if not data:
            assert found == f"{name} has 1 bytes; the manifest says 0"
        else:
            assert found.startswith(f"{name} was changed: its SHA-256 is "), found


def test_each_missing_file_is_named(bundle_path: Path, tmp_path: Path) -> None:
    files, comment = unzip(bundle_path)
    for name in files:
        rest = {key: data for key, data in files.items() if key != name}
        assert refusal(pack(rest, comment), tmp_path) == f"{name} is missing"


def test_files_that_are_exchanged_are_named(bundle_path: Path, tmp_path: Path) -> None:
    files, comment = unzip(bundle_path)
    images, labels = "golden/images.npy", "golden/labels.npy"
    swapped = {**files, images: files[labels], labels: files[images]}
    assert refusal(pack(swapped, comment), tmp_path).startswith(f"{images} has ")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("graph.json", b"{", "graph.json: damaged or not a graph ("),
        ("graph.json", b"[1]", "graph.json: damaged or not a graph ("),
        ("parameters.npz", b"PK", "graph.json: damaged or not a graph (File is not a zip file)"),
        ("golden/images.npy", b"", "golden/images.npy is no array of |u1: "),
        ("golden/scores.npy", b"\x93NUMPY\x01\x00", "golden/scores.npy is no array of <i8: "),
    ],
)
def test_files_that_are_listed_rightly_and_make_no_sense(
    name: str, data: bytes, message: str, bundle_path: Path, tmp_path: Path
) -> None:
    files, _ = unzip(bundle_path)
    assert refusal(seal({**files, name: data}), tmp_path).startswith(message)


def test_an_array_that_claims_more_than_it_has(bundle_path: Path, tmp_path: Path) -> None:
    files, _ = unzip(bundle_path)
    name = "golden/images.npy"
    huge = files[name].replace(b"(8, 5, 5, 1)", b"(8,5,5,9999)", 1)
    assert huge != files[name]
    assert refusal(seal({**files, name: huge}), tmp_path).startswith(f"{name} is no array of |u1")


def patched(data: bytes, name: str, offset: int, value: bytes) -> bytes:
    """Change a file's entry in the zip's directory."""
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
    return data[: entry + offset] + value + data[entry + offset + len(value) :]


def test_a_file_that_claims_to_be_huge(bundle_path: Path, tmp_path: Path) -> None:
    data = patched(bundle_path.read_bytes(), "report.json", 24, struct.pack("<I", LARGEST_BYTES))
    assert refusal(data, tmp_path) == f"holds more than 4096 files or {LARGEST_BYTES} bytes"


def test_files_on_top_of_each_other(bundle_path: Path, tmp_path: Path) -> None:
    """A small zip whose entries all point to the same bytes would unpack to a large one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.bin", bytes(100_000))
        (first,) = archive.filelist
        for number in range(50):
            again = zipfile.ZipInfo(f"b{number}.bin")
            for key in ("header_offset", "file_size", "compress_size", "CRC", "external_attr"):
                setattr(again, key, getattr(first, key))
            archive.filelist.append(again)
    assert len(stream.getvalue()) < 110_000
    assert refusal(stream.getvalue(), tmp_path) == "holds files that share their bytes"


def test_too_many_files(tmp_path: Path) -> None:
    data = pack({f"{number}": b"" for number in range(4097)}, b"")
    assert refusal(data, tmp_path) == f"holds more than 4096 files or {LARGEST_BYTES} bytes"


def test_a_description_that_would_grow_is_refused() -> None:
    text = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    with pytest.raises(InputRefused) as caught:
        read_description(text, "net.hwh")
    assert str(caught.value) == (
        "net.hwh is no hardware description: it defines a DOCTYPE\n  accepted: a .hwh of Vivado's"
    )


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(draw=st.data())
def test_damage_anywhere_is_refused_or_harmless(
    draw: st.DataObject, bundle: Bundle, bundle_path: Path, tmp_path: Path
) -> None:
    whole = bundle_path.read_bytes()
    data = bytearray(whole)
    # The directory at the end is a small part of the file, and the one with structure.
    start = draw.draw(st.sampled_from([0, whole.index(b"PK\x01\x02")]))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(start, len(data) - 1))] = draw.draw(st.integers(0, 255))
    if draw.draw(st.booleans()):
        data = data[: draw.draw(st.integers(0, len(data)))]
    try:
        found = read(bytes(data), tmp_path)
    except InputRefused:
        return
    # Dates and the like belong to the zip alone.
    assert dict(found.files) == dict(bundle.files)
    assert found.manifest == bundle.manifest
