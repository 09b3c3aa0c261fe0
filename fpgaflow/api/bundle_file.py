"""Writes a bundle: a zip whose bytes depend on its files alone."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from fpgaflow.errors import InputRefused
from fpgaflow.runtime.manifest import MANIFEST, FileEntry, Manifest, write_manifest

_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16


def file_entries(files: Mapping[str, bytes]) -> tuple[FileEntry, ...]:
    """Return the manifest's entries of files, sorted by path."""
    return tuple(
        FileEntry(path=path, bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        for path, data in sorted(files.items())
    )


def write_bundle(
    target: Path, manifest: Manifest, files: Mapping[str, bytes], *, force: bool
) -> None:
    """Write a bundle; it appears whole or not at all.

    Args:
        target: the file.
        manifest: lists `files`.
        files: by path inside.
        force: replace a file that is there.

    Raises:
        InputRefused: there is something already, or the place cannot be written.
    """
    if os.path.lexists(target) and not (force and target.is_file() and not target.is_symlink()):
        raise InputRefused(
            f"the output {target} exists already",
            accepted="a file that does not exist yet",
            remedy="name another one with -o, or replace a file with --force",
        )
    aside: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.absolute().parent)
        aside = Path(name)
        with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w") as archive:
            own = write_manifest(manifest)
            for path, data in [(MANIFEST, own), *sorted(files.items())]:
                archive.writestr(_member(path), data)
            archive.comment = hashlib.sha256(own).hexdigest().encode()
        aside.chmod(0o644)
        aside.replace(target)
    except OSError as error:
        raise InputRefused(
            f"the output {target} cannot be written: {error.strerror or error}",
            remedy="free some space, or name another file with -o",
        ) from error
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)


def _member(path: str) -> zipfile.ZipInfo:
    """Describe a file: no date, not compressed (whose bytes depend on the zlib at hand)."""
    member = zipfile.ZipInfo(path, date_time=_EPOCH)
    member.create_system = _UNIX
    member.external_attr = _PLAIN_FILE
    return member
