"""TOML files that a user hands over."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow.errors import InputRefused
from fpgaflow.toml_file import read_toml


def refused(path: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        read_toml(path, "the board file")
    return str(caught.value)


def test_reads(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("a = 1\n[b]\nc = 'd'\n")
    assert read_toml(tmp_path / "a.toml", "the file") == {"a": 1, "b": {"c": "d"}}


def test_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    assert refused(path) == (
        f"the board file {path} cannot be read: No such file or directory\n"
        "  accepted: a readable TOML file"
    )


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b"a = 1\na = 2\n", b"a=" + b"[" * 9999])
def test_no_toml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    message = refused(path)
    assert message.startswith(f"the board file {path} is not TOML: ")
    assert message.endswith("\n  accepted: TOML 1.0")


def test_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"#" * ((1 << 20) + 1))
    assert refused(path) == (
        f"the board file {path} has 1048577 bytes\n  accepted: at most 1048576 bytes"
    )
