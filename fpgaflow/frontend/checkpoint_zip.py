"""Records of a zip archive, read only after their declared sizes and names were checked.

torch.save and torch.export store records uncompressed, so a compressed record is already a sign of
another writer; refusing it also refuses every zip bomb, since stored records cannot be larger than
the file itself.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from fpgaflow.frontend.checkpoint_guard import refusal, refusing_damage

_ENCRYPTED = 0x1
REPACK = "save it again with torch.save or torch.export.save, which store records uncompressed"


def read_records(data: bytes, source: str, what: str) -> dict[str, bytes]:
    """Read every record of an archive, by its path inside the archive's single root folder.

    Args:
        data: the whole file.
        source: the file's name, for messages.
        what: what the file was found to be, for messages.

    Raises:
        InputRefused: a record that is compressed, encrypted, larger than the
            file, stored twice, or named outside the root folder; a checksum that does not hold.
    """
    with (
        refusing_damage(source, what),
        zipfile.ZipFile(io.BytesIO(data)) as archive,
    ):
        infos = [info for info in archive.infolist() if not info.is_dir()]
        _check_directory(infos, len(data), source, what)
        root = infos[0].filename.split("/")[0] + "/"
        return {info.filename.removeprefix(root): archive.read(info) for info in infos}


def _check_directory(infos: list[zipfile.ZipInfo], file_bytes: int, source: str, what: str) -> None:
    if not infos:
        raise refusal(source, f"{what} without a record", REPACK)
    root = infos[0].filename.split("/")[0] + "/"
    names: set[str] = set()
    for info in infos:
        problem = _problem(info, root)
        if info.filename in names:
            problem = "is stored twice"
        if problem:
            raise refusal(source, f"{what}, but its record {info.filename!r} {problem}", REPACK)
        names.add(info.filename)
    declared = sum(info.file_size for info in infos)
    if declared > file_bytes:
        raise refusal(
            source,
            f"{what} that declares {declared} bytes of records in a file of {file_bytes}",
            REPACK,
        )


def _problem(info: zipfile.ZipInfo, root: str) -> str:
    parts = info.filename.split("/")
    if info.filename.startswith("/") or ".." in parts or "\\" in info.filename:
        return "points outside the archive"
    if not info.filename.startswith(root):
        return f"lies outside the folder {root!r}"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if info.compress_type != zipfile.ZIP_STORED:
        return "is compressed"
    if info.file_size != info.compress_size:
        return f"declares {info.file_size} bytes but stores {info.compress_size}"
    return ""


def write_records(records: Mapping[str, bytes]) -> io.BytesIO:
    """Write records into a new archive in memory, under one root folder, uncompressed.

    What torch reads is this archive, never the user's: whatever two zip readers could disagree
    about is gone, and so is every record that was not vetted.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in records.items():
            archive.writestr(f"archive/{name}", data)
    out.seek(0)
    return out
