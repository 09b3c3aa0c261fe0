"""Reads TOML files that a user hands over."""

from __future__ import annotations

import sys
from pathlib import Path

from fpgaflow.errors import InputRefused

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_TOML_BYTES = 1 << 20


def read_toml(path: Path, what: str) -> dict[str, object]:
    """Return the top-level table of the TOML file `path`; `what` names it in messages.

    Raises:
        InputRefused: the file is missing, too large, no text in UTF-8, or no TOML.
    """
    try:
        size = path.stat().st_size
        if size > MAX_TOML_BYTES:
            raise InputRefused(
                f"{what} {path} has {size} bytes", accepted=f"at most {MAX_TOML_BYTES} bytes"
            )
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise InputRefused(
            f"{what} {path} cannot be read: {error.strerror}", accepted="a readable TOML file"
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputRefused(f"{what} {path} is not TOML: {error}", accepted="TOML 1.0") from error
