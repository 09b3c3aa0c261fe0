"""Reads files out of a .tar.gz into memory; nothing is unpacked onto the disk."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Sequence
from pathlib import Path

from fpgaflow.data.limits import MAX_ARCHIVE_BYTES
from fpgaflow.data.streams import DAMAGED, damaged
from fpgaflow.errors import InputRefused


def read_members(path: Path, members: Sequence[str], max_bytes: int) -> dict[str, bytes]:
    """Return the content of `members`, by name, from the gzipped tar file `path`.

    Only plain files with exactly these names (a leading ./ apart) are read; links, absolute names
    and names with .. are therefore never followed.

    Raises:
        InputRefused: the archive is damaged or lacks one, or a file is larger than `max_bytes`.
    """
    found: dict[str, bytes] = {}
    wanted = set(members)
    try:
        with (
            _CappedGzip(path, max_bytes) as unpacked,
            tarfile.open(fileobj=unpacked, mode="r:") as archive,
        ):
            for info in archive:
                if info.offset_data + info.size > MAX_ARCHIVE_BYTES:
                    raise InputRefused(
                        f"{path} unpacks to more than {MAX_ARCHIVE_BYTES} bytes",
                        accepted="an archive of CIFAR-10 as published",
                    )
                name = info.name.removeprefix("./")
                stream = archive.extractfile(info) if info.isreg() and name in wanted else None
                if stream is not None:
                    found[name] = stream.read()
                if len(found) == len(wanted):
                    break
    except (*DAMAGED, tarfile.TarError) as error:
        raise damaged(str(path), error) from error
    for member in members:
        if member not in found:
            raise InputRefused(
                f"{path} holds no file {member}", accepted="an archive of CIFAR-10 as published"
            )
    return found


class _CappedGzip(gzip.GzipFile):
    """Refuses to return more than so many bytes at once, whatever a tar header asks for."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        super().__init__(path, "rb")
        self._path = path
        self._max_bytes = max_bytes

    def read(self, size: int | None = -1) -> bytes:
        """Return at most `size` bytes."""
        if size is None or size < 0 or size > self._max_bytes:
            raise InputRefused(
                f"{self._path} holds a file or header of {size} bytes",
                accepted=f"at most {self._max_bytes} bytes",
            )
        return super().read(size)
