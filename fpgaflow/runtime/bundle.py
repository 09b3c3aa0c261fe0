"""A bundle: one zip with everything that a board needs, verified when it is read.

Every file is held against the size and the SHA-256 of the manifest; the manifest's own SHA-256 is
the zip's comment. This finds damage and mix-ups. It is no signature: a bundle says nothing of who
made it.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from fpgaflow.errors import InputRefused
from fpgaflow.ir import serialize
from fpgaflow.ir.graph import Graph
from fpgaflow.runtime.manifest import MANIFEST, Manifest, read_manifest

SUFFIX = ".fpgaflow.zip"
GOLDEN_IMAGES, GOLDEN_SCORES = "golden/images.npy", "golden/scores.npy"
GOLDEN_LABELS = "golden/labels.npy"
GRAPH_FILES = (serialize.GRAPH_FILE, serialize.PARAMETERS_FILE)

LARGEST_BYTES = 1 << 30
"""A bundle of the largest known part (a 44 MB bitstream) is far smaller."""
LARGEST_FILES = 4096

_SAFE_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)*")
_ENCRYPTED = 1
_REMEDY = "copy the bundle again, or make it again with fpgaflow bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle whose files are what its manifest says.

    Attributes:
        path: where it was read.
        manifest: what it says of itself.
        files: the bytes of every other file, by path.
        graph: the fixed-point network.
        golden_images: uint8 [n, *input shape].
        golden_scores: what the network gives for them, int64 [n, *output shape].
        golden_labels: what they show, int64 [n]; None where it is not known.
    """

    path: Path
    manifest: Manifest
    files: Mapping[str, bytes]
    graph: Graph
    golden_images: NDArray[np.uint8]
    golden_scores: NDArray[np.int64]
    golden_labels: NDArray[np.int64] | None = None

    def unpack(self, folder: Path) -> None:
        """Write every file under a folder."""
        for path, data in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def read_bundle(path: str | Path) -> Bundle:
    """Read and verify a bundle.

    Raises:
        InputRefused: it is no bundle, or a file is missing, unknown, or not what the manifest says;
            the message names the file.
    """
    place = Path(path)
    manifest, files = _read_files(place)
    return _assemble(place, manifest, files)


def _read_files(place: Path) -> tuple[Manifest, dict[str, bytes]]:
    try:
        with place.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            members = _check_members(place, archive)
            manifest = _read_own_manifest(place, archive, members)
            return manifest, _read_listed(place, archive, members, manifest)
    except OSError as error:
        raise InputRefused(
            f"{place}: {error.strerror or error}", accepted=f"a bundle, NAME{SUFFIX}"
        ) from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputRefused(
            f"{place} is damaged or no bundle: {error}",
            accepted=f"a bundle, NAME{SUFFIX}",
            remedy=_REMEDY,
        ) from error


