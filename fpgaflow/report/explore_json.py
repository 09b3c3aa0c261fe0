"""Writes and reads explore.json."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import cast

from fpgaflow.errors import InputRefused
from fpgaflow.report.explore_schema import SCHEMA, Exploration
from fpgaflow.report.json import json_text, read_as


def exploration_json(found: Exploration) -> str:
    """Return the file's text."""
    return json_text(asdict(found))


def read_exploration(path: Path) -> Exploration:
    """Read explore.json; keys that this version does not know are passed over.

    Raises:
        InputRefused: the file cannot be read, is damaged, or has another schema.
    """
    try:
        data = cast("object", json.loads(path.read_bytes()))
    except OSError as error:
        raise InputRefused(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputRefused(f"{path} is no JSON file: {error}") from error
    schema = cast("dict[str, object]", data).get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA or isinstance(schema, bool):
        raise InputRefused(
            f"{path} has schema {json.dumps(schema)}",
            accepted=f"schema {SCHEMA}",
            remedy="explore again with this version of fpgaflow",
        )
    return read_as(Exploration, data, path)
