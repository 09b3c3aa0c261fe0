"""Golden files: generated text compared byte for byte with the text kept under tests/golden/."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "FPGAFLOW_UPDATE_GOLDEN"


def check_golden(path_relative: str, text: str) -> None:
    """Fail, showing a diff, unless `text` equals tests/golden/`path_relative` byte for byte.

    With FPGAFLOW_UPDATE_GOLDEN=1 in the environment the file is written instead.
    """
    path = GOLDEN / path_relative
    found = text.encode()
    if os.environ.get(UPDATE) == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found)
        return
    if not path.is_file():
        pytest.fail(f"golden file {path_relative} is missing; write it with {UPDATE}=1")
    expected = path.read_bytes()
    if found != expected:
        diff = difflib.unified_diff(
            expected.decode().splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"golden/{path_relative}",
            "produced now",
        )
        pytest.fail(f"{''.join(diff)}\n(if the change is meant, refresh with {UPDATE}=1)")