def _check_members(place: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Refuse paths that lead elsewhere and files that could grow, before anything is read."""
    members: dict[str, zipfile.ZipInfo] = {}
    listed = archive.infolist()
    if len(listed) > LARGEST_FILES or sum(one.file_size for one in listed) > LARGEST_BYTES:
        raise _refused(place, f"holds more than {LARGEST_FILES} files or {LARGEST_BYTES} bytes")
    for member in listed:
        name = member.filename
        if not _SAFE_PATH.fullmatch(name):
            raise _refused(place, f"holds a file named {name[:80]!r}, which is no path inside it")
        if name in members:
            raise _refused(place, f"holds {name} twice")
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & _ENCRYPTED:
            raise _refused(place, f"holds {name} compressed or encrypted")
        members[name] = member
    if sum(one.file_size for one in listed) > place.stat().st_size:
        raise _refused(place, "holds files that share their bytes")
    return members


def _read_own_manifest(
    place: Path, archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]
) -> Manifest:
    if MANIFEST not in members:
        raise _refused(place, f"{MANIFEST} is missing")
    data = archive.read(MANIFEST)
    if archive.comment != hashlib.sha256(data).hexdigest().encode():
        raise _refused(place, f"{MANIFEST} was changed: its SHA-256 is not the zip's comment")
    return read_manifest(data, str(place))


def _read_listed(
    place: Path,
    archive: zipfile.ZipFile,
    members: Mapping[str, zipfile.ZipInfo],
    manifest: Manifest,
) -> dict[str, bytes]:
    listed = {entry.path: entry for entry in manifest.files}
    missing = sorted(listed.keys() - members.keys())
    extra = sorted(members.keys() - listed.keys() - {MANIFEST})
    if missing:
        raise _refused(place, f"{missing[0]} is missing")
    if extra:
        raise _refused(place, f"{extra[0]} is not in the manifest")
    files: dict[str, bytes] = {}
    for name, entry in listed.items():
        if members[name].file_size != entry.bytes:
            found = members[name].file_size
            raise _refused(place, f"{name} has {found} bytes; the manifest says {entry.bytes}")
        data = archive.read(name)
        digest = hashlib.sha256(data).hexdigest()
        if digest != entry.sha256:
            raise _refused(
                place,
                f"{name} was changed: its SHA-256 is {digest[:12]}..., "
                f"the manifest says {entry.sha256[:12]}...",
            )
        files[name] = data
    return files


def _assemble(place: Path, manifest: Manifest, files: dict[str, bytes]) -> Bundle:
    needed = [*GRAPH_FILES, GOLDEN_IMAGES, GOLDEN_SCORES, manifest.description]
    if manifest.bitstream is not None:
        needed.append(manifest.bitstream)
    if manifest.engine is not None:
        needed += [manifest.engine.program, manifest.engine.frames]
    for name in needed:
        if name not in files:
            raise _refused(place, f"{name} is missing")
    graph = _read_graph(place, files)
    images = _read_array(place, GOLDEN_IMAGES, files[GOLDEN_IMAGES], "|u1")
    scores = _read_array(place, GOLDEN_SCORES, files[GOLDEN_SCORES], "<i8")
    labels = None
    if GOLDEN_LABELS in files:
        labels = _read_array(place, GOLDEN_LABELS, files[GOLDEN_LABELS], "<i8").astype(np.int64)
    count = manifest.golden_images
    shapes = {
        "the graph's input": (graph.input.shape, manifest.images.shape),
        "the graph's output": (graph.types[graph.outputs[0]].shape, manifest.scores.shape),
        GOLDEN_IMAGES: (images.shape, (count, *manifest.images.shape)),
        GOLDEN_SCORES: (scores.shape, (count, *manifest.scores.shape)),
        GOLDEN_LABELS: ((count,) if labels is None else labels.shape, (count,)),
    }
    for one in manifest.registers:
        if one.layer is not None and one.layer not in graph.types:
            raise _refused(place, f"{one.name} counts for {one.layer}, which the graph has not")
    for name, (found, wanted) in shapes.items():
        if found != wanted:
            raise _refused(place, f"{name} has shape {list(found)}, the manifest {list(wanted)}")
    return Bundle(
        path=place,
        manifest=manifest,
        files=MappingProxyType(files),
        graph=graph,
        golden_images=images.astype(np.uint8),
        golden_scores=scores.astype(np.int64),
        golden_labels=labels,
    )


def _read_graph(place: Path, files: Mapping[str, bytes]) -> Graph:
    with tempfile.TemporaryDirectory(prefix="fpgaflow-graph-") as folder:
        for name in GRAPH_FILES:
            (Path(folder) / name).write_bytes(files[name])
        try:
            return serialize.load(Path(folder))
        except InputRefused as error:
            found = error.found.removeprefix(f"{folder}{os.sep}")
            raise _refused(place, found) from error


def _read_array(place: Path, name: str, data: bytes, kind: str) -> NDArray[np.generic]:
    stream = io.BytesIO(data)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError("another version of the format")
        shape, by_columns, found = np.lib.format.read_array_header_1_0(stream)
        if by_columns or found != np.dtype(kind):
            raise ValueError(f"it holds {found}")
        return np.frombuffer(data, found, offset=stream.tell()).reshape(shape)
    except (ValueError, TypeError, EOFError, OverflowError) as error:
        raise _refused(place, f"{name} is no array of {kind}: {error}") from error


def _refused(place: Path, found: str) -> InputRefused:
    return InputRefused(f"{place}: {found}", accepted="a bundle as it was made", remedy=_REMEDY)
