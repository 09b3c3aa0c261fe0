"""Remembers which stages ended well, so that an interrupted synthesis goes on where it was.

A stage's key is the hash of what it depends on: its tool's version, the files that it reads, and
the key of the stage before. A stamp with the same key, whose files are all there unchanged, means
that the stage need not run again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import cast

from fpgaflow.backend.synthesis.stages import Stage
from fpgaflow.backend.synthesis.tools import Tool

FOLDER = "stages"


def stage_key(stage: Stage, tool: Tool, folder: Path, before: str) -> str:
    """Return the hash of what a stage depends on.

    Args:
        stage: the stage.
        tool: who runs it.
        folder: the synthesis folder.
        before: the key of the stage before; empty for the first.
    """
    return release_key(stage, tool.release, folder, before)


def release_key(stage: Stage, release: str, folder: Path, before: str) -> str:
    """Return the same where of the tool no more than its name and version are known."""
    digest = hashlib.sha256(f"{stage.name}\n{release}\n{before}\n".encode())
    for place in stage.reads:
        root = folder / place
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        for path in [root] if root.is_file() else paths:
            name = os.path.relpath(path, folder)
            digest.update(f"{name}\n{_hash(path)}\n".encode())
    return digest.hexdigest()


def is_done(stage: Stage, key: str, folder: Path) -> bool:
    """Whether a stage ended well with the same key and its files are as it left them."""
    try:
        found = json.loads(_path(stage, folder).read_bytes())
    except (OSError, ValueError):
        return False
    return found == {"key": key, "files": _files(stage, folder)}


def stamped_key(stage: Stage, folder: Path) -> str | None:
    """Return the key of a stage that ended well; None where none did."""
    try:
        found: object = json.loads(_path(stage, folder).read_bytes())
    except (OSError, ValueError):
        return None
    key = cast("dict[str, object]", found).get("key") if isinstance(found, dict) else None
    return key if isinstance(key, str) else None


def left_out(stage: Stage, folder: Path) -> tuple[str, ...]:
    """Return the files that a stage should have left and did not, or left empty."""
    paths = ((name, folder / name) for name in stage.leaves)
    return tuple(name for name, path in paths if not path.is_file() or not path.stat().st_size)


def forget(stage: Stage, folder: Path) -> None:
    """Remove the stamp and the files of a stage, so that none of an earlier run is taken for new.

    The project file stays: Vivado replaces its project as a whole.
    """
    for path in (_path(stage, folder), *(folder / name for name in stage.leaves)):
        if path.suffix != ".xpr":
            with contextlib.suppress(FileNotFoundError):
                path.unlink()


def remember(stage: Stage, key: str, folder: Path) -> None:
    """Write the stamp of a stage that ended well."""
    path = _path(stage, folder)
    path.parent.mkdir(exist_ok=True)
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps({"key": key, "files": _files(stage, folder)}, indent=1) + "\n")
    aside.replace(path)


def _path(stage: Stage, folder: Path) -> Path:
    return folder / FOLDER / f"{stage.name}.json"


def _files(stage: Stage, folder: Path) -> dict[str, str | None]:
    """Return the hash of each file that the stage leaves; None where there is no such file."""
    return {name: _content(folder / name) for name in stage.leaves}


def _content(path: Path) -> str | None:
    if not path.is_file():
        return None
    # Vivado writes its project file again in each later stage.
    return "" if path.suffix == ".xpr" else _hash(path)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
