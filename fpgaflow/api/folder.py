"""Build folders: they appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from fpgaflow.api.layout import REPORT
from fpgaflow.errors import InputRefused
from fpgaflow.ir.serialize import GRAPH_FILE

_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO)


def check_output(output: Path, *, force: bool) -> None:
    """Refuse a place where a build may not appear.

    Raises:
        InputRefused: something is there already, and either `force` is not set or it is nothing
            that fpgaflow made; or no folder can be made there.
    """
    if not os.path.lexists(output):
        _check_parent(output)
        return
    if output.is_symlink() or not output.is_dir():
        what = "a symbolic link" if output.is_symlink() else "a file"
        raise InputRefused(
            f"the output {output} is {what}",
            accepted="a folder that does not exist yet",
            remedy="name another one with -o",
        )
    if not any(output.iterdir()):
        return
    if not force:
        raise InputRefused(
            f"the output folder {output} exists already",
            accepted="a folder that does not exist yet",
            remedy="name another one with -o, or replace it whole with --force",
        )
    if not is_build(output):
        raise InputRefused(
            f"the output folder {output} exists and is no build of fpgaflow's, "
            "so --force does not replace it",
            accepted="a new folder, an empty one, or an earlier build",
            remedy="name another one with -o, or remove it yourself",
        )


def is_build(folder: Path) -> bool:
    """Whether fpgaflow made this folder."""
    return (folder / REPORT).is_file() and (folder / GRAPH_FILE).is_file()


@contextmanager
def new_folder(output: Path, *, force: bool) -> Generator[Path]:
    """Yield an empty folder that becomes `output` when the block ends well.

    The work happens beside the target under another name, so that renaming is one step on the same
    file system. Whatever ends the block early, an interrupt included, leaves no trace of it.

    Raises:
        InputRefused: see `check_output`; or the disk is full or not writable.
    """
    check_output(output, force=force)
    output = Path(os.path.abspath(output))  # noqa: PTH100 - resolve() would follow links
    made: list[Path] = []
    work: Path | None = None
    try:
        made += _make_parents(output)
        work = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
        # mkdtemp makes private folders; a build is as open as any other folder of the user's.
        work.chmod(0o777 & ~_umask())
        yield work
        _put(work, output, force=force)
    except OSError as error:
        _remove(work, made)
        if error.errno not in _UNWRITABLE:
            raise
        raise _not_written(output, error) from error
    except BaseException:
        _remove(work, made)
        raise


def _check_parent(output: Path) -> None:
    parent = output.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise InputRefused(
            f"the output folder {output} cannot be made: {parent} is not a writable folder",
            remedy="name another one with -o",
        )


def _make_parents(output: Path) -> list[Path]:
    """Make the folders above `output`; return those that were missing, innermost first."""
    missing: list[Path] = []
    parent = output.absolute().parent
    while not parent.exists():
        missing.append(parent)
        parent = parent.parent
    output.absolute().parent.mkdir(parents=True, exist_ok=True)
    return missing


def _put(work: Path, output: Path, *, force: bool) -> None:
    """Give the finished folder its name; an old one steps aside first and is removed last."""
    check_output(output, force=force)
    if not output.exists():
        work.rename(output)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{output.name}.old.", dir=output.parent))
    old = aside / output.name
    try:
        output.rename(old)
        work.rename(output)
    except BaseException:
        if old.exists() and not output.exists():
            old.rename(output)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _remove(work: Path | None, made: list[Path]) -> None:
    try:
        _remove_once(work, made)
    except KeyboardInterrupt:
        # An impatient second interrupt must not leave half a folder.
        _remove_once(work, made)
        raise


def _remove_once(work: Path | None, made: list[Path]) -> None:
    if work is not None:
        shutil.rmtree(work, ignore_errors=True)
    for folder in made:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _not_written(output: Path, error: OSError) -> InputRefused:
    return InputRefused(
        f"the output folder {output} cannot be written: {error.strerror or error}",
        remedy="free some space, or name another folder with -o",
    )
