"""The file of a user's measured designs: read whole, written whole or not at all."""

from __future__ import annotations

import json
import math
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.calibration import MODEL, RESOURCES, Calibration, MeasuredDesign
from fpgaflow.report.json import json_text, read_as

SCHEMA = 1
NONE = "none"
"""Given instead of a file: no measured designs, not even those of the default file."""

_AGAIN = "remove the file, then give the builds to fpgaflow calibrate again"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    schema: int
    model: int
    designs: tuple[MeasuredDesign, ...]


def default_file() -> Path:
    """Return where measured designs are kept: `$XDG_DATA_HOME`, by default `~/.local/share`."""
    base = os.environ.get("XDG_DATA_HOME", "")
    # The XDG base directory specification: a relative path is to be ignored.
    folder = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share"
    return folder / "fpgaflow" / "measured-designs.json"


def chosen_calibration(file: str | Path | None) -> Calibration | None:
    """Return the measured designs that a compilation is to use.

    Args:
        file: from `fpgaflow calibrate`; None for the default file, where there is one; "none" for
            no measured designs.

    Raises:
        InputRefused: the file cannot be used.
    """
    if file == NONE:
        return None
    if file is None:
        place = default_file()
        return read_calibration(place) if place.is_file() else None
    return read_calibration(Path(file))


def read_calibration(path: Path) -> Calibration:
    """Read a file of measured designs.

    Raises:
        InputRefused: it cannot be read, is damaged, or holds figures of another resource model.
    """
    try:
        data: object = json.loads(path.read_bytes())
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be read: {error.strerror}",
            accepted="a file that fpgaflow calibrate wrote",
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputRefused(f"{path} is no JSON file: {error}", remedy=_AGAIN) from error
    found = cast("dict[str, object]", data) if isinstance(data, dict) else {}
    if (found.get("schema"), found.get("model")) != (SCHEMA, MODEL):
        raise InputRefused(
            f"{path} has schema {found.get('schema')} and resource model {found.get('model')}",
            accepted=f"schema {SCHEMA} and resource model {MODEL}",
            remedy="remove the file, compile and synthesize the designs with this version of "
            "fpgaflow, then give the builds to fpgaflow calibrate again",
        )
    try:
        designs = read_as(_File, found, path).designs
    except InputRefused as error:
        raise InputRefused(error.found, accepted=error.accepted, remedy=_AGAIN) from error
    for design in designs:
        _check(design, path)
    return Calibration(designs=()).with_designs(designs)


def _check(design: MeasuredDesign, path: Path) -> None:
    for kind, use in (("modelled", design.modelled), ("measured", design.measured)):
        for name in RESOURCES:
            value: float = getattr(use, name)
            if not (math.isfinite(value) and value >= 0):
                raise InputRefused(
                    f"{path}: {kind} {name} of {design.name} is {value}",
                    accepted="a number from 0",
                    remedy=_AGAIN,
                )


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write a file of measured designs; one without designs is removed.

    Raises:
        InputRefused: it cannot be written; what was there before is untouched.
    """
    text = json_text(asdict(_File(schema=SCHEMA, model=MODEL, designs=calibration.designs)))
    aside: Path | None = None
    try:
        if not calibration.designs:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        aside = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        aside.replace(path)
        aside = None
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be written: {error.strerror}", remedy="name another one with --file"
        ) from error
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)
